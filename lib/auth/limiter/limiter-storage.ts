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

/** The result of counting an attempt. @publicApi */
export type Take =
  /** It has been counted, and may be made. */
  | { readonly taken: Receipt }
  /** It must not be made for so many milliseconds. Nothing was counted. */
  | { readonly wait: number };

/**
 * Where failed logins are counted. An attempt counts as failed before it is made; so of any number of parallel attempts, no
 * more are made than the budget allows. A key is a keyed hash, safe to store.
 *
 * The contract: an error means that the storage cannot answer; it is a rejection, never a wrong answer. Counts are forgotten
 * according to the budget, and nothing is kept for ever.
 *
 * @publicApi
 */
export abstract class LimiterStorage {
  /**
   * Counts an attempt, if the budget allows it. Checking and counting must be atomic.
   *
   * @param coarser where to count if the storage has no space for another key, so that nothing is forgotten early. There are so
   *   few of these that there always is space for them.
   */
  abstract take(key: string, budget: Budget, coarser?: CoarserCount): Promise<Take>;
}

/**
 * An optional ability of a storage: counting only failures. A storage without it counts every attempt.
 *
 * @publicApi
 */
export interface TakesBack {
  /** The attempt was not a failure: undo its count. A no-op if it has been forgotten. */
  giveBack(key: string, budget: Budget, receipt: Receipt): Promise<void>;
  /** Forgets everything counted under a key. @param receipt of the successful attempt, if that is the cause */
  clear(key: string, receipt?: Receipt): Promise<void>;
}

export function takesBack(storage: LimiterStorage): storage is LimiterStorage & TakesBack {
  return 'giveBack' in storage && typeof storage.giveBack === 'function';
}

export function isLimiterStorage(value: unknown): value is LimiterStorage {
  return typeof value === 'object' && value !== null && 'take' in value && typeof value.take === 'function';
}
