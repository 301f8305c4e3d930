/**
 * The cost of failures for one counter, such as an account's. All times are in milliseconds.
 *
 * @publicApi
 */
export interface Budget {
  /** How many attempts may fail before the next one has to wait; at least 1. */
  readonly free: number;
  /** The wait after the last free failure. It doubles with each further one. */
  readonly shortest: number;
  /** The longest wait. */
  readonly longest: number;
  /** `after`: all failures are forgotten this long after the last one. `oneEvery`: one is forgotten at each such interval. */
  readonly forgets: { readonly after: number } | { readonly oneEvery: number };
}

/** The failures of one counter. */
export interface Tally {
  /** Not a whole number if failures are forgotten one by one. */
  readonly count: number;
  /** When the last one was counted, in ms. */
  readonly at: number;
  /** No further attempt is allowed before this time, in ms; 0: none applies. */
  readonly until: number;
}

/** How long an attempt has to wait, in ms; 0: not at all. */
export function waitOf(tally: Tally | null, { longest }: Budget, now: number): number {
  const { until } = asOf(now, tally) ?? never;
  // Never more than the longest: the clocks of two processes differ.
  return Math.min(longest, Math.max(0, until - now));
}

/** The tally with one more failure. */
export function countedIn(tally: Tally | null, budget: Budget, now: number): Tally {
  const count = (leftOf(tally, budget, now)?.count ?? 0) + 1;
  const beyond = Math.floor(count - budget.free);
  const wait = beyond < 0 ? 0 : Math.min(budget.longest, budget.shortest * 2 ** beyond);
  return { count, at: now, until: wait === 0 ? 0 : now + wait };
}

/**
 * The tally without a counted attempt that turned out not to be a failure; null: nothing is left to store.
 *
 * @param until that of the tally in which it was counted: the wait ends with it, if nothing was counted since.
 */
export function takenBack(tally: Tally | null, until: number, budget: Budget, now: number): Tally | null {
  const left = leftOf(tally, budget, now);
  if (left === null) return null;
  const without = { ...left, count: Math.max(0, left.count - 1), until: left.until === until ? 0 : left.until };
  return isEmpty(without, now) ? null : without;
}

/** How long a tally has to be kept, in whole ms. */
export function lifeOf({ count, at, until }: Tally, { forgets }: Budget, now: number): number {
  const forgotten = 'after' in forgets ? at + forgets.after : at + count * forgets.oneEvery;
  return Math.max(1, Math.ceil(Math.max(until, forgotten) - now));
}

/** The part of a tally that is not forgotten yet. */
function leftOf(stored: Tally | null, { forgets }: Budget, now: number): Tally | null {
  const tally = asOf(now, stored);
  if (tally === null) return null;
  const passed = Math.max(0, now - tally.at);
  if ('after' in forgets) return passed < forgets.after ? tally : null;
  const left = { ...tally, count: Math.max(0, tally.count - passed / forgets.oneEvery), at: now };
  return isEmpty(left, now) ? null : left;
}

/** How far the clocks of an application's processes may differ, in ms. */
const CLOCK_DIFFERENCE = 60_000;

const never: Tally = { count: 0, at: 0, until: 0 };

/**
 * What was counted while a clock was ahead keeps its count but not its times: they would lock the owner out until then, and it
 * is unknown when the wait began.
 */
function asOf(now: number, tally: Tally | null): Tally | null {
  return tally !== null && tally.at > now + CLOCK_DIFFERENCE ? { count: tally.count, at: now, until: 0 } : tally;
}

function isEmpty({ count, until }: Tally, now: number): boolean {
  return count === 0 && until <= now;
}
