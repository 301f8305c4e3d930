import type { SessionCookie } from './cookie-options.js';

/**
 * The application's data in `req.session`. Declare its keys, as with express-session:
 *
 * @example declare module 'nestjs-session-auth/express' { interface SessionData { views?: number; } }
 *
 * @publicApi
 */
export interface SessionData {
  cookie: SessionCookie;
}
