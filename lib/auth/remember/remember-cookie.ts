import type { KeyRing } from '../../cookie/key-ring.js';
import type { ResolvedCookie } from '../../cookie/resolved-cookie.js';
import { SignedCookie } from '../../cookie/signed-cookie.js';
import type { RequestClient } from '../../http/request-client.js';
import { joinToken, splitToken, type RememberToken } from './remember-token.js';

const purpose = 'remember-cookie-signature:v1';

/** How many families are looked at: a browser that sends more of them was made to. */
const mostFamilies = 8;

/** A token as a client showed it. */
export interface ShownToken extends RememberToken {
  /** When the cookie was issued, in ms. */
  readonly issuedAt: number;
  /** For how long the login is remembered, in ms. */
  readonly duration: number;
  /** The cookie was signed with a former secret. */
  readonly outdated: boolean;
}

/** What a client showed of one family. It may still send an older token beside the newer one, from where the cookie stood before. */
export interface ShownFamily {
  readonly family: string;
  /** The one issued last comes first. */
  readonly tokens: readonly [ShownToken, ...ShownToken[]];
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

  /** What was made here of what the client has sent; the family whose token was issued last comes first. */
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

  /** Whether the client has a second one, which {@link set} takes away. */
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
