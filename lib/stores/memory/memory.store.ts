import {
  type DeleteResult,
  type Owned,
  SessionStore,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { OwnedKeys } from './owned-keys.js';

/** @publicApi */
export interface MemoryStoreOptions {
  /** How many sessions are held; one more evicts the session that was unused for longest. Default: 10 000. */
  readonly maxSessions?: number;
}

interface Entry {
  bytes: Uint8Array;
  version: number;
  expiresAt: number;
  readonly owner: string | undefined;
}

const sweepIntervalMs = 60_000;

/**
 * Keeps sessions in this process: for development, for tests, and for a single process whose sessions may end with it.
 * Several processes do not see one another's sessions.
 *
 * @publicApi
 */
export class MemoryStore extends SessionStore implements Owned {
  /** In the order of use: what was unused for longest comes first. */
  private readonly entries = new Map<string, Entry>();
  private readonly owned = new OwnedKeys();
  private readonly maxSessions: number;
  private readonly context: StoreContext;
  private readonly now: () => number;
  private lastVersion = 0;
  private hasWarned = false;
  private sweeper: NodeJS.Timeout | null = null;

  constructor(options: MemoryStoreOptions = {}, context: StoreContext = standaloneContext) {
    super();
    this.maxSessions = options.maxSessions ?? 10_000;
    this.context = context;
    this.now = clockOf(context);
  }

  override read(key: string): Promise<StoredRecord | null> {
    const entry = this.use(key);
    return Promise.resolve(entry === undefined ? null : toRecord(entry));
  }

  override write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    const entry = this.use(key);
    if (expected === 'absent') {
      if (entry !== undefined) return Promise.resolve({ conflict: toRecord(entry) });
      return Promise.resolve({ written: this.insert(key, bytes, ttlMs, owner) });
    }
    if (entry === undefined) return Promise.resolve({ gone: true });
    if (entry.version !== expected) return Promise.resolve({ conflict: toRecord(entry) });
    entry.bytes = copyOf(bytes);
    entry.version = ++this.lastVersion;
    entry.expiresAt = this.now() + ttlMs;
    return Promise.resolve({ written: entry.version });
  }

  override touch(key: string, ttlMs: number): Promise<boolean> {
    const entry = this.use(key);
    if (entry === undefined) return Promise.resolve(false);
    entry.expiresAt = this.now() + ttlMs;
    return Promise.resolve(true);
  }

  override delete(key: string, expected?: Version): Promise<DeleteResult> {
    const entry = this.use(key);
    if (entry === undefined) return Promise.resolve('absent');
    if (expected !== undefined && entry.version !== expected) return Promise.resolve({ conflict: toRecord(entry) });
    this.remove(key, entry);
    return Promise.resolve('deleted');
  }

  /** The keys of the owner's sessions that have not expired. */
  async *ownedBy(owner: string): AsyncGenerator<string, void, undefined> {
    for (const key of this.owned.of(owner)) {
      if (this.live(key) !== undefined) yield key;
    }
  }

  /** Removes all of the owner's sessions but that under `exceptKey`, and says how many they were. */
  deleteOwnedBy(owner: string, exceptKey?: string): Promise<number> {
    let removed = 0;
    for (const key of this.owned.of(owner)) {
      const entry = key === exceptKey ? undefined : this.live(key);
      if (entry === undefined) continue;
      this.remove(key, entry);
      removed++;
    }
    return Promise.resolve(removed);
  }

  /** Removes the sessions that have expired, and says how many they were. */
  prune(): Promise<number> {
    return Promise.resolve(this.sweep());
  }

  /** The keys of the sessions that have not expired. */
  async *keys(): AsyncGenerator<string, void, undefined> {
    for (const [key, entry] of this.entries) {
      if (entry.expiresAt > this.now()) yield key;
    }
  }

  override close(): Promise<void> {
    this.stopSweeping();
    return Promise.resolve();
  }

  /** The live entry of `key`, which thereby becomes the one used last. */
  private use(key: string): Entry | undefined {
    const entry = this.live(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry;
  }

  /** The live entry of `key`. One that has expired is removed on the way. */
  private live(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expiresAt > this.now()) return entry;
    this.remove(key, entry);
    return undefined;
  }

  private insert(key: string, bytes: Uint8Array, ttlMs: number, owner: string | undefined): number {
    const version = ++this.lastVersion;
    this.entries.set(key, { bytes: copyOf(bytes), version, expiresAt: this.now() + ttlMs, owner });
    if (owner !== undefined) this.owned.add(owner, key);
    if (this.entries.size > this.maxSessions) this.evict();
    this.sweeper ??= setInterval(() => this.sweep(), sweepIntervalMs).unref();
    return version;
  }

  private evict(): void {
    const oldest = this.entries.entries().next();
    if (oldest.done === true) return;
    const [key, entry] = oldest.value;
    this.forget(key, entry);
    if (this.hasWarned || entry.expiresAt <= this.now()) return;
    this.hasWarned = true;
    this.context.log.warn(
      `The memory store is full: it holds ${String(this.maxSessions)} sessions, and each new one now ends the session ` +
        'that was unused for longest. Raise SESSION_MEMORY_MAX (memory.maxSessions), or use another store.',
    );
  }

  private sweep(): number {
    const now = this.now();
    let removed = 0;
    for (const [key, entry] of this.entries) {
      if (entry.expiresAt > now) continue;
      this.forget(key, entry);
      removed++;
    }
    if (this.entries.size === 0) this.stopSweeping();
    return removed;
  }

  private remove(key: string, entry: Entry): void {
    this.forget(key, entry);
    if (this.entries.size === 0) this.stopSweeping();
  }

  /** The one place where an entry goes, and with it its owner's knowledge of it. */
  private forget(key: string, { owner }: Entry): void {
    this.entries.delete(key);
    if (owner !== undefined) this.owned.remove(owner, key);
  }

  private stopSweeping(): void {
    if (this.sweeper !== null) clearInterval(this.sweeper);
    this.sweeper = null;
  }
}

function toRecord(entry: Entry): StoredRecord {
  return { bytes: copyOf(entry.bytes), version: entry.version };
}

/** A copy that is nobody else's. Not `slice`: on a Node Buffer that is a view of the same memory. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
