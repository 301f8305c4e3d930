import { SessionAbilityMissingError } from '../errors.js';
import {
  SessionStore,
  type DeleteResult,
  type Sharing,
  type StoredRecord,
  type WriteResult,
} from '../stores/session-store.js';

/**
 * The store of an application that has none, because its sessions are in cookies: it is always empty. A write is rejected with
 * the setting that helps.
 */
export class NoStore extends SessionStore implements Sharing {
  readonly isAtomic: boolean = false;

  override read(): Promise<StoredRecord | null> {
    return Promise.resolve(null);
  }

  override async write(): Promise<WriteResult> {
    throw new SessionAbilityMissingError(
      'SESSION_TYPE is cookie, so there is no store, which remember-me, logoutAllUsers(), the limit of failed logins and the ' +
        'features need. Name one with SESSION_SEALED_REVOCATIONS (sealed.revocations): sessions stay in cookies.',
    );
  }

  override touch(): Promise<boolean> {
    return Promise.resolve(false);
  }

  override delete(): Promise<DeleteResult> {
    return Promise.resolve('absent');
  }
}
