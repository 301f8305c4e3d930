import { types } from 'node:util';
import { promiseOf } from './callbacks.js';
import type { RequestStore } from './express-store.js';
import type { SessionData } from './session-data.js';

/** The session in a store; null: none. */
export async function found(store: RequestStore, sid: string): Promise<SessionData | null> {
  try {
    const data = await promiseOf((done) => store.get(sid, done));
    return data ? (data as SessionData) : null;
  } catch (error) {
    // A file store reports a missing file this way.
    if (types.isNativeError(error) && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
