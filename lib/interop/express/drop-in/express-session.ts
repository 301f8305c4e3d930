import './express-request.js';
import { Cookie } from './cookie.js';
import type { CookieData, CookieOptions } from './cookie-options.js';
import type { ExpressStore } from './express-store.js';
import { MemoryStore } from './memory-store.js';
import { createMiddleware, type SessionMiddleware } from './middleware.js';
import type { SessionOptions } from './options.js';
import type { SessionData } from './session-data.js';
import { Session } from './session.js';
import { Store } from './store.js';

/**
 * The express-session middleware, for Express, Connect, Nest on Express, or a `node:http` server: requests have `req.session`,
 * `req.sessionID` and `req.sessionStore`; the session is saved before the response is complete, and its cookie sent.
 *
 * @throws TypeError that names an invalid option.
 * @publicApi
 */
function session(options?: SessionOptions): SessionMiddleware {
  return createMiddleware(options);
}

/** As in express-session: `session.Store` is both a class and a type. */
declare namespace session {
  export { Cookie, MemoryStore, Session, Store };
  export type { CookieData, CookieOptions, ExpressStore, SessionData, SessionMiddleware, SessionOptions };
}

Object.assign(session, { Cookie, MemoryStore, Session, Store });

export default session;
