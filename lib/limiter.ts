/** For applications that count failed logins elsewhere than in the session store, and for authors of such storages. */
export {
  LimiterStorage,
  type CoarserCount,
  type Receipt,
  type Take,
  type TakesBack,
} from './auth/limiter/limiter-storage.js';
export { StoreLimiterStorage, type StoreLimiterStorageOptions } from './auth/limiter/store-limiter-storage.js';
export { ThrottlerLimiterStorage, type ThrottlerStorageLike } from './auth/limiter/throttler-limiter-storage.js';
export type { Budget } from './auth/limiter/budget.js';
