import { SessionStore } from '../../../stores/session-store.js';
import type { Backend } from './backend.js';
import { OwnStore, type OwnStoreOptions } from './own-store.js';

/** A store of this package: no update is lost, and no ended session is restored. */
export class OwnBackend implements Backend {
  readonly savesFirst = true;
  readonly store: OwnStore;

  constructor(store: SessionStore, options: OwnStoreOptions) {
    this.store = new OwnStore(store, options);
  }

  board(): null {
    return null;
  }

  isGone(session: object): boolean {
    return this.store.isGone(session);
  }
}

const methods = ['read', 'write', 'touch', 'delete'] as const;

/** Also from another copy of the package in this process. */
export function isSessionStore(store: object): store is SessionStore {
  return store instanceof SessionStore || methods.every((name) => typeof Reflect.get(store, name) === 'function');
}
