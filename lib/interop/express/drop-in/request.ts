import type { IncomingMessage } from 'node:http';
import type { SidSecret } from '../connect-sid.js';
import type { SessionBehaviour } from './session-behaviour.js';
import type { SessionData } from './session-data.js';
import type { RequestStore } from './express-store.js';

/** What the middleware adds to a request. @publicApi */
export interface WithSession {
  /** Its session. There is none before the middleware, or once it is destroyed. */
  session: SessionBehaviour & Partial<SessionData>;
  /** The id of its session, which is as secret as the cookie. */
  sessionID: string;
  /** Where its session is kept. */
  sessionStore: RequestStore;
}

/** A request as the middleware meets it: everything beside what Node gives may be there or not. */
export interface SessionRequest extends IncomingMessage {
  session?: (SessionBehaviour & Partial<SessionData>) | null | undefined;
  sessionID?: string | undefined;
  sessionStore?: RequestStore | undefined;
  /** Where Express was mounted, `url` is only what is left of it. */
  originalUrl?: string | undefined;
  /** Express: whether the connection is secure, as far as it trusts its proxy. */
  secure?: boolean | undefined;
  /** What cookie-parser was given, and what it has made of the cookies. */
  secret?: SidSecret | undefined;
  cookies?: Readonly<Record<string, unknown>> | undefined;
  signedCookies?: Readonly<Record<string, unknown>> | undefined;
}
