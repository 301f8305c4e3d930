import { cookieValueAt, findCookie, maxSameNamed } from './cookie-header.js';
import type { KeyRing } from './key-ring.js';
import { Recent } from './recent.js';
import type { ResolvedCookie } from './resolved-cookie.js';
import { SetCookie } from './set-cookie.js';
import { signValue, verifyValue } from './signed-value.js';

const purpose = 'session-cookie-signature:v1';

/** How many verified cookies are remembered: what a busy server's browsers send within seconds, in about 1 MB. */
const remembered = 2048;

/** What the session cookie carries, once verified. */
export interface SessionToken {
  readonly id: string;
  /** When the cookie was issued, in milliseconds. */
  readonly issuedAt: number;
  /** True: a fallback key verified it, so it should be issued again under the current one. */
  readonly outdated: boolean;
}

/** The session cookie: from the Cookie header to a session token, and back to a Set-Cookie line. */
export class SessionCookie {
  readonly name: string;
  readonly #secure: boolean | 'auto';
  readonly #setCookie: SetCookie;
  readonly #keys: KeyRing;
  readonly #now: () => number;
  /**
   * Cookies that have verified. A browser sends the same one with every request until it is issued again, and the keys never
   * change, so its signature need not be computed each time. Looking a whole value up tells a guesser nothing about a part
   * of it: a hit takes all of its 256 bits.
   */
  readonly #verified = new Recent<SessionToken>(remembered);

  constructor(cookie: ResolvedCookie, keys: KeyRing, now: () => number = Date.now) {
    this.name = cookie.name;
    this.#secure = cookie.partitioned ? true : cookie.secure;
    this.#setCookie = new SetCookie(cookie);
    this.#keys = keys;
    this.#now = now;
  }

  /**
   * The first cookie of the name that verifies: a browser may send several, and one that another host of the domain has
   * planted must not hide ours. Whatever the header holds, this does not throw.
   */
  read(header: string | undefined): SessionToken | null {
    if (header === undefined) return null;
    let at = findCookie(header, this.name, 0);
    for (let tried = 0; at !== -1 && tried < maxSameNamed; tried++) {
      const token = this.#verify(cookieValueAt(header, at));
      if (token !== null) return token;
      at = findCookie(header, this.name, at);
    }
    return null;
  }

  #verify(value: string): SessionToken | null {
    const known = this.#verified.get(value);
    if (known !== undefined) return known;
    const signed = verifyValue(this.#keys, purpose, value, this.#now());
    if (signed === null) return null;
    const token = { id: detached(signed.id), issuedAt: signed.issuedAt, outdated: signed.verifiedBy === 'fallback' };
    this.#verified.set(detached(value), token);
    return token;
  }

  /**
   * The Set-Cookie line for a session. `issuedAt` and `maxAge` are in milliseconds; `maxAge` is cut to 400 days, and `null`
   * lets the cookie end with the browser. `https`: whether the request came by HTTPS.
   */
  write(id: string, issuedAt: number, maxAge: number | null, https: boolean): string {
    const value = signValue(this.#keys, purpose, id, issuedAt);
    return this.#setCookie.line(value, maxAge, this.isSecure(https), this.#now());
  }

  /** The Set-Cookie line that removes the cookie, with the attributes that it was set with. */
  clear(https: boolean): string {
    return this.#setCookie.clear(this.isSecure(https));
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
