import type { SessionStore } from '../stores/session-store.js';

/** Asks the store for a record that does not exist, to learn whether it answers. */
export class StoreProbe {
  constructor(
    private readonly store: SessionStore,
    private readonly keyPrefix: string,
  ) {}

  /** Resolves if the store answers, whatever it has; rejects otherwise. No session is read or extended. */
  async run(): Promise<void> {
    await this.store.read(`${this.keyPrefix}probe`);
  }
}
