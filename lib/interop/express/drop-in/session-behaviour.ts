import type { DoneCallback } from './callbacks.js';
import type { SessionCookie } from './cookie-options.js';

/** The methods and properties of `req.session` beside the application's data. @publicApi */
export interface SessionBehaviour {
  /** The session's id, which is as secret as its cookie. */
  readonly id: string;
  cookie: SessionCookie;
  /** Restarts its lifetime, `cookie.originalMaxAge`. The middleware calls this at the end of each request. */
  touch(): this;
  resetMaxAge(): this;
  /** Saves it now. The middleware does so at the end of the request. */
  save(callback?: DoneCallback): this;
  /** Reads it again; `req.session` is then another object. */
  reload(callback: DoneCallback): this;
  /** Ends it: `req.session` is then undefined, and the store has no record. */
  destroy(callback?: DoneCallback): this;
  /** Ends it, and starts an empty one with a new id. */
  regenerate(callback: DoneCallback): this;
}
