import type { Retries } from './back-off.js';
import type { MovedLogins } from './moved-logins.js';
import { isPointer } from './record.js';
import type { StoredSession } from './session-state.js';
import type { StoredRecords } from './stored-records.js';

/** How often a session may have got a new id since it was read. */
const MAX_HOPS = 16;

/** Ends a session that was read, wherever rotations have moved it since. */
export class SessionEnding {
  constructor(
    private readonly records: StoredRecords,
    private readonly moved: MovedLogins,
    private readonly retries: Retries,
  ) {}

  /** True: this call ended it. False: it had already ended. @throws SessionContendedError */
  end(stored: StoredSession): Promise<boolean> {
    return this.#end(stored, 0);
  }

  /** Ends a session that was not found under this id, if it has just moved to another one. */
  endMoved(formerId: string): Promise<boolean> {
    return this.#endMoved(formerId, 0);
  }

  async #end(stored: StoredSession, hops: number): Promise<boolean> {
    let { version } = stored;
    for (let attempt = 0; ; attempt++) {
      const result = await this.records.store.delete(stored.key, version);
      if (result === 'deleted') return true;
      if (result === 'absent') return this.#endMoved(stored.id, hops);
      const record = this.records.decode(stored.key, result.conflict.bytes);
      version = result.conflict.version;
      if (record === null || isPointer(record)) {
        const successor = record && this.records.successorIn(record, stored);
        const ended = successor !== null && (await this.#endUnder(successor, hops + 1));
        // Removing a pointer or an unreadable record does not end a session.
        await this.records.store.delete(stored.key, version);
        return ended;
      }
      await this.retries.wait(attempt);
    }
  }

  /** Ends the session that an id leads to. */
  async #endUnder(id: string, hops: number): Promise<boolean> {
    if (hops > MAX_HOPS) return false;
    const key = this.records.keyOf(id);
    const found = await this.records.store.read(key);
    if (found === null) return this.#endMoved(id, hops);
    const record = this.records.decode(key, found.bytes);
    if (record === null) return false;
    const stored = { id, key, bytes: found.bytes, version: found.version, asOf: this.records.newest.next() };
    if (!isPointer(record)) return this.#end(stored, hops);
    const successor = this.records.successorIn(record, stored);
    return successor !== null && this.#endUnder(successor, hops + 1);
  }

  /** Of several concurrent moves one has succeeded: the others lead nowhere. */
  async #endMoved(id: string, hops: number): Promise<boolean> {
    let ended = false;
    for (const successor of await this.moved.successorsOf(id)) {
      if (await this.#endUnder(successor, hops + 1)) ended = true;
    }
    return ended;
  }
}
