import type { Budget } from './budget.js';

/**
 * What a storage needs to take an attempt back. Opaque: only the storage that made a receipt reads it.
 *
 * @publicApi
 */
export type Receipt = unknown;

/** A key that many others share. @publicApi */
export interface CoarserCount {
  readonly key: string;
  readonly budget: Budget;
}

/** What became of an attempt that was to be counted. @publicApi */
export type Take =
  /** It is counted, and may be made. */
  | { readonly taken: Receipt }
  /** It may not be made before so many milliseconds have passed. Nothing was counted. */
  | { readonly wait: number };

/**
 * Where failed logins are counted. An attempt counts as failed from before it is made; so of any number of parallel
 * attempts no more are made than the budget allows. A key is a keyed hash, safe to store.
 *
 * The law: an error means that the storage is not able to answer; it is a rejection, never a wrong answer. What is counted
 * is forgotten as the budget says, and nothing stays for ever.
 *
 * @publicApi
 */
export abstract class LimiterStorage {
  /**
   * Counts an attempt, if the budget allows it. Checking and counting is one step, whoever else does the same meanwhile.
   *
   * @param coarser where to count for a storage that has no room for another key, so that nothing is forgotten early. There are
   *   so few of these that there always is room for them.
   */
  abstract take(key: string, budget: Budget, coarser?: CoarserCount): Promise<Take>;
}

/**
 * An ability that a storage may have besides: counting the failures alone. One without it counts every attempt.
 *
 * @publicApi
 */
export interface TakesBack {
  /** The attempt was no failure: it is as if it had not been counted. Does nothing where all is forgotten already. */
  giveBack(key: string, budget: Budget, receipt: Receipt): Promise<void>;
  /** Forgets all that was counted under a key. @param receipt of the attempt that has succeeded, where it is because of one */
  clear(key: string, receipt?: Receipt): Promise<void>;
}

export function takesBack(storage: LimiterStorage): storage is LimiterStorage & TakesBack {
  return 'giveBack' in storage && typeof storage.giveBack === 'function';
}

export function isLimiterStorage(value: unknown): value is LimiterStorage {
  return typeof value === 'object' && value !== null && 'take' in value && typeof value.take === 'function';
}
