import { isPrunable, type SessionStore } from '../stores/session-store.js';

/** Removes what has expired from a store that does not do so by itself, or does it too seldom for somebody's taste. */
export class StoreCleanup {
  constructor(private readonly store: SessionStore) {}

  /** How many records there were; 0 where it is left to the store. */
  async run(): Promise<number> {
    return isPrunable(this.store) ? this.store.prune() : 0;
  }
}
