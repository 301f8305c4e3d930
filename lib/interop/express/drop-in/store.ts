import { EventEmitter } from 'node:events';
import { callableClass } from './callable-class.js';
import type { CallbackError, DoneCallback } from './callbacks.js';
import { Cookie } from './cookie.js';
import type { SessionRequest } from './request.js';
import { Session } from './session.js';
import type { SessionData } from './session-data.js';

abstract class StoreBase extends EventEmitter {
  /** Calls back with the session, or with nothing if there is none; an error with the code `ENOENT` means the same. */
  abstract get(sid: string, callback: (error: CallbackError, session?: SessionData | null) => void): void;
  abstract set(sid: string, session: SessionData, callback?: DoneCallback): void;
  abstract destroy(sid: string, callback?: DoneCallback): void;

  /** Extends a session's life, if the store can do so more cheaply than with a `set`. */
  touch?(sid: string, session: SessionData, callback?: DoneCallback): void;
  all?(callback: (error: CallbackError, sessions?: SessionData[] | Record<string, SessionData> | null) => void): void;
  length?(callback: (error: CallbackError, length?: number) => void): void;
  clear?(callback?: DoneCallback): void;
  /** Set by the middleware: gives a request a new session. */
  generate?(req: object): void;

  /** Ends the request's session, and gives it a new one. */
  regenerate(req: object, callback: DoneCallback): void {
    this.destroy((req as SessionRequest).sessionID ?? '', (error: CallbackError) => {
      this.generate?.(req);
      callback(error);
    });
  }

  /** Loads a session by its id, without a request. */
  load(sid: string, callback: (error?: CallbackError, session?: Session & SessionData) => void): void {
    this.get(sid, (error: CallbackError, data) => {
      if (error) return callback(error);
      if (!data) return callback();
      callback(null, this.createSession({ sessionID: sid, sessionStore: this }, data));
    });
  }

  /** Creates `req.session` from stored data. */
  createSession(req: object, data: SessionData): Session & SessionData {
    const expires: unknown = data.cookie.expires;
    const originalMaxAge = data.cookie.originalMaxAge;
    const cookie = new Cookie(data.cookie);
    // A date after JSON.
    if (typeof expires === 'string') cookie.expires = new Date(expires);
    cookie.originalMaxAge = originalMaxAge;
    data.cookie = cookie;
    const session = new Session(req, data) as Session & SessionData;
    (req as SessionRequest).session = session;
    return session;
  }
}

/**
 * The base of every express-session store, as a class or as an old-style function.
 *
 * @publicApi
 */
export const Store = callableClass<StoreBase, typeof StoreBase>(StoreBase, (store) => {
  Reflect.apply(EventEmitter, store, []);
});
/** @publicApi */
export type Store = StoreBase;
