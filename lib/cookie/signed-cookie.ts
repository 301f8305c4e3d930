import { hasCookie, shownCookies, type ShownCookies } from './cookie-header.js';
import type { KeyRing } from './key-ring.js';
import { OtherPlaces, type CookieRequest } from './other-places.js';
import type { ResolvedCookie } from './resolved-cookie.js';
import { SetCookie } from './set-cookie.js';
import { signValue, verifyValue, wholeEnd } from './signed-value.js';

export const sessionCookiePurpose = 'session-cookie-signature:v1';

/** The size of the cache of verified cookies: about what the browsers of a busy server send within seconds, in about 1 MB. */
const remembered = 2048;

/** The content of a cookie, verified. */
export interface SignedToken {
  readonly id: string;
  /** When the cookie was issued, in milliseconds. */
  readonly issuedAt: number;
  /** When the session ends, in milliseconds; null: the cookie does not say. */
  readonly endsAt: number | null;
  /** Verified with a fallback key, so it should be issued again with the current one. */
  readonly outdated: boolean;
}

/** A cookie whose value is signed for one purpose: from the Cookie header to its token and back to a Set-Cookie header. */
export class SignedCookie {
  readonly name: string;
  readonly #secure: boolean | 'auto';
  readonly #setCookie: SetCookie;
  readonly #otherPlaces: OtherPlaces;
  readonly #keys: KeyRing;
  readonly #now: () => number;
  /**
   * Cache of verified cookies. A browser sends the same cookie with every request until it is reissued, and the keys never
   * change, so the signature need not be computed each time. Looking up whole values leaks nothing about parts of them: a hit
   * takes all 256 bits.
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

  /** All cookies of this name that verify. Never throws, whatever the header holds. */
  readAll(header: string | undefined): ShownCookies<SignedToken> {
    return shownCookies(header, this.name, this.#now(), this.#verify);
  }

  /** The most recently issued of them; an ended one only if there is no other. */
  read(header: string | undefined): SignedToken | null {
    return this.readAll(header).tokens[0] ?? null;
  }

  /** Whether the header has a cookie of this name, valid or not. */
  isIn(header: string | undefined): boolean {
    return hasCookie(header, this.name);
  }

  /**
   * The Set-Cookie header for `id`. `issuedAt` and `maxAge` are in milliseconds; `maxAge` is capped at 400 days, `null` makes a
   * cookie that ends with the browser. `https`: whether the request used HTTPS. `endsAt`, in milliseconds: when the session
   * ends, however long the browser keeps the cookie.
   */
  write(id: string, issuedAt: number, maxAge: number | null, https: boolean, endsAt: number | null = null): string {
    const value = signValue(this.#keys, this.purpose, id, issuedAt, endsAt);
    return this.#setCookie.line(value, maxAge, this.isSecure(https), this.#now());
  }

  /** The Set-Cookie header that removes the cookie, with the attributes that it was set with. */
  clear(https: boolean): string {
    return this.#setCookie.clear(this.isSecure(https));
  }

  /** Whether the token carries the session's id and end. */
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

  /** {@link clear}, as an array. */
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

  /** Whether the cookie gets `Secure` in the response to a request. */
  isSecure(https: boolean): boolean {
    return this.#secure === 'auto' ? https : this.#secure;
  }
}

/** Copies the string: a slice keeps the whole string in memory, here a header of any length that a client chose. */
function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/**
 * A cache of recent results in two generations: when the younger is full, the older is dropped. Holds at most twice `size`
 * entries and needs no bookkeeping of their order.
 */
export class Recent<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(private readonly size: number) {}

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
