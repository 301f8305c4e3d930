import type { DoneCallback } from './callbacks.js';
import type { SessionCookie } from './cookie-options.js';

/** What `req.session` can do, and has beside the application's data. @publicApi */
export interface SessionBehaviour {
  /** The session's id, which is as secret as its cookie. */
  readonly id: string;
  cookie: SessionCookie;
  /** Lets it live for `cookie.originalMaxAge` from now on. The middleware does that at the end of each request. */
  touch(): this;
  resetMaxAge(): this;
  /** Saves it now. The middleware does that at the end of the request. */
  save(callback?: DoneCallback): this;
  /** Reads it again; `req.session` is then another object. */
  reload(callback: DoneCallback): this;
  /** Ends it: there is no `req.session` any more, and nothing in the store. */
  destroy(callback?: DoneCallback): this;
  /** Ends it, and begins an empty one under a new id. */
  regenerate(callback: DoneCallback): this;
}
