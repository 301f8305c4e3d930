import type { Noting, Owned, SessionStore } from '../session-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { MemoryNotes } from './memory-notes.js';
import { type Entry, MemoryRecords } from './memory-records.js';
import { OwnedKeys } from './owned-keys.js';

/** @publicApi */
export interface MemoryStoreOptions {
  /**
   * How many sessions are held. One more evicts the session without a login that was unused for longest, and where there is none,
   * the login that was. Default: 10 000.
   */
  readonly maxSessions?: number;
  /**
   * How many notes of one kind are held besides: that sealed sessions were ended, that logins failed. None is evicted.
   * Default: 100 000.
   */
  readonly maxNotes?: number;
}

/**
 * Keeps sessions in this process: for development, for tests, and for a single process whose sessions may end with it.
 * Several processes do not see one another's sessions.
 *
 * @publicApi
 */
export class MemoryStore extends MemoryRecords implements Owned, Noting {
  private readonly owned = new OwnedKeys();
  /** The keys of records without an owner, in the order of use. */
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

  /** Where notes of one kind are kept, apart from sessions and from notes of other kinds. */
  notes(kind: string): SessionStore {
    const space = this.spaces.get(kind) ?? new MemoryNotes(this.maxNotes, this.now);
    this.spaces.set(kind, space);
    return space;
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

  override async close(): Promise<void> {
    await Promise.all([super.close(), ...Array.from(this.spaces.values(), (space) => space.close())]);
  }

  /**
   * A session without a login goes first. Everybody can have such sessions, as many as they like, and must not be able to end those
   * of users with them.
   */
  protected override makeRoom(): void {
    if (this.entries.size < this.maxSessions) return;
    const [stranger] = this.unowned;
    const [oldest] = this.entries.keys();
    const key = stranger ?? oldest;
    const entry = key === undefined ? undefined : this.entries.get(key);
    if (key === undefined || entry === undefined) return;
    this.remove(key, entry);
    if (this.hasWarned || entry.expiresAt <= this.now()) return;
    this.hasWarned = true;
    this.context.log.warn(
      `The memory store is full: it holds ${String(this.maxSessions)} sessions, and each new one now ends the session without ` +
        'a login that was unused for longest, or a login where there are no others. Raise SESSION_MEMORY_MAX ' +
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
