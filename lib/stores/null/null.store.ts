import { SessionConfigError } from '../../errors.js';
import {
  type DeleteResult,
  SessionStore,
  type Sharing,
  type StoredRecord,
  type WriteResult,
} from '../session-store.js';

/**
 * Stores nothing: for an application, or a part of one, that must not have sessions. A read finds no session; a write throws an
 * error that names the setting for choosing a store.
 *
 * @publicApi
 */
export class NullStore extends SessionStore implements Sharing {
  readonly isAtomic: boolean = false;

  override async read(): Promise<StoredRecord | null> {
    return null;
  }

  /** @throws SessionConfigError always */
  override async write(): Promise<WriteResult> {
    throw new SessionConfigError([
      {
        setting: 'SESSION_TYPE (type)',
        problem: 'is null, a store that keeps nothing, but a session was to be stored; choose another, such as redis',
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
