import type { Flight } from './connect-flights.js';
import type { RequestStore } from './express-store.js';

/** The middleware's view of where sessions are kept. */
export interface Backend {
  /** The value of `req.sessionStore`. */
  readonly store: RequestStore;
  /** Whether the session must be saved before any of the response is sent: only then is it known whether it still exists. */
  readonly savesFirst: boolean;
  /** Call it when a request begins to use a session. Null: the store itself detects concurrent changes. */
  board(sid: string): Flight | null;
  /** Whether another request has ended the session: then it is not saved, and its cookie is not sent. */
  isGone(session: object): boolean;
}
