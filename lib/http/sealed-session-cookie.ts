import { hasCookie, type ShownCookies } from '../cookie/cookie-header.js';
import type { CookieRequest } from '../cookie/other-places.js';
import type { SealedCookie } from '../cookie/sealed-cookie.js';
import { unpackContent } from '../session/sealed-content.js';
import { SealedSession } from '../session/sealed-session.js';
import type { SessionToken } from '../session/session-reference.js';
import type { StoredSession } from '../session/session-state.js';
import type { SessionCookie } from './session-cookie.js';

/** The cookie that holds the session. */
export class SealedSessionCookie implements SessionCookie {
  constructor(private readonly cookie: SealedCookie) {}

  isIn(header: string | undefined): boolean {
    return hasCookie(header, this.cookie.name);
  }

  readAll(header: string | undefined): ShownCookies<SessionToken> {
    const { tokens: opened, hasOthers } = this.cookie.readAll(header);
    const tokens = opened.flatMap(({ content, issuedAt, outdated }) => {
      const carried = unpackContent(content);
      return carried === null ? [] : [{ id: carried.id, issuedAt, outdated, carried }];
    });
    return { tokens, hasOthers: hasOthers || tokens.length < opened.length };
  }

  carries({ carried }: SessionToken, session: StoredSession): boolean {
    return contentOf(session) === carried?.content;
  }

  linesFor(session: StoredSession, issuedAt: number, maxAge: number | null, https: boolean): readonly string[] {
    return this.cookie.write(contentOf(session), issuedAt, maxAge, https);
  }

  clearingLines(https: boolean): readonly string[] {
    return this.cookie.clear(https);
  }

  isElsewhere(shown: ShownCookies<SessionToken>): boolean {
    return this.cookie.isElsewhere(shown);
  }

  linesElsewhere(shown: ShownCookies<SessionToken>, request: CookieRequest): readonly string[] {
    return this.cookie.linesElsewhere(shown, request);
  }
}

/** The repository of sealed sessions creates no others. */
function contentOf(session: StoredSession): Uint8Array {
  if (session instanceof SealedSession) return session.content;
  throw new TypeError('A stored session was passed to a cookie that is to hold it.');
}
