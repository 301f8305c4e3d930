import { MINUTE } from '../../config/time.js';
import {
  type DeleteResult,
  SessionStore,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';

/** A record in memory. */
export interface Entry {
  bytes: Uint8Array;
  version: number;
  expiresAt: number;
  /** In ms: when its bytes were written. */
  writtenAt: number;
  readonly owner: string | undefined;
}

const sweepIntervalMs = MINUTE;

/** Records in memory, with expiry. Subclasses decide what to do when there are too many. */
export abstract class MemoryRecords extends SessionStore {
  /** In order of use: the least recently used first. */
  protected readonly entries = new Map<string, Entry>();
  private lastVersion = 0;
  private sweeper: NodeJS.Timeout | null = null;

  constructor(protected readonly now: () => number) {
    super();
  }

  override read(key: string): Promise<StoredRecord | null> {
    const entry = this.use(key);
    return Promise.resolve(entry === undefined ? null : toRecord(entry));
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    const entry = this.use(key);
    if (expected === 'absent') {
      if (entry !== undefined) return { conflict: toRecord(entry) };
      return { written: this.insert(key, bytes, ttlMs, owner) };
    }
    if (entry === undefined) return { gone: true };
    if (entry.version !== expected) return { conflict: toRecord(entry) };
    const now = this.now();
    entry.bytes = copyOf(bytes);
    entry.version = ++this.lastVersion;
    entry.writtenAt = now;
    entry.expiresAt = now + ttlMs;
    return { written: entry.version };
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

  /** Removes expired records and returns how many. */
  prune(): Promise<number> {
    return Promise.resolve(this.sweep());
  }

  /** The keys of the records that have not expired. */
  async *keys(): AsyncGenerator<string, void, undefined> {
    // A snapshot: reading a key moves it to the end, so iterating over the map itself while reading would never finish.
    for (const [key, entry] of [...this.entries]) {
      if (entry.expiresAt > this.now() && this.entries.has(key)) yield key;
    }
  }

  override close(): Promise<void> {
    this.stopSweeping();
    return Promise.resolve();
  }

  /** Before a record is created: makes space for it, or throws. */
  protected abstract makeRoom(): void;

  /** Called after a record was created. */
  protected abstract inserted(key: string, entry: Entry): void;

  /** Called after a record was used; it is now last in {@link entries}. */
  protected abstract used(key: string, entry: Entry): void;

  /** Called after a record was removed, for whatever reason. */
  protected abstract forgotten(key: string, entry: Entry): void;

  /** The live entry of `key`. Removes an expired one. */
  protected live(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expiresAt > this.now()) return entry;
    this.remove(key, entry);
    return undefined;
  }

  protected remove(key: string, entry: Entry): void {
    this.forget(key, entry);
    if (this.entries.size === 0) this.stopSweeping();
  }

  protected sweep(): number {
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

  /** The live entry of `key`, which becomes the most recently used. */
  private use(key: string): Entry | undefined {
    const entry = this.live(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    this.used(key, entry);
    return entry;
  }

  private insert(key: string, bytes: Uint8Array, ttlMs: number, owner: string | undefined): number {
    this.makeRoom();
    const now = this.now();
    const version = ++this.lastVersion;
    const entry = { bytes: copyOf(bytes), version, expiresAt: now + ttlMs, writtenAt: now, owner };
    this.entries.set(key, entry);
    this.inserted(key, entry);
    this.sweeper ??= setInterval(() => this.sweep(), sweepIntervalMs).unref();
    return version;
  }

  /** The only place where an entry is removed. */
  private forget(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.forgotten(key, entry);
  }

  private stopSweeping(): void {
    if (this.sweeper !== null) clearInterval(this.sweeper);
    this.sweeper = null;
  }
}

function toRecord(entry: Entry): StoredRecord {
  return { bytes: copyOf(entry.bytes), version: entry.version };
}

/** A copy that the caller owns. Not `slice`: on a Node Buffer that returns a view of the same memory. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
