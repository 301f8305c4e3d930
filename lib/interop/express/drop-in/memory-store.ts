import { EventEmitter } from 'node:events';
import { callableClass } from './callable-class.js';
import { answer, type CallbackError, type DoneCallback } from './callbacks.js';
import type { SessionData } from './session-data.js';
import { Store } from './store.js';

class MemoryStoreBase extends Store {
  /** The sessions as JSON, by id. */
  declare sessions: Record<string, string>;

  constructor() {
    super();
    this.sessions = noSessions();
  }

  override get(sid: string, callback: (error: CallbackError, session?: SessionData | null) => void): void {
    answer<SessionData | null | undefined>(Promise.resolve(liveSession(this, sid)), callback);
  }

  override set(sid: string, session: SessionData, callback?: DoneCallback): void {
    this.sessions[sid] = JSON.stringify(session);
    answer(Promise.resolve(), callback);
  }

  override destroy(sid: string, callback?: DoneCallback): void {
    Reflect.deleteProperty(this.sessions, sid);
    answer(Promise.resolve(), callback);
  }

  override touch(sid: string, session: SessionData, callback?: DoneCallback): void {
    const stored = liveSession(this, sid);
    if (stored) this.sessions[sid] = JSON.stringify({ ...stored, cookie: session.cookie });
    answer(Promise.resolve(), callback);
  }

  override all(callback?: (error: CallbackError, sessions?: Record<string, SessionData> | null) => void): void {
    answer(Promise.resolve(liveSessions(this)), callback);
  }

  override length(callback: (error: CallbackError, length?: number) => void): void {
    answer(Promise.resolve(Object.keys(liveSessions(this)).length), callback);
  }

  override clear(callback?: DoneCallback): void {
    this.sessions = noSessions();
    answer(Promise.resolve(), callback);
  }
}

/**
 * The in-memory store of express-session, for development: it removes an expired session only when that is requested, and has
 * no limit.
 *
 * @publicApi
 */
export const MemoryStore = callableClass<MemoryStoreBase, typeof MemoryStoreBase>(MemoryStoreBase, (store) => {
  Reflect.apply(EventEmitter, store, []);
  store.sessions = noSessions();
});
/** @publicApi */
export type MemoryStore = MemoryStoreBase;

function noSessions(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

function liveSessions(store: MemoryStoreBase): Record<string, SessionData> {
  const live = Object.create(null) as Record<string, SessionData>;
  for (const sid of Object.keys(store.sessions)) {
    const session = liveSession(store, sid);
    if (session) live[sid] = session;
  }
  return live;
}

/** The session, unless it has expired; then it is removed. */
function liveSession({ sessions }: MemoryStoreBase, sid: string): SessionData | undefined {
  const text = sessions[sid];
  if (text === undefined) return undefined;
  // Code that sets it directly may have omitted the cookie.
  const session = JSON.parse(text) as Partial<SessionData>;
  const expires: unknown = session.cookie?.expires;
  if (typeof expires !== 'string' || new Date(expires).getTime() > Date.now()) return session as SessionData;
  Reflect.deleteProperty(sessions, sid);
  return undefined;
}
