import { SessionConfigError } from '../../errors.js';
import { type DeleteResult, SessionStore, type StoredRecord, type WriteResult } from '../session-store.js';

/**
 * Keeps nothing: for an application, or a part of one, that must not have sessions. Reading finds no session; storing one is an
 * error that says which setting chooses a store.
 *
 * @publicApi
 */
export class NullStore extends SessionStore {
  override async read(): Promise<StoredRecord | null> {
    return null;
  }

  /** @throws SessionConfigError always */
  override async write(): Promise<WriteResult> {
    throw new SessionConfigError([
      {
        setting: 'SESSION_TYPE (type)',
        problem: 'is null, a store that keeps nothing, and a session was to be stored; choose another, such as redis',
      },
    ]);
  }

  override async touch(): Promise<boolean> {
    return false;
  }

  override async delete(): Promise<DeleteResult> {
    return 'absent';
  }
}
