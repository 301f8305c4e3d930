import { nobodyWaits, type CallbackError, type DoneCallback } from './callbacks.js';
import type { RequestStore } from './express-store.js';
import type { SessionCookie } from './cookie-options.js';
import type { SessionRequest } from './request.js';
import type { SessionBehaviour } from './session-behaviour.js';

/** `req.session`: its own properties are `cookie` and the data. @publicApi */
export class Session implements SessionBehaviour {
  declare readonly id: string;
  declare cookie: SessionCookie;

  /** @param data the stored data; keys that are names of the session itself (`save`, `constructor` …) are dropped. */
  constructor(req: object, data?: object | null) {
    Object.defineProperty(this, 'req', { value: req });
    Object.defineProperty(this, 'id', { value: (req as SessionRequest).sessionID });
    if (typeof data !== 'object' || data === null) return;
    for (const key in data) if (!(key in this)) Reflect.set(this, key, Reflect.get(data, key));
  }

  touch(): this {
    return this.resetMaxAge();
  }

  resetMaxAge(): this {
    Object.assign(this.cookie, { maxAge: this.cookie.originalMaxAge });
    return this;
  }

  save(callback: DoneCallback = nobodyWaits): this {
    storeOf(this).set(this.id, this, callback);
    return this;
  }

  reload(callback: DoneCallback): this {
    const req = requestOf(this);
    const store = storeOf(this);
    store.get(this.id, (error: CallbackError, data) => {
      if (error) return callback(error);
      if (!data) return callback(new Error('failed to load session'));
      store.createSession(req, data);
      callback();
    });
    return this;
  }

  destroy(callback: DoneCallback = nobodyWaits): this {
    const store = storeOf(this);
    delete requestOf(this).session;
    store.destroy(this.id, callback);
    return this;
  }

  regenerate(callback: DoneCallback): this {
    storeOf(this).regenerate(requestOf(this), callback);
    return this;
  }
}

function requestOf(session: Session): SessionRequest {
  return Reflect.get(session, 'req') as SessionRequest;
}

function storeOf(session: Session): RequestStore {
  const { sessionStore } = requestOf(session);
  if (sessionStore === undefined) throw new TypeError('The request of this session has no sessionStore.');
  return sessionStore;
}
