import type { CallbackError, DoneCallback } from './callbacks.js';
import type { SessionBehaviour } from './session-behaviour.js';
import type { SessionData } from './session-data.js';

/** An express-session store. @publicApi */
export interface ExpressStore {
  get(sid: string, callback: (error?: CallbackError, session?: SessionData | null) => void): unknown;
  set(sid: string, session: SessionData, callback?: DoneCallback): unknown;
  destroy(sid: string, callback?: DoneCallback): unknown;
  touch?(sid: string, session: SessionData, callback?: DoneCallback): unknown;
  createSession(req: object, session: SessionData): SessionBehaviour & SessionData;
  regenerate(req: object, callback: DoneCallback): unknown;
  on(event: 'connect' | 'disconnect', listener: () => void): unknown;
}

/**
 * A store that was written for express-session, as the option `store` takes it: with the session types of express-session, or with
 * none where `@types/express-session` is not installed. What its class inherits from express-session is looked at when the
 * application starts.
 *
 * @publicApi
 */
export interface ConnectStore {
  get(sid: string, callback: (error?: CallbackError, session?: SomeSession) => void): unknown;
  set(sid: string, session: SomeSession, callback?: DoneCallback): unknown;
  destroy(sid: string, callback?: DoneCallback): unknown;
  touch?(sid: string, session: SomeSession, callback?: DoneCallback): unknown;
}

/** What express-session or a store declares a session to be: of no type here. */
type SomeSession = ReturnType<JSON['parse']>;

/** `req.sessionStore`. @publicApi */
export interface RequestStore extends ExpressStore {
  /** Gives the request a new session with a new id. */
  generate?(req: object): void;
}

const needed = ['get', 'set', 'destroy', 'on', 'createSession', 'regenerate'] as const;

/** Whether it has the methods of an express-session store; anything that extends its class `Store`, or the drop-in's, does. */
export function isExpressStore(store: object): store is ExpressStore {
  return needed.every((name) => typeof Reflect.get(store, name) === 'function');
}
