import type { Budget } from './budget.js';
import { LimiterStorage, type Take } from './limiter-storage.js';

/**
 * What is needed of a `ThrottlerStorage` of `@nestjs/throttler` 6 or of its likes; times go in as ms and come out as seconds.
 *
 * @publicApi
 */
export interface ThrottlerStorageLike {
  increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
  ): Promise<{ readonly isBlocked: boolean; readonly timeToBlockExpire: number }>;
}

/** The name of the throttler, in storages that mind it. */
const throttler = 'nestjs-session-auth-limiter';

/**
 * Counts in the storage of `@nestjs/throttler`, which knows one thing: to count up, and to block for a fixed time. So it
 * counts every attempt, also one that succeeds; nothing can be forgotten on purpose; and there is no growing wait: the
 * attempt after the free ones waits for the longest time at once.
 *
 * @publicApi
 */
export class ThrottlerLimiterStorage extends LimiterStorage {
  constructor(private readonly storage: ThrottlerStorageLike) {
    super();
  }

  override async take(key: string, { free, longest, forgets }: Budget): Promise<Take> {
    // Not for as long as failures are remembered elsewhere: somebody who logs in every day would be shut out.
    const window = 'oneEvery' in forgets ? free * forgets.oneEvery : longest;
    const { isBlocked, timeToBlockExpire } = await this.storage.increment(key, window, free, longest, throttler);
    return isBlocked ? { wait: Math.max(1, timeToBlockExpire) * 1000 } : { taken: null };
  }
}
