/**
 * Anything that holds a browser's cookies: {@link TestCookies}, or a few lines around another cookie jar.
 *
 * ```ts
 * const holder: CookieHolder = {
 *   get header() { return jar.getCookieString(url); },
 *   take: (lines) => Promise.all(lines.map((line) => jar.setCookie(line, url))),
 * };
 * ```
 *
 * @publicApi
 */
export interface CookieHolder {
  /** The `Cookie` header that it would send; empty: no cookies. */
  readonly header: string | Promise<string>;
  /** Stores Set-Cookie headers; one with `Max-Age=0` removes a cookie. */
  take(lines: readonly string[]): unknown;
}

export function isCookieHolder(value: object): value is CookieHolder {
  return 'header' in value && 'take' in value && typeof value.take === 'function';
}
