import { timerDelay } from '../../config/timer.js';
import { SessionStoreUnavailableError } from '../../errors.js';
import type { Bucket } from './buckets.js';
import { takesBack, type LimiterStorage, type Receipt, type TakesBack } from './limiter-storage.js';

/** An attempt that was counted, and may be made. It counts as failed until something else is known. */
export interface CountedAttempt {
  readonly counted: readonly { readonly bucket: Bucket; readonly receipt: Receipt }[];
}

/** What the limiter does while its storage fails. */
export interface StorageTrouble {
  /** Whether attempts are made all the same, uncounted. */
  readonly isAllowed: boolean;
  /** How long it may take to answer, in ms. */
  readonly timeout: number;
  /** Hears of each failure. */
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

  /** Whether an attempt can be taken back; otherwise each counts, whatever becomes of it. */
  get canForget(): boolean {
    return this.#takingBack !== null;
  }

  /**
   * Counts an attempt in all of `buckets`, or gives the time in ms for which one of them refuses it.
   *
   * @throws what the storage throws, unless it is allowed to go on without
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

  /** Whether an attempt is made all the same where something else that is kept cannot be read. */
  goesOnWithout(error: unknown): boolean {
    this.trouble.report(error);
    return this.trouble.isAllowed;
  }

  /** It was no failure, and no success: as if it had not been made. */
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

  /** Forgets what is counted in these buckets. @throws what the storage throws */
  async forget(buckets: readonly Bucket[]): Promise<void> {
    const storage = this.#takingBack;
    if (storage !== null) for (const { key } of buckets) await this.#inTime(() => storage.clear(key));
  }

  /** What cannot be taken back stays counted: that is too strict for a while, and no reason to fail a login that is right. */
  async #each<T>(counted: readonly T[], step: (storage: TakesBack, item: T) => Promise<void>): Promise<void> {
    const storage = this.#takingBack;
    if (storage === null) return;
    for (const result of await Promise.allSettled(counted.map((item) => this.#inTime(() => step(storage, item))))) {
      if (result.status === 'rejected') this.trouble.report(result.reason);
    }
  }

  async #inTime<T>(call: () => Promise<T>): Promise<T> {
    const answer = call();
    const { timeout } = this.trouble;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new SessionStoreUnavailableError(
            `Failed logins could not be counted within ${String(timeout)} ms. SESSION_STORE_TIMEOUT (storeTimeout) sets the limit.`,
          ),
        );
      }, timerDelay(timeout));
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
