import { within } from '../../config/within.js';
import { SessionStoreUnavailableError } from '../../errors.js';
import type { Bucket } from './buckets.js';
import { takesBack, type LimiterStorage, type Receipt, type TakesBack } from './limiter-storage.js';

/** A counted attempt, which may be made. It counts as failed until its result is known. */
export interface CountedAttempt {
  readonly counted: readonly { readonly bucket: Bucket; readonly receipt: Receipt }[];
}

/** How the limiter handles a failing storage. */
export interface StorageTrouble {
  /** Whether attempts are made anyway, uncounted. */
  readonly isAllowed: boolean;
  /** How long it may take to answer, in ms. */
  readonly timeout: number;
  /** Receives each failure. */
  report(error: unknown): void;
}

/** Counts attempts in their buckets, all or none. */
export class LoginTries {
  readonly #takingBack: (LimiterStorage & TakesBack) | null;

  constructor(
    private readonly storage: LimiterStorage,
    private readonly trouble: StorageTrouble,
  ) {
    this.#takingBack = takesBack(storage) ? storage : null;
  }

  /** Whether an attempt can be taken back; otherwise each one counts, whatever its result. */
  get canForget(): boolean {
    return this.#takingBack !== null;
  }

  /**
   * Counts an attempt in all of `buckets`, or returns how long one of them rejects it, in ms.
   *
   * @throws the storage's error, unless attempts are then allowed
   */
  async begin(buckets: readonly Bucket[]): Promise<CountedAttempt | { readonly wait: number }> {
    const counted: { bucket: Bucket; receipt: Receipt }[] = [];
    for (const bucket of buckets) {
      try {
        const take = await this.#inTime(() => this.storage.take(bucket.key, bucket.budget, bucket.coarser));
        if ('taken' in take) {
          counted.push({ bucket, receipt: take.taken });
        } else {
          await this.takeBack({ counted });
          return take;
        }
      } catch (error) {
        this.trouble.report(error);
        if (this.trouble.isAllowed) continue;
        await this.takeBack({ counted });
        throw error;
      }
    }
    return { counted };
  }

  /** Whether an attempt is made anyway if other stored data cannot be read. */
  goesOnWithout(error: unknown): boolean {
    this.trouble.report(error);
    return this.trouble.isAllowed;
  }

  /** It was neither a failure nor a success: undo its count. */
  async takeBack({ counted }: CountedAttempt): Promise<void> {
    await this.#each(counted, (storage, { bucket, receipt }) => storage.giveBack(bucket.key, bucket.budget, receipt));
  }

  /** It was a success. */
  async succeed({ counted }: CountedAttempt): Promise<void> {
    await this.#each(counted, (storage, { bucket, receipt }) =>
      bucket.onSuccess === 'clear'
        ? storage.clear(bucket.key, receipt)
        : storage.giveBack(bucket.key, bucket.budget, receipt),
    );
  }

  /** Forgets the counts of these buckets. @throws the storage's error */
  async forget(buckets: readonly Bucket[]): Promise<void> {
    const storage = this.#takingBack;
    if (storage !== null) for (const { key } of buckets) await this.#inTime(() => storage.clear(key));
  }

  /** An attempt that cannot be taken back stays counted: that is too strict for a while, but must not fail a correct login. */
  async #each<T>(counted: readonly T[], step: (storage: TakesBack, item: T) => Promise<void>): Promise<void> {
    const storage = this.#takingBack;
    if (storage === null) return;
    for (const result of await Promise.allSettled(counted.map((item) => this.#inTime(() => step(storage, item))))) {
      if (result.status === 'rejected') this.trouble.report(result.reason);
    }
  }

  #inTime<T>(call: () => Promise<T>): Promise<T> {
    const { timeout } = this.trouble;
    const late = (): Error =>
      new SessionStoreUnavailableError(
        `Failed logins could not be counted within ${String(timeout)} ms. SESSION_STORE_TIMEOUT (storeTimeout) sets the limit.`,
      );
    return within(timeout, call, late);
  }
}
