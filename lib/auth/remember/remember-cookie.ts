import type { KeyRing } from '../../cookie/key-ring.js';
import type { ResolvedCookie } from '../../cookie/resolved-cookie.js';
import { SignedCookie } from '../../cookie/signed-cookie.js';
import type { RequestClient } from '../../http/request-client.js';
import { joinToken, splitToken, type RememberToken } from './remember-token.js';

const rememberPurpose = 'remember-cookie-signature:v1';

/** How many families are looked up: more cookies are no accident. */
const mostFamilies = 8;

/** A token as a client sent it. */
export interface ShownToken extends RememberToken {
  /** When the cookie was issued, in ms. */
  readonly issuedAt: number;
  /** How long the login is remembered, in ms. */
  readonly duration: number;
  /** The cookie was signed with a former secret. */
  readonly outdated: boolean;
}

/** A client's tokens of one family. It may still send an older token beside the newer one, from where the cookie was set before. */
export interface ShownFamily {
  readonly family: string;
  /** The most recently issued one first. */
  readonly tokens: readonly [ShownToken, ...ShownToken[]];
}

/** The cookie's time of issue and of expiry, in ms since the epoch. */
export interface CookieTimes {
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** ms */
  readonly duration: number;
}

/**
 * The remember-me cookie, or another one with such tokens. It is signed, so that a forged one can be told from a stolen one without reading
 * the store.
 */
export class RememberCookie {
  readonly #cookie: SignedCookie;

  /** @param purpose what it is signed for, so that no cookie stands in for another */
  constructor(
    cookie: ResolvedCookie,
    keys: KeyRing,
    private readonly now: () => number,
    purpose = rememberPurpose,
  ) {
    this.#cookie = new SignedCookie(cookie, keys, purpose, now);
  }

  /** Whether the client has sent one, valid or not. */
  isIn(client: RequestClient): boolean {
    return this.#cookie.isIn(client.cookieHeader);
  }

  /** The client's validly signed cookies; the family with the most recently issued token first. */
  read(client: RequestClient): readonly ShownFamily[] {
    const families = new Map<string, [ShownToken, ...ShownToken[]]>();
    for (const { id, issuedAt, outdated } of this.#cookie.readAll(client.cookieHeader).tokens) {
      const split = splitToken(id);
      if (split === null) continue;
      const token = { ...split, issuedAt, outdated };
      const others = families.get(token.family);
      if (others !== undefined) others.push(token);
      else if (families.size < mostFamilies) families.set(token.family, [token]);
    }
    return Array.from(families, ([family, tokens]) => ({ family, tokens }));
  }

  /** Whether the client has a second one, which {@link set} removes. */
  isElsewhere(client: RequestClient): boolean {
    return this.#cookie.isElsewhere(this.#cookie.readAll(client.cookieHeader));
  }

  set(client: RequestClient, token: RememberToken, { issuedAt, expiresAt, duration }: CookieTimes): void {
    const value = joinToken(token, duration);
    const line = this.#cookie.write(value, issuedAt, expiresAt - this.now(), client.isHttps);
    client.setCookie(this.#cookie.name, ...this.#linesElsewhere(client), line);
  }

  clear(client: RequestClient): void {
    client.setCookie(this.#cookie.name, ...this.#linesElsewhere(client), this.#cookie.clear(client.isHttps));
  }

  #linesElsewhere(client: RequestClient): readonly string[] {
    return this.#cookie.linesElsewhere(this.#cookie.readAll(client.cookieHeader), client.cookieRequest);
  }
}
