import { isPrunable, type SessionStore } from '../stores/session-store.js';

/** Removes expired records from a store that does not do so by itself, or not often enough. */
export class StoreCleanup {
  constructor(private readonly store: SessionStore) {}

  /** Returns how many records there were; 0 if the store does it itself. */
  async run(): Promise<number> {
    return isPrunable(this.store) ? this.store.prune() : 0;
  }
}
