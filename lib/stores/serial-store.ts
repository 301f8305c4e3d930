import { KeyQueue } from './key-queue.js';
import { type DeleteResult, SessionStore, type StoredRecord, type Version, type WriteResult } from './session-store.js';

/** What a client without compare-and-set keeps of a record, besides whatever it needs itself. */
export interface SerialEntry {
  readonly version: string;
}

/** Stores over one client share its queue: within a process there is one order of what is done to a key. */
const queues = new WeakMap<object, KeyQueue>();

/**
 * A store over a client that cannot compare and set: it reads, compares, and then writes, for one key after the other. So the
 * law holds within one process. Where another process writes between the two, the last write wins, and where it deletes
 * between the two, the session is back.
 */
export abstract class SerialStore<Entry extends SerialEntry> extends SessionStore {
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

  /** What the client has under a key, unless it has expired. */
  protected abstract live(key: string): Promise<Entry | null>;

  protected abstract bytesOf(entry: Entry): Uint8Array;

  /** Stores it, whatever was there. @returns its version */
  protected abstract put(key: string, bytes: Uint8Array, ttlMs: number): Promise<string>;

  protected abstract extend(key: string, entry: Entry, ttlMs: number): Promise<void>;

  /** False: the client has found nothing there. */
  protected abstract remove(key: string): Promise<boolean>;

  #recordIn(entry: Entry): StoredRecord {
    return { bytes: this.bytesOf(entry), version: entry.version };
  }
}
