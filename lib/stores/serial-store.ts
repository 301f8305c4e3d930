import { KeyQueue } from './key-queue.js';
import {
  type DeleteResult,
  SessionStore,
  type Sharing,
  type StoredRecord,
  type Version,
  type WriteResult,
} from './session-store.js';

/** What a client without compare-and-set keeps of a record, besides its own fields. */
export interface SerialEntry {
  readonly version: string;
}

/** Stores that share a client share its queue: operations on a key are ordered within a process. */
const queues = new WeakMap<object, KeyQueue>();

/**
 * A store over a client without compare-and-set: it reads, compares, and then writes, one operation per key at a time. So the
 * contract holds within one process. If another process writes in between, the last write wins; if it deletes in between, the
 * session is restored.
 */
export abstract class SerialStore<Entry extends SerialEntry> extends SessionStore implements Sharing {
  readonly isAtomic: boolean = false;
  readonly #queue: KeyQueue;

  constructor(client: object) {
    super();
    this.#queue = queues.get(client) ?? new KeyQueue();
    queues.set(client, this.#queue);
  }

  override async read(key: string): Promise<StoredRecord | null> {
    const entry = await this.live(key);
    return entry === null ? null : this.#recordIn(entry);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
  ): Promise<WriteResult> {
    const own = new Uint8Array(bytes);
    return this.#queue.run(key, async () => {
      const current = await this.live(key);
      if (expected === 'absent') {
        if (current !== null) return { conflict: this.#recordIn(current) };
      } else {
        if (current === null) return { gone: true };
        if (current.version !== expected) return { conflict: this.#recordIn(current) };
      }
      return { written: await this.put(key, own, ttlMs) };
    });
  }

  override async touch(key: string, ttlMs: number): Promise<boolean> {
    return this.#queue.run(key, async () => {
      const current = await this.live(key);
      if (current === null) return false;
      await this.extend(key, current, ttlMs);
      return true;
    });
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    return this.#queue.run(key, async () => {
      const current = await this.live(key);
      if (current === null) return 'absent';
      if (expected !== undefined && current.version !== expected) return { conflict: this.#recordIn(current) };
      return (await this.remove(key)) ? 'deleted' : 'absent';
    });
  }

  /** The live entry under a key. */
  protected abstract live(key: string): Promise<Entry | null>;

  protected abstract bytesOf(entry: Entry): Uint8Array;

  /** Stores it, overwriting any other. @returns its version */
  protected abstract put(key: string, bytes: Uint8Array, ttlMs: number): Promise<string>;

  protected abstract extend(key: string, entry: Entry, ttlMs: number): Promise<void>;

  /** False: there was nothing to remove. */
  protected abstract remove(key: string): Promise<boolean>;

  #recordIn(entry: Entry): StoredRecord {
    return { bytes: this.bytesOf(entry), version: entry.version };
  }
}
