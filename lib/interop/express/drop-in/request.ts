import type { IncomingMessage } from 'node:http';
import type { SidSecret } from '../connect-sid.js';
import type { SessionBehaviour } from './session-behaviour.js';
import type { SessionData } from './session-data.js';
import type { RequestStore } from './express-store.js';

/** The properties that the middleware adds to a request. @publicApi */
export interface WithSession {
  /** The session. Undefined before the middleware runs, and after it is destroyed. */
  session: SessionBehaviour & Partial<SessionData>;
  /** The session's id, which is as secret as the cookie. */
  sessionID: string;
  /** The session's store. */
  sessionStore: RequestStore;
}

/** A request as passed to the middleware: everything beyond Node's own properties is optional. */
export interface SessionRequest extends IncomingMessage {
  session?: (SessionBehaviour & Partial<SessionData>) | null | undefined;
  sessionID?: string | undefined;
  sessionStore?: RequestStore | undefined;
  /** If Express is mounted, `url` is only the remaining part. */
  originalUrl?: string | undefined;
  /** Express: whether the connection is secure, according to its trust in proxies. */
  secure?: boolean | undefined;
  /** The secret given to cookie-parser, and the cookies it has parsed. */
  secret?: SidSecret | undefined;
  cookies?: Readonly<Record<string, unknown>> | undefined;
  signedCookies?: Readonly<Record<string, unknown>> | undefined;
}
