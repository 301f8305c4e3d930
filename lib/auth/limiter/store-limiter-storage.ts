import { wholeClock } from '../../config/clock.js';
import { SessionContendedError } from '../../errors.js';
import { backOff } from '../../session/back-off.js';
import type { SessionStore, StoredRecord, WriteResult } from '../../stores/session-store.js';
import { countedIn, lifeOf, takenBack, waitOf, type Budget, type Tally } from './budget.js';
import { LimiterStorage, type Receipt, type Take, type TakesBack } from './limiter-storage.js';

/** @publicApi */
export interface StoreLimiterStorageOptions {
  /** What the keys in the store begin with. Default: `limiter:`. */
  readonly keyPrefix?: string;
  /** The time in ms. Default: `Date.now`. */
  readonly now?: () => number;
}

/** So often is a write tried again when parallel logins change the same count. */
const maxRetries = 128;

/**
 * Counts in a session store, each count by compare-and-set under a key of its own, which ends when there is nothing left to
 * be remembered. An attempt without failures before it costs one store call, one after failures two.
 *
 * @publicApi
 */
export class StoreLimiterStorage extends LimiterStorage implements TakesBack {
  private readonly keyPrefix: string;
  private readonly now: () => number;

  constructor(
    private readonly store: SessionStore,
    options: StoreLimiterStorageOptions = {},
  ) {
    super();
    this.keyPrefix = options.keyPrefix ?? 'limiter:';
    this.now = wholeClock(options.now ?? Date.now);
  }

  override async take(key: string, budget: Budget): Promise<Take> {
    let take: Take = { wait: 0 };
    // Nobody has failed yet in most cases, so there is nothing to read.
    await this.change(key, budget, null, (tally, now) => {
      const wait = waitOf(tally, budget, now);
      if (wait > 0) {
        take = { wait };
        return tally;
      }
      const next = countedIn(tally, budget, now);
      take = { taken: next.until };
      return next;
    });
    return take;
  }

  async giveBack(key: string, budget: Budget, receipt: Receipt): Promise<void> {
    const until = typeof receipt === 'number' ? receipt : 0;
    const record = await this.store.read(this.keyPrefix + key);
    if (record !== null) {
      await this.change(key, budget, record, (tally, now) => takenBack(tally, until, budget, now));
    }
  }

  async clear(key: string): Promise<void> {
    await this.store.delete(this.keyPrefix + key);
  }

  /**
   * Stores what `change` makes of the tally there is; null removes it, and the same one leaves it alone.
   *
   * @param record what the store is thought to have.
   * @throws SessionContendedError where parallel changes of others never let it through
   */
  private async change(
    key: string,
    budget: Budget,
    record: StoredRecord | null,
    change: (tally: Tally | null, now: number) => Tally | null,
  ): Promise<void> {
    for (let attempt = 0; attempt <= maxRetries; attempt++) {
      const now = this.now();
      const tally = record === null ? null : tallyIn(record.bytes);
      const next = change(tally, now);
      if (next === tally) return;
      const result = await this.put(key, next, next === null ? 0 : lifeOf(next, budget, now), record);
      if (typeof result === 'string' || 'written' in result) return;
      record = 'conflict' in result ? result.conflict : null;
      await backOff(attempt);
    }
    throw new SessionContendedError(
      `A count of failed logins was changed by others ${String(maxRetries)} times in a row, and could not be stored.`,
    );
  }

  private put(
    key: string,
    tally: Tally | null,
    ttlMs: number,
    record: StoredRecord | null,
  ): Promise<WriteResult | 'deleted' | 'absent' | { readonly conflict: StoredRecord }> {
    const storeKey = this.keyPrefix + key;
    if (tally === null) {
      return record === null ? Promise.resolve('absent') : this.store.delete(storeKey, record.version);
    }
    const bytes = Buffer.from(JSON.stringify([tally.count, tally.at, tally.until]));
    return this.store.write(storeKey, bytes, ttlMs, record === null ? 'absent' : record.version);
  }
}

/** The tally in a record; null where it holds none, as after somebody else's write. */
function tallyIn(bytes: Uint8Array): Tally | null {
  const match = /^\[([0-9.e+-]+),([0-9.]+),([0-9.]+)\]$/.exec(Buffer.from(bytes).toString('latin1'));
  const [count, at, until] = (match?.slice(1) ?? []).map(Number);
  if (count === undefined || at === undefined || until === undefined) return null;
  return [count, at, until].every(Number.isFinite) ? { count, at, until } : null;
}
