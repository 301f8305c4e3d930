import type { Noting, Owned, SessionStore, BulkReadable, StoredRecord } from '../session-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { MemoryNotes } from './memory-notes.js';
import { type Entry, MemoryRecords } from './memory-records.js';
import { OwnedKeys } from './owned-keys.js';

/** @publicApi */
export interface MemoryStoreOptions {
  /**
   * How many sessions are kept. When exceeded, the least recently used session without a login is evicted or, if there is none,
   * the least recently used login. Default: 10 000.
   */
  readonly maxSessions?: number;
  /**
   * How many notes of one kind are kept besides: that sealed sessions have ended, that logins failed. Notes are never evicted.
   * Default: 100 000.
   */
  readonly maxNotes?: number;
}

/**
 * Stores sessions in this process: for development, for tests, and for a single process whose sessions may end with it.
 * Processes do not see each other's sessions.
 *
 * @publicApi
 */
export class MemoryStore extends MemoryRecords implements BulkReadable, Owned, Noting {
  private readonly owned = new OwnedKeys();
  /** The keys of records without an owner, in order of use. */
  private readonly unowned = new Set<string>();
  private readonly spaces = new Map<string, MemoryNotes>();
  private readonly maxSessions: number;
  private readonly maxNotes: number;
  private readonly context: StoreContext;
  private hasWarned = false;

  constructor(options: MemoryStoreOptions = {}, context: StoreContext = standaloneContext) {
    super(clockOf(context));
    this.maxSessions = options.maxSessions ?? 10_000;
    this.maxNotes = options.maxNotes ?? 100_000;
    this.context = context;
  }

  /** The store for notes of one kind, separate from sessions and other notes. */
  notes(kind: string): SessionStore {
    const space = this.spaces.get(kind) ?? new MemoryNotes(this.maxNotes, this.now);
    this.spaces.set(kind, space);
    return space;
  }

  /** The records under `keys`. */
  readMany(keys: readonly string[]): Promise<(StoredRecord | null)[]> {
    return Promise.all(keys.map((key) => this.read(key)));
  }

  /** The keys of the owner's sessions that have not expired. */
  async *ownedBy(owner: string): AsyncGenerator<string, void, undefined> {
    for (const key of this.owned.of(owner)) {
      if (this.live(key) !== undefined) yield key;
    }
  }

  /** Removes all of the owner's sessions except the one under `exceptKey`, and returns how many. */
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

  override async close(): Promise<void> {
    await Promise.all([super.close(), ...Array.from(this.spaces.values(), (space) => space.close())]);
  }

  /**
   * Evicts a session without a login first. Anyone can create those, in any number, and must not be able to end users' logins
   * with them.
   */
  protected override makeRoom(): void {
    if (this.entries.size < this.maxSessions) return;
    const [ownerless] = this.unowned;
    const [oldest] = this.entries.keys();
    const key = ownerless ?? oldest;
    const entry = key === undefined ? undefined : this.entries.get(key);
    if (key === undefined || entry === undefined) return;
    this.remove(key, entry);
    if (this.hasWarned || entry.expiresAt <= this.now()) return;
    this.hasWarned = true;
    this.context.log.warn(
      `The memory store is full: it holds ${String(this.maxSessions)} sessions, and each new one now evicts the least recently used ` +
        'session without a login, or a login if there are no others. Raise SESSION_MEMORY_MAX ' +
        '(memory.maxSessions), or use another store.',
    );
  }

  protected override inserted(key: string, { owner }: Entry): void {
    if (owner === undefined) this.unowned.add(key);
    else this.owned.add(owner, key);
  }

  protected override used(key: string, { owner }: Entry): void {
    if (owner !== undefined) return;
    this.unowned.delete(key);
    this.unowned.add(key);
  }

  protected override forgotten(key: string, { owner }: Entry): void {
    if (owner === undefined) this.unowned.delete(key);
    else this.owned.remove(owner, key);
  }
}
