import { DAY } from '../config/time.js';
import type { ResolvedCookie } from './resolved-cookie.js';

/** Browsers cap cookie lifetimes (RFC 6265bis): 400 days, in milliseconds. */
export const longestMaxAge = 400 * DAY;

/** The attributes that a Set-Cookie header is built from. */
type CookieAttributes = Omit<ResolvedCookie, 'secure' | 'former'>;

const sameSiteText = { lax: 'Lax', strict: 'Strict', none: 'None' } as const;

/** Builds the Set-Cookie headers of one cookie. The constant parts are computed once. */
export class SetCookie {
  readonly #head: string;
  readonly #plainTail: string;
  readonly #secureTail: string;
  readonly #domain: string;

  constructor(cookie: CookieAttributes) {
    this.#head = `${cookie.name}=`;
    this.#domain = cookie.domain === null ? '' : `; Domain=${cookie.domain}`;
    const secured = tail(cookie, true);
    this.#secureTail = secured;
    this.#plainTail = cookie.partitioned ? secured : tail(cookie, false);
  }

  /**
   * A Set-Cookie header that sets `value`. `maxAge` is in milliseconds, counted from `now` and capped at {@link longestMaxAge};
   * `null`: until the browser is closed.
   *
   * @throws RangeError if `value` has a character that would end it early or start another attribute.
   */
  line(value: string, maxAge: number | null, secure: boolean, now: number): string {
    if (!/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(value)) {
      throw new RangeError(
        'A cookie value must be printable ASCII without space, quote, comma, semicolon or backslash.',
      );
    }
    return `${this.#head}${value}${this.#domain}${lifetime(maxAge, now)}${this.#tail(secure)}`;
  }

  /** A Set-Cookie header that removes the cookie: with the attributes that it was set with, or the browser would keep it. */
  clear(secure: boolean): string {
    return `${this.#head}${this.#domain}; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0${this.#tail(secure)}`;
  }

  #tail(secure: boolean): string {
    return secure ? this.#secureTail : this.#plainTail;
  }
}

function tail({ httpOnly, path, sameSite, partitioned }: CookieAttributes, secure: boolean): string {
  return [
    secure ? '; Secure' : '',
    httpOnly ? '; HttpOnly' : '',
    `; Path=${path}`,
    `; SameSite=${sameSiteText[sameSite]}`,
    partitioned ? '; Partitioned' : '',
  ].join('');
}

function lifetime(maxAge: number | null, now: number): string {
  if (maxAge === null) return '';
  // Rounded up: half a second must not become 0, which removes the cookie.
  const seconds = Math.ceil(Math.min(Math.max(maxAge, 0), longestMaxAge) / 1000);
  return `; Expires=${new Date(now + seconds * 1000).toUTCString()}; Max-Age=${String(seconds)}`;
}
