import { findCookie } from './cookie-header.js';
import type { KeyRing } from './key-ring.js';
import { OtherPlaces, type CookieRequest } from './other-places.js';
import { Recent } from './recent.js';
import type { ResolvedCookie } from './resolved-cookie.js';
import { SetCookie } from './set-cookie.js';
import { shownCookies, type ShownCookies } from './shown-cookies.js';
import { signValue, verifyValue, wholeEnd } from './signed-value.js';

/** What the session cookie is signed for. */
export const sessionCookiePurpose = 'session-cookie-signature:v1';

/** How many verified cookies are remembered: what a busy server's browsers send within seconds, in about 1 MB. */
const remembered = 2048;

/** What a cookie carries, once verified. */
export interface SignedToken {
  readonly id: string;
  /** When the cookie was issued, in milliseconds. */
  readonly issuedAt: number;
  /** From when on it names nothing, in milliseconds; null: it does not say. */
  readonly endsAt: number | null;
  /** True: a fallback key verified it, so it should be issued again under the current one. */
  readonly outdated: boolean;
}

/** A cookie whose value is signed for one purpose: from the Cookie header to its token, and back to a Set-Cookie line. */
export class SignedCookie {
  readonly name: string;
  readonly #secure: boolean | 'auto';
  readonly #setCookie: SetCookie;
  readonly #otherPlaces: OtherPlaces;
  readonly #keys: KeyRing;
  readonly #now: () => number;
  /**
   * Cookies that have verified. A browser sends the same one with every request until it is issued again, and the keys never
   * change, so its signature need not be computed each time. Looking a whole value up tells a guesser nothing about a part
   * of it: a hit takes all of its 256 bits.
   */
  readonly #verified = new Recent<SignedToken>(remembered);

  readonly #verify = (value: string): SignedToken | null => {
    const known = this.#verified.get(value);
    if (known !== undefined) return known;
    const signed = verifyValue(this.#keys, this.purpose, value, this.#now());
    if (signed === null) return null;
    const { issuedAt, endsAt, verifiedBy } = signed;
    const token = { id: detached(signed.id), issuedAt, endsAt, outdated: verifiedBy === 'fallback' };
    this.#verified.set(detached(value), token);
    return token;
  };

  constructor(
    cookie: ResolvedCookie,
    keys: KeyRing,
    private readonly purpose: string,
    now: () => number = Date.now,
  ) {
    this.name = cookie.name;
    this.#secure = cookie.partitioned ? true : cookie.secure;
    this.#setCookie = new SetCookie(cookie);
    this.#otherPlaces = new OtherPlaces(cookie, [cookie.name]);
    this.#keys = keys;
    this.#now = now;
  }

  /** All of the name that verify. Whatever the header holds, this does not throw. */
  readAll(header: string | undefined): ShownCookies<SignedToken> {
    return shownCookies(header, this.name, this.#now(), this.#verify);
  }

  /** Of those the one that was issued last; one that has ended is given where there is no other. */
  read(header: string | undefined): SignedToken | null {
    return this.readAll(header).tokens[0] ?? null;
  }

  /** Whether the header has a cookie of this name, of whatever worth. */
  isIn(header: string | undefined): boolean {
    return header !== undefined && findCookie(header, this.name, 0) !== -1;
  }

  /**
   * The Set-Cookie line that carries `id`. `issuedAt` and `maxAge` are in milliseconds; `maxAge` is cut to 400 days, and `null`
   * lets the cookie end with the browser. `https`: whether the request came by HTTPS. `endsAt`, in milliseconds: from when on it
   * names nothing, whatever the browser keeps.
   */
  write(id: string, issuedAt: number, maxAge: number | null, https: boolean, endsAt: number | null = null): string {
    const value = signValue(this.#keys, this.purpose, id, issuedAt, endsAt);
    return this.#setCookie.line(value, maxAge, this.isSecure(https), this.#now());
  }

  /** The Set-Cookie line that removes the cookie, with the attributes that it was set with. */
  clear(https: boolean): string {
    return this.#setCookie.clear(this.isSecure(https));
  }

  /** Whether that token names the session, and says when it ends. */
  carries(
    token: { readonly id: string; readonly endsAt?: number | null },
    session: { readonly id: string },
    endsAt: number | null,
  ): boolean {
    return token.id === session.id && token.endsAt === wholeEnd(endsAt);
  }

  /** {@link write} for a session. */
  linesFor(
    { id }: { readonly id: string },
    issuedAt: number,
    maxAge: number | null,
    https: boolean,
    endsAt: number | null,
  ): string[] {
    return [this.write(id, issuedAt, maxAge, https, endsAt)];
  }

  /** {@link clear} for one. */
  clearingLines(https: boolean): string[] {
    return [this.clear(https)];
  }

  /** See {@link OtherPlaces.isToClear}. */
  isElsewhere(shown: ShownCookies<SignedToken>): boolean {
    return this.#otherPlaces.isToClear(shown);
  }

  /** See {@link OtherPlaces.lines}. */
  linesElsewhere(shown: ShownCookies<SignedToken>, request: CookieRequest): readonly string[] {
    return this.#otherPlaces.lines(shown, request);
  }

  /** Whether the cookie gets `Secure` in the answer to a request. */
  isSecure(https: boolean): boolean {
    return this.#secure === 'auto' ? https : this.#secure;
  }
}

/** A copy: a part of a text keeps the whole of it in memory, here a header that a stranger made as long as he could. */
function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
