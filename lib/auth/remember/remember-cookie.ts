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
}

/** The remember-me cookie. It is signed, so that a forged one is told from a stolen one without a look into the store. */
export class RememberCookie {
  readonly #cookie: SignedCookie;

  constructor(cookie: ResolvedCookie, keys: KeyRing, now: () => number) {
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
    return signed && token && { ...token, issuedAt: signed.issuedAt };
  }

  /** @param lifetime ms */
  set(client: RequestClient, token: RememberToken, issuedAt: number, lifetime: number): void {
    const line = this.#cookie.write(joinToken(token), issuedAt, lifetime, client.isHttps);
    client.setCookie(this.#cookie.name, line);
  }

  clear(client: RequestClient): void {
    client.setCookie(this.#cookie.name, this.#cookie.clear(client.isHttps));
  }
}
