import type { KeyRing } from '../../cookie/key-ring.js';
import type { ResolvedCookie } from '../../cookie/resolved-cookie.js';
import { SignedCookie } from '../../cookie/signed-cookie.js';
import type { RequestClient } from '../../http/request-client.js';
import { joinToken, splitToken, type RememberToken } from './remember-token.js';

const purpose = 'remember-cookie-signature:v1';

/** A token as a client showed it. */
export interface ShownToken extends RememberToken {
  /** When the cookie was issued, in ms. */
  readonly issuedAt: number;
  /** For how long the login is remembered, in ms. */
  readonly duration: number;
  /** The cookie was signed with a former secret. */
  readonly outdated: boolean;
}

/** When a cookie is said to have been issued, and how long it is to stay, in ms since the epoch. */
export interface CookieTimes {
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** ms */
  readonly duration: number;
}

/** The remember-me cookie. It is signed, so that a forged one is told from a stolen one without a look into the store. */
export class RememberCookie {
  readonly #cookie: SignedCookie;

  constructor(
    cookie: ResolvedCookie,
    keys: KeyRing,
    private readonly now: () => number,
  ) {
    this.#cookie = new SignedCookie(cookie, keys, purpose, now);
  }

  /** Whether the client has sent one, of whatever worth. */
  isIn(client: RequestClient): boolean {
    return this.#cookie.isIn(client.cookieHeader);
  }

  /** What it carries; null: there is none that was made here. */
  read(client: RequestClient): ShownToken | null {
    const signed = this.#cookie.read(client.cookieHeader);
    const token = signed && splitToken(signed.id);
    return signed && token && { ...token, issuedAt: signed.issuedAt, outdated: signed.outdated };
  }

  set(client: RequestClient, token: RememberToken, { issuedAt, expiresAt, duration }: CookieTimes): void {
    const value = joinToken(token, duration);
    const line = this.#cookie.write(value, issuedAt, expiresAt - this.now(), client.isHttps);
    client.setCookie(this.#cookie.name, line);
  }

  clear(client: RequestClient): void {
    client.setCookie(this.#cookie.name, this.#cookie.clear(client.isHttps));
  }
}
