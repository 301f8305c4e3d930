import { timerDelay } from '../config/timer.js';
import { isSessionError, SessionStoreUnavailableError } from '../errors.js';
import {
  type Announcements,
  announcementsOf,
  type Announcing,
  type BulkReadable,
  type DeleteResult,
  isAtomic,
  type Examinable,
  type Finding,
  isExaminable,
  isBulkReadable,
  isListable,
  isNoting,
  isOwned,
  isPrunable,
  type Listable,
  type Noting,
  type Owned,
  type Prunable,
  SessionStore,
  type Sharing,
  type StepDone,
  type StoredRecord,
  type Version,
  type WriteResult,
} from './session-store.js';

/**
 * Wraps a store with a time limit: a call that takes longer than `ms` milliseconds is rejected, whatever its later result.
 * Errors of the store become a {@link SessionStoreUnavailableError}, unless they are errors of this package already. For
 * operations that grow with the stored data (pruning, listing, ending all of an owner's records), the limit applies to each
 * step that the store reports ({@link StepDone}), and to each key listed.
 */
export function withTimeLimit(store: SessionStore, ms: number): SessionStore {
  return new TimeLimitedStore(store, ms);
}

class TimeLimitedStore
  extends SessionStore
  implements Announcing, Sharing, Partial<Prunable & Listable & BulkReadable & Owned & Noting & Examinable>
{
  readonly prune?: () => Promise<number>;
  readonly keys?: () => AsyncIterable<string>;
  readonly readMany?: (keys: readonly string[]) => Promise<(StoredRecord | null)[]>;
  readonly ownedBy?: (owner: string) => AsyncIterable<string>;
  readonly deleteOwnedBy?: (owner: string, exceptKey?: string) => Promise<number>;
  readonly notes?: (kind: string) => SessionStore;
  readonly examine?: () => Promise<readonly Finding[]>;
  /** Nobody waits for what is announced. */
  readonly announcements: Announcements | null;
  readonly isAtomic: boolean;
  private readonly deadlines: Deadlines;

  constructor(
    private readonly store: SessionStore,
    ms: number,
  ) {
    super();
    this.deadlines = new Deadlines(ms);
    this.announcements = announcementsOf(store);
    this.isAtomic = isAtomic(store);
    if (isPrunable(store)) this.prune = () => this.limit((stepDone) => store.prune(stepDone));
    // Such a store has them at hand.
    if (isNoting(store)) this.notes = (kind) => store.notes(kind);
    if (isExaminable(store)) this.examine = () => this.limit(() => store.examine());
    if (isListable(store)) this.keys = () => this.walk((stepDone) => store.keys(stepDone));
    if (isBulkReadable(store)) this.readMany = (keys) => this.limit((stepDone) => store.readMany(keys, stepDone));
    if (isOwned(store)) {
      this.ownedBy = (owner) => this.walk((stepDone) => store.ownedBy(owner, stepDone));
      this.deleteOwnedBy = (owner, exceptKey) =>
        this.limit((stepDone) => store.deleteOwnedBy(owner, exceptKey, stepDone));
    }
  }

  override read(key: string): Promise<StoredRecord | null> {
    return this.limit(() => this.store.read(key));
  }

  override write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    return this.limit(() => this.store.write(key, bytes, ttlMs, expected, owner));
  }

  override touch(key: string, ttlMs: number): Promise<boolean> {
    return this.limit(() => this.store.touch(key, ttlMs));
  }

  override delete(key: string, expected?: Version): Promise<DeleteResult> {
    return this.limit(() => (expected === undefined ? this.store.delete(key) : this.store.delete(key, expected)));
  }

  override async close(): Promise<void> {
    await this.limit(async () => this.store.close?.());
  }

  private limit<T>(call: (stepDone: StepDone) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let deadline: Deadline | null = null;
      const stepDone = (): void => {
        // Before the start and after the time limit there is nothing to restart.
        if (deadline !== null && this.deadlines.remove(deadline)) deadline = this.deadlines.add(reject);
      };
      let answer: Promise<T>;
      try {
        answer = call(stepDone);
      } catch (error) {
        // A custom store may throw synchronously instead of rejecting.
        reject(unavailable(error));
        return;
      }
      deadline = this.deadlines.add(reject);
      answer.then(
        (value) => {
          if (deadline !== null) this.deadlines.remove(deadline);
          resolve(value);
        },
        (error: unknown) => {
          if (deadline !== null) this.deadlines.remove(deadline);
          reject(unavailable(error));
        },
      );
    });
  }

  /** Iterates over the store's keys. The limit applies to waiting for a key, not to what the caller does with it. */
  private async *walk(list: (stepDone: StepDone) => AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
    let onStep: StepDone = () => undefined;
    let keys: AsyncIterator<string>;
    try {
      keys = list(() => onStep())[Symbol.asyncIterator]();
    } catch (error) {
      throw unavailable(error);
    }
    const limited = <T>(call: () => Promise<T>): Promise<T> =>
      this.limit((stepDone) => {
        onStep = stepDone;
        return call();
      });
    let isOver = false;
    try {
      for (;;) {
        const next = await limited(() => keys.next()).catch((error: unknown) => {
          isOver = true;
          throw error;
        });
        if (next.done === true) {
          isOver = true;
          return;
        }
        yield next.value;
      }
    } finally {
      // A caller that stops early lets the store release what it holds. A store that hangs would not respond to this.
      if (!isOver && keys.return !== undefined) await limited(async () => keys.return?.());
    }
  }
}

interface Deadline {
  readonly at: number;
  readonly reject: (error: Error) => void;
  previous: Deadline | null;
  next: Deadline | null;
}

/**
 * The calls in progress, oldest first. All have the same limit, so the oldest is always due first: a single timer serves them
 * all, where one per call would cost every request.
 */
class Deadlines {
  private oldest: Deadline | null = null;
  private newest: Deadline | null = null;
  private isArmed = false;

  constructor(private readonly ms: number) {}

  add(reject: (error: Error) => void): Deadline {
    const deadline: Deadline = { at: performance.now() + this.ms, reject, previous: this.newest, next: null };
    if (this.newest === null) this.oldest = deadline;
    else this.newest.next = deadline;
    this.newest = deadline;
    if (!this.isArmed) this.arm(this.ms);
    return deadline;
  }

  /** False: it has already been removed by the timer. */
  remove(deadline: Deadline): boolean {
    const { previous, next } = deadline;
    if (previous === null && this.oldest !== deadline) return false;
    if (previous === null) this.oldest = next;
    else previous.next = next;
    if (next === null) this.newest = previous;
    else next.previous = previous;
    deadline.previous = null;
    deadline.next = null;
    return true;
  }

  /** The timer is left running when a call ends in time; it checks when it fires. */
  private arm(delay: number): void {
    this.isArmed = true;
    // If the process was too busy, replies may be waiting unread. They are read before any call times out.
    setTimeout(() => setImmediate(() => this.expire()), timerDelay(delay)).unref();
  }

  private expire(): void {
    const now = performance.now();
    while (this.oldest !== null && this.oldest.at <= now) {
      const { reject } = this.oldest;
      this.remove(this.oldest);
      reject(
        new SessionStoreUnavailableError(
          `The session store did not answer within ${String(this.ms)} ms. SESSION_STORE_TIMEOUT (storeTimeout) sets the limit.`,
        ),
      );
    }
    this.isArmed = false;
    if (this.oldest !== null) this.arm(Math.max(1, this.oldest.at - now));
  }
}

/** The details stay in the cause: the message of a foreign error may contain a key or a password. */
function unavailable(error: unknown): Error {
  if (isSessionError(error)) return error;
  return new SessionStoreUnavailableError('The session store failed; the cause of this error says why.', {
    cause: error,
  });
}
