/**
 * Whatever keeps a browser's cookies: {@link TestCookies}, or a few lines around another jar.
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
  /** The header `Cookie` that it would send; empty: no cookies. */
  readonly header: string | Promise<string>;
  /** Takes in Set-Cookie lines; one with `Max-Age=0` takes a cookie away. */
  take(lines: readonly string[]): unknown;
}

export function isCookieHolder(value: object): value is CookieHolder {
  return 'header' in value && 'take' in value && typeof value.take === 'function';
}
