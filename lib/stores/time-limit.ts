import { timerDelay } from '../config/timer.js';
import { isSessionError, SessionStoreUnavailableError } from '../errors.js';
import {
  type DeleteResult,
  isListable,
  isNoting,
  isOwned,
  isPrunable,
  type Listable,
  type Noting,
  type Owned,
  type Prunable,
  SessionStore,
  type StepDone,
  type StoredRecord,
  type Version,
  type WriteResult,
} from './session-store.js';

/**
 * Puts a time limit around a store: a call that takes longer than `ms` milliseconds is rejected, whatever becomes of it
 * later. What a store rejects with becomes a {@link SessionStoreUnavailableError}, if it is not an error of this package
 * already. What grows with what is stored, pruning, listing and ending all of an owner's, has the limit for each step that the
 * store tells of ({@link StepDone}), and for each key that it lists.
 */
export function withTimeLimit(store: SessionStore, ms: number): SessionStore {
  return new TimeLimitedStore(store, ms);
}

class TimeLimitedStore extends SessionStore implements Partial<Prunable & Listable & Owned & Noting> {
  readonly prune?: () => Promise<number>;
  readonly keys?: () => AsyncIterable<string>;
  readonly ownedBy?: (owner: string) => AsyncIterable<string>;
  readonly deleteOwnedBy?: (owner: string, exceptKey?: string) => Promise<number>;
  readonly notes?: (kind: string) => SessionStore;
  private readonly deadlines: Deadlines;

  constructor(
    private readonly store: SessionStore,
    ms: number,
  ) {
    super();
    this.deadlines = new Deadlines(ms);
    if (isPrunable(store)) this.prune = () => this.limit((stepDone) => store.prune(stepDone));
    // A store that keeps them apart has them at hand.
    if (isNoting(store)) this.notes = (kind) => store.notes(kind);
    if (isListable(store)) this.keys = () => this.walk((stepDone) => store.keys(stepDone));
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
        // After the time is over, or before it has begun, there is nothing to begin anew.
        if (deadline !== null && this.deadlines.remove(deadline)) deadline = this.deadlines.add(reject);
      };
      let answer: Promise<T>;
      try {
        answer = call(stepDone);
      } catch (error) {
        // A store of somebody else's may throw where it should reject.
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

  /** Walks over what the store lists. The limit is for the wait for a key, and not for what is done with it. */
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
      // Who has seen enough lets the store put away what it holds for the walk. One that did not answer would not answer this.
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
 * The calls under way, oldest first. All have the same limit, so the oldest is always due first: one timer for it serves
 * them all, where one per call would cost every request.
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

  /** False: it has been removed before, by its time. */
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

  /** The timer is left alone when a call ends in time; it finds out when it goes off. */
  private arm(delay: number): void {
    this.isArmed = true;
    // Where the process was too busy to look, answers may lie there unread. They are read before anybody is late.
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

/** The reason stays in the cause: nobody knows whether another's message holds a key or a password. */
function unavailable(error: unknown): Error {
  if (isSessionError(error)) return error;
  return new SessionStoreUnavailableError('The session store failed; the cause of this error says why.', {
    cause: error,
  });
}
