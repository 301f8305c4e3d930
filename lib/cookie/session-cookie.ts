import { cookieValueAt, findCookie, maxSameNamed } from './cookie-header.js';
import type { KeyRing } from './key-ring.js';
import type { ResolvedCookie } from './resolved-cookie.js';
import { SetCookie } from './set-cookie.js';
import { signValue, verifyValue } from './signed-value.js';

const purpose = 'session-cookie-signature:v1';

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
      const signed = verifyValue(this.#keys, purpose, cookieValueAt(header, at), this.#now());
      if (signed !== null) {
        return { id: signed.id, issuedAt: signed.issuedAt, outdated: signed.verifiedBy === 'fallback' };
      }
      at = findCookie(header, this.name, at);
    }
    return null;
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
