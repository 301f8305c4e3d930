import type { CookieRequest } from '../cookie/other-places.js';
import type { ShownCookies } from '../cookie/shown-cookies.js';
import type { SessionReference } from '../session/session-repository.js';
import type { StoredSession } from '../session/session-state.js';

/** What the cookie of a request says, once it has been found genuine. */
export interface SessionToken extends SessionReference {
  /** True: a former key has vouched for it, so it should be issued again under the current one. */
  readonly outdated: boolean;
}

/** How a session travels: by a cookie that names its record, or by one that is the record. */
export interface SessionCookie {
  /** Whether the header has a cookie of this name, of whatever worth. */
  isIn(header: string | undefined): boolean;

  /** The genuine ones of a request. Whatever the header holds, this does not throw. */
  readAll(header: string | undefined): ShownCookies<SessionToken>;

  /** Whether that cookie is the session's, as the session is now. @param endsAt see {@link linesFor}. */
  carries(token: SessionToken, session: StoredSession, endsAt: number | null): boolean;

  /**
   * The Set-Cookie lines that give the client the session.
   *
   * @param issuedAt in ms. @param maxAge in ms; null: it ends with the browser. @param https whether the request came by it.
   * @param endsAt the session's absolute end, in ms; null: it has none.
   */
  linesFor(
    session: StoredSession,
    issuedAt: number,
    maxAge: number | null,
    https: boolean,
    endsAt: number | null,
  ): readonly string[];

  /** Those that take it away. */
  clearingLines(https: boolean): readonly string[];

  /** Whether the request came with a second one, which {@link linesElsewhere} takes away. */
  isElsewhere(shown: ShownCookies<SessionToken>): boolean;

  /** Those that take away what stands at another path or domain, as far as that is known. They go before the others. */
  linesElsewhere(shown: ShownCookies<SessionToken>, request: CookieRequest): readonly string[];
}
