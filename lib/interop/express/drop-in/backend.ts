import type { Flight } from './connect-flights.js';
import type { RequestStore } from './express-store.js';

/** Where sessions are kept, as the middleware sees it. */
export interface Backend {
  /** What becomes `req.sessionStore`. */
  readonly store: RequestStore;
  /** Whether nothing of a response may go out before its session is saved: only then it is known whether there is one still. */
  readonly savesFirst: boolean;
  /** A request begins to work on a session. Null: the store itself knows who does what to it. */
  board(sid: string): Flight | null;
  /** Whether the session was found to have been ended by another request: it is not saved, and its cookie is not sent. */
  isGone(session: object): boolean;
}
