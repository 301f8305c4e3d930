import type { CookieRequest } from '../cookie/other-places.js';
import type { ShownCookies } from '../cookie/cookie-header.js';
import type { TokenForm } from '../session/session-handle.js';
import type { SessionToken } from '../session/session-reference.js';
import type { StoredSession } from '../session/session-state.js';

/** How a session is transported: by a cookie that names its record, or by one that contains it. */
export interface SessionCookie extends TokenForm {
  /** Whether the header has a cookie of this name, valid or not. */
  isIn(header: string | undefined): boolean;

  /** The valid ones of a request. Never throws, whatever the header holds. */
  readAll(header: string | undefined): ShownCookies<SessionToken>;

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

  /** The Set-Cookie headers that remove it from other paths or domains, as far as these are known. They come before the others. */
  linesElsewhere(shown: ShownCookies<SessionToken>, request: CookieRequest): readonly string[];
}
