import type { Budget } from './budget.js';
import { LimiterStorage, type Take } from './limiter-storage.js';

/**
 * The parts of a `ThrottlerStorage` of `@nestjs/throttler` 6, or a similar one, that are needed; times are passed in ms and
 * returned in seconds.
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

/** The name of the throttler, for storages that use it. */
const throttler = 'nestjs-session-auth-limiter';

/**
 * Counts in the storage of `@nestjs/throttler`, which can only count up, and block for a fixed time. So it counts every
 * attempt, including successful ones; nothing can be forgotten on demand; and the wait does not grow: the attempt after the
 * free ones waits for the longest time at once.
 *
 * @publicApi
 */
export class ThrottlerLimiterStorage extends LimiterStorage {
  constructor(private readonly storage: ThrottlerStorageLike) {
    super();
  }

  override async take(key: string, { free, longest, forgets }: Budget): Promise<Take> {
    // Shorter than failures are remembered otherwise: a user who logs in every day would be locked out.
    const window = 'oneEvery' in forgets ? free * forgets.oneEvery : longest;
    const { isBlocked, timeToBlockExpire } = await this.storage.increment(key, window, free, longest, throttler);
    return isBlocked ? { wait: Math.max(1, timeToBlockExpire) * 1000 } : { taken: null };
  }
}
