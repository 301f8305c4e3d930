import { types } from 'node:util';
import { SessionConfigError, SessionStoreUnavailableError } from '../../errors.js';
import { KeyQueue } from '../key-queue.js';
import {
  type DeleteResult,
  SessionStore,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { standaloneContext, type StoreContext } from '../store-context.js';
import { bytesOf, type Entry, parseEntry, toEntry } from './entry.js';
import { isKeyvClient, type KeyvClient, rejectsErrors } from './keyv.client.js';

/** Stores over one Keyv share its queue: within a process there is one order of what is done to a key. */
const queues = new WeakMap<KeyvClient, KeyQueue>();

/**
 * Keeps sessions in whatever Keyv has an adapter for, or in anything else with `get`, `set` and `delete`.
 *
 * **It cannot promise compare-and-set across processes**, since Keyv has none: the store reads, compares, and then writes.
 * Within one process it does so for one key after the other, and obeys the law. Where another process writes between the
 * two, the last write wins, and where it deletes between the two, the session is back. Use it for one process, or where
 * that is acceptable; the other stores do not have this gap.
 *
 * @publicApi
 */
export class KeyvStore extends SessionStore {
  private readonly queue: KeyQueue;
  private readonly now: () => number;

  /**
   * @param keyv it is used as it is, and never closed. A Keyv must have been made with `throwOnErrors: true`, or an adapter
   *   that fails would look like one without sessions.
   * @throws SessionConfigError where it is nothing that the store can use
   */
  constructor(
    private readonly keyv: KeyvClient,
    context: StoreContext = standaloneContext,
  ) {
    super();
    if (!isKeyvClient(keyv)) {
      throw new SessionConfigError([
        { setting: 'new KeyvStore(keyv)', problem: 'expected a Keyv, with get, set and delete' },
      ]);
    }
    if (!rejectsErrors(keyv)) {
      throw new SessionConfigError([
        {
          setting: 'new KeyvStore(keyv)',
          problem: 'expected a Keyv with throwOnErrors: true, or an adapter that fails would look like an empty one',
        },
      ]);
    }
    this.queue = queues.get(keyv) ?? new KeyQueue();
    queues.set(keyv, this.queue);
    this.now = context.now ?? Date.now;
  }

  override async read(key: string): Promise<StoredRecord | null> {
    const entry = await this.live(key);
    return entry === null ? null : toRecord(entry);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
  ): Promise<WriteResult> {
    const entry = toEntry(bytes, 0);
    return this.queue.run(key, async () => {
      const current = await this.live(key);
      if (expected === 'absent') {
        if (current !== null) return { conflict: toRecord(current) };
      } else {
        if (current === null) return { gone: true };
        if (current.version !== expected) return { conflict: toRecord(current) };
      }
      await this.put(key, entry, ttlMs);
      return { written: entry.version };
    });
  }

  override async touch(key: string, ttlMs: number): Promise<boolean> {
    return this.queue.run(key, async () => {
      const current = await this.live(key);
      if (current === null) return false;
      await this.put(key, current, ttlMs);
      return true;
    });
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    return this.queue.run(key, async () => {
      const current = await this.live(key);
      if (current === null) return 'absent';
      if (expected !== undefined && current.version !== expected) return { conflict: toRecord(current) };
      // Where another process was quicker there is nothing left, which is what was asked for.
      return (await orRefuse(() => this.keyv.delete(key))) === false ? 'absent' : 'deleted';
    });
  }

  private async put(key: string, entry: Entry, ttlMs: number): Promise<void> {
    const dated = { ...entry, expiresAt: this.now() + ttlMs };
    const isStored = await orRefuse(() => this.keyv.set(key, dated, ttlMs));
    if (isStored === false) throw new SessionStoreUnavailableError('Keyv did not store a session, and gave no reason.');
  }

  private async live(key: string): Promise<Entry | null> {
    const entry = parseEntry(await orRefuse(() => this.keyv.get(key)));
    return entry !== null && entry.expiresAt > this.now() ? entry : null;
  }
}

function toRecord(entry: Entry): StoredRecord {
  return { bytes: bytesOf(entry), version: entry.version };
}

/** The call may answer at once, and fail at once. */
async function orRefuse(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    const reason = types.isNativeError(error) ? error.message : 'the adapter gave no reason';
    throw new SessionStoreUnavailableError(`Keyv did not answer: ${reason}`, { cause: error });
  }
}
