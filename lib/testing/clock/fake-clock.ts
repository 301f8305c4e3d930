import { parseDuration } from '../../config/duration.js';

/**
 * A clock that you advance. Pass its `now` to the module as the option `clock`.
 *
 * Sessions, logins and cookies use it, and so do the stores `memory`, `filesystem` and `lmdb`. The others expire records by the
 * time of their own server, which a test cannot change.
 *
 * @publicApi
 */
export interface FakeClock {
  /** The time, in ms since the epoch. Does not use `this`. */
  readonly now: () => number;
  /**
   * Advances the time.
   *
   * @param by a string such as `31m`, `2h` or `30d`; a number is **milliseconds**, as with the timers of test runners.
   * @throws RangeError for an invalid or negative duration
   */
  advance(by: number | string): void;
  /** Sets the time; it may go back. @throws RangeError for an invalid time */
  set(time: Date | number | string): void;
}

const fakes = new WeakSet<() => number>();

/**
 * Creates a fake clock, which stands still until you advance it.
 *
 * @param start a date, a date string, or ms since the epoch. Default: now. With one in the past, cookie jars that use the real
 *   time drop cookies with an expiry (remember-me, permanent sessions).
 * @publicApi
 */
export function fakeClock(start: Date | number | string = Date.now()): FakeClock {
  let time = timeOf(start);
  const now = (): number => time;
  fakes.add(now);
  return {
    now,
    advance(by) {
      time += lengthOf(by);
    },
    set(to) {
      time = timeOf(to);
    },
  };
}

/** Whether `now` belongs to a fake clock. */
export function isFake(now: () => number): boolean {
  return fakes.has(now);
}

function timeOf(time: Date | number | string): number {
  const ms = new Date(time).getTime();
  if (Number.isNaN(ms)) throw new RangeError('Expected a date, a date string, or a number of ms since the epoch.');
  return ms;
}

function lengthOf(by: number | string): number {
  const ms = typeof by === 'string' ? parseDuration(by) : by;
  if (ms !== null && Number.isSafeInteger(ms) && ms >= 0) return ms;
  throw new RangeError('Expected how far to advance: a string such as 31m, or a whole number of ms, 0 or more.');
}
