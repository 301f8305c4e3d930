import { EventEmitter } from 'node:events';
import { callableClass } from './callable-class.js';
import type { CallbackError, DoneCallback } from './callbacks.js';
import { Cookie } from './cookie.js';
import type { SessionRequest } from './request.js';
import { Session } from './session.js';
import type { SessionData } from './session-data.js';

abstract class StoreBase extends EventEmitter {
  /** Calls back with the session, or with nothing where there is none; an error with the code `ENOENT` means the same. */
  abstract get(sid: string, callback: (error: CallbackError, session?: SessionData | null) => void): void;
  abstract set(sid: string, session: SessionData, callback?: DoneCallback): void;
  abstract destroy(sid: string, callback?: DoneCallback): void;

  /** Lets a session live longer, where a store can do that for less than a `set`. */
  touch?(sid: string, session: SessionData, callback?: DoneCallback): void;
  all?(callback: (error: CallbackError, sessions?: SessionData[] | Record<string, SessionData> | null) => void): void;
  length?(callback: (error: CallbackError, length?: number) => void): void;
  clear?(callback?: DoneCallback): void;
  /** The middleware puts it here: gives a request a new session. */
  generate?(req: object): void;

  /** Ends the request's session, and gives it a new one. */
  regenerate(req: object, callback: DoneCallback): void {
    this.destroy((req as SessionRequest).sessionID ?? '', (error: CallbackError) => {
      this.generate?.(req);
      callback(error);
    });
  }

  /** A session without a request, for whoever has its id. */
  load(sid: string, callback: (error?: CallbackError, session?: Session & SessionData) => void): void {
    this.get(sid, (error: CallbackError, data) => {
      if (error) return callback(error);
      if (!data) return callback();
      callback(null, this.createSession({ sessionID: sid, sessionStore: this }, data));
    });
  }

  /** Makes `req.session` of what was stored. */
  createSession(req: object, data: SessionData): Session & SessionData {
    const expires: unknown = data.cookie.expires;
    const originalMaxAge = data.cookie.originalMaxAge;
    const cookie = new Cookie(data.cookie);
    // What JSON has made of a date.
    if (typeof expires === 'string') cookie.expires = new Date(expires);
    cookie.originalMaxAge = originalMaxAge;
    data.cookie = cookie;
    const session = new Session(req, data) as Session & SessionData;
    (req as SessionRequest).session = session;
    return session;
  }
}

/**
 * What every store of express-session extends, as a class, or as a function of old.
 *
 * @publicApi
 */
export const Store = callableClass<StoreBase, typeof StoreBase>(StoreBase, (store) => {
  Reflect.apply(EventEmitter, store, []);
});
/** @publicApi */
export type Store = StoreBase;
