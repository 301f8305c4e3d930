import { wholeClock } from '../../config/clock.js';
import { SessionContendedError, SessionStoreFullError } from '../../errors.js';
import { CommitQueue, type Queued } from '../../session/commit-queue.js';
import { changeRecord, type RecordChange } from '../../session/compare-and-set.js';
import { notesOf, type SessionStore, type StoredRecord } from '../../stores/session-store.js';
import { countedIn, lifeOf, takenBack, waitOf, type Budget, type Tally } from './budget.js';
import { LimiterStorage, type CoarserCount, type Receipt, type Take, type TakesBack } from './limiter-storage.js';

/** @publicApi */
export interface StoreLimiterStorageOptions {
  /** The prefix of the keys in the store. Default: `limiter:`. */
  readonly keyPrefix?: string;
  /** The time in ms. Default: `Date.now`. */
  readonly now?: () => number;
  /**
   * How long a change waits for the previous one of the same count, in ms, before it proceeds by itself: as long as a store
   * call may take. Default: 2000.
   */
  readonly storeTimeout?: number;
}

/** An operation on a count. */
interface Change {
  readonly budget: Budget;
  /** Whether it is pointless without a tally. */
  readonly needsTally: boolean;
  /** Returns the tally to store; null removes it, an unchanged one leaves it alone. May be called several times. */
  make(tally: Tally | null, now: number): Tally | null;
}

/** How often a write is retried if parallel logins change the same count. */
const maxRetries = 128;

/**
 * Counts in a session store, each count by compare-and-set under its own key, which expires when there is nothing left to
 * remember. An attempt without prior failures costs one store call, one after failures two. Parallel attempts that wait in this
 * process for the current one are counted with one write.
 *
 * @publicApi
 */
export class StoreLimiterStorage extends LimiterStorage implements TakesBack {
  private readonly store: SessionStore;
  /** Where to count if the store is full; null: it keeps everything in one place, and rejects or evicts as it does. */
  private readonly coarser: SessionStore | null;
  private readonly keyPrefix: string;
  private readonly now: () => number;
  private readonly queues = new Map<SessionStore, CommitQueue<Change>>();

  constructor(store: SessionStore, options: StoreLimiterStorageOptions = {}) {
    super();
    this.store = notesOf(store, 'limiter');
    this.coarser = this.store === store ? null : notesOf(store, 'limiter-coarser');
    this.keyPrefix = options.keyPrefix ?? 'limiter:';
    this.now = wholeClock(options.now ?? Date.now);
    for (const each of [this.store, ...(this.coarser === null ? [] : [this.coarser])]) {
      this.queues.set(
        each,
        new CommitQueue((key, queued) => this.changeAll(each, key, queued), options.storeTimeout ?? 2_000),
      );
    }
  }

  override async take(key: string, budget: Budget, coarser?: CoarserCount): Promise<Take> {
    if (this.coarser === null || coarser === undefined) return this.takeIn(this.store, key, budget);
    // Its counts still apply after there is space again.
    const wait = await this.waitIn(this.coarser, coarser);
    if (wait > 0) return { wait };
    try {
      return await this.takeIn(this.store, key, budget);
    } catch (error) {
      if (!(error instanceof SessionStoreFullError)) throw error;
      const take = await this.takeIn(this.coarser, coarser.key, coarser.budget);
      return 'taken' in take ? { taken: new CoarserReceipt(coarser, take.taken) } : take;
    }
  }

  async giveBack(key: string, budget: Budget, receipt: Receipt): Promise<void> {
    if (receipt instanceof CoarserReceipt) await this.giveBackCoarser(receipt);
    else await this.giveBackIn(this.store, key, budget, receipt);
  }

  async clear(key: string, receipt?: Receipt): Promise<void> {
    // Others share that count: a success must not clear it.
    if (receipt instanceof CoarserReceipt) await this.giveBackCoarser(receipt);
    await this.store.delete(this.keyPrefix + key);
  }

  private async giveBackCoarser({ count: { key, budget }, receipt }: CoarserReceipt): Promise<void> {
    if (this.coarser !== null) await this.giveBackIn(this.coarser, key, budget, receipt);
  }

  private async waitIn(store: SessionStore, { key, budget }: CoarserCount): Promise<number> {
    const record = await store.read(this.keyPrefix + key);
    return record === null ? 0 : waitOf(tallyIn(record.bytes), budget, this.now());
  }

  private async takeIn(store: SessionStore, key: string, budget: Budget): Promise<Take> {
    let take: Take = { wait: 0 };
    await this.change(store, key, {
      budget,
      // Usually there are no failures yet, so there is nothing to read.
      needsTally: false,
      make(tally, now) {
        const wait = waitOf(tally, budget, now);
        if (wait > 0) {
          take = { wait };
          return tally;
        }
        const next = countedIn(tally, budget, now);
        take = { taken: next.until };
        return next;
      },
    });
    return take;
  }

  private async giveBackIn(store: SessionStore, key: string, budget: Budget, receipt: Receipt): Promise<void> {
    const until = typeof receipt === 'number' ? receipt : 0;
    await this.change(store, key, {
      budget,
      needsTally: true,
      make: (tally, now) => takenBack(tally, until, budget, now),
    });
  }

  private change(store: SessionStore, key: string, change: Change): Promise<void> {
    const queue = this.queues.get(store);
    if (queue === undefined) throw new TypeError('Each store of counts has a queue.');
    return queue.save(key, change);
  }

  /**
   * Applies one change after the other, and stores the result. @throws SessionContendedError if parallel changes keep getting
   * in the way
   */
  private async changeAll(store: SessionStore, key: string, queued: readonly Queued<Change>[]): Promise<void> {
    const changes = queued.map(({ commit }) => commit);
    const storeKey = this.keyPrefix + key;
    const found = changes.some(({ needsTally }) => needsTally) ? await store.read(storeKey) : null;
    const change = (record: StoredRecord | null): RecordChange => {
      const now = this.now();
      const tally = record === null ? null : tallyIn(record.bytes);
      const next = changes.reduce((before, one) => one.make(before, now), tally);
      if (next === tally) return 'keep';
      if (next === null) return 'remove';
      const ttlMs = Math.max(...changes.map(({ budget }) => lifeOf(next, budget, now)));
      return { bytes: Buffer.from(JSON.stringify([next.count, next.at, next.until])), ttlMs };
    };
    if ((await changeRecord(store, storeKey, found, change, maxRetries + 1)) === 'contended') {
      throw new SessionContendedError(
        `A count of failed logins was changed by others ${String(maxRetries)} times in a row, and could not be stored.`,
      );
    }
  }
}

/** For an attempt that was counted in a shared count. */
class CoarserReceipt {
  constructor(
    readonly count: CoarserCount,
    readonly receipt: Receipt,
  ) {}
}

/** The tally in a record; null if there is none, e.g. after an unrelated write. */
function tallyIn(bytes: Uint8Array): Tally | null {
  const match = /^\[([0-9.e+-]+),([0-9.]+),([0-9.]+)\]$/.exec(Buffer.from(bytes).toString('latin1'));
  const [count, at, until] = (match?.slice(1) ?? []).map(Number);
  if (count === undefined || at === undefined || until === undefined) return null;
  return [count, at, until].every(Number.isFinite) ? { count, at, until } : null;
}
