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
 * An express-session store, for the option `store`: with express-session's session types, or without types if
 * `@types/express-session` is not installed. Methods that its class inherits from express-session are checked when the
 * application starts. @publicApi
 */
export interface ConnectStore {
  get(sid: string, callback: (error?: CallbackError, session?: SomeSession) => void): unknown;
  set(sid: string, session: SomeSession, callback?: DoneCallback): unknown;
  destroy(sid: string, callback?: DoneCallback): unknown;
  touch?(sid: string, session: SomeSession, callback?: DoneCallback): unknown;
}

/** A session as declared by express-session or a store: untyped here. */
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
