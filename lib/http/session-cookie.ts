import type { CookieRequest } from '../cookie/other-places.js';
import type { ShownCookies } from '../cookie/shown-cookies.js';
import type { SessionReference } from '../session/session-reference.js';
import type { StoredSession } from '../session/session-state.js';

/** The content of a request's cookie, once verified. */
export interface SessionToken extends SessionReference {
  /** True: a former key verified it, so it should be issued again under the current one. */
  readonly outdated: boolean;
}

/** How a session is transported: by a cookie that names its record, or by one that contains it. */
export interface SessionCookie {
  /** Whether the header has a cookie of this name, valid or not. */
  isIn(header: string | undefined): boolean;

  /** The valid ones of a request. Never throws, whatever the header holds. */
  readAll(header: string | undefined): ShownCookies<SessionToken>;

  /** Whether that cookie matches the session's current state. @param endsAt see {@link linesFor}. */
  carries(token: SessionToken, session: StoredSession, endsAt: number | null): boolean;

  /**
   * The Set-Cookie headers that give the client the session.
   *
   * @param issuedAt in ms. @param maxAge in ms; null: it ends with the browser. @param https whether the request used HTTPS.
   * @param endsAt the session's absolute end, in ms; null: it has none.
   */
  linesFor(
    session: StoredSession,
    issuedAt: number,
    maxAge: number | null,
    https: boolean,
    endsAt: number | null,
  ): readonly string[];

  /** The Set-Cookie headers that remove it. */
  clearingLines(https: boolean): readonly string[];

  /** Whether the request sent a second one, which {@link linesElsewhere} removes. */
  isElsewhere(shown: ShownCookies<SessionToken>): boolean;

  /** The Set-Cookie headers that remove it from other paths or domains, as far as these are known. They come before the others. */
  linesElsewhere(shown: ShownCookies<SessionToken>, request: CookieRequest): readonly string[];
}
