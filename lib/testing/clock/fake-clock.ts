import { parseDuration } from '../../config/duration.js';

/**
 * A clock that goes when it is told to. Give its `now` to the module as the option `clock`.
 *
 * Sessions, logins and cookies go by it, and so do the stores `memory`, `filesystem` and `lmdb`. The others let records
 * expire by the time of their own server, which no test can move.
 *
 * @publicApi
 */
export interface FakeClock {
  /** The time, in ms since the epoch. It needs no `this`. */
  readonly now: () => number;
  /**
   * Lets time pass.
   *
   * @param by a text such as `31m`, `2h` or `30d`; a number is **milliseconds**, as with the timers of test runners.
   * @throws RangeError for what is no duration, or negative
   */
  advance(by: number | string): void;
  /** Sets the time, backwards too. @throws RangeError for what is no time */
  set(time: Date | number | string): void;
}

const fakes = new WeakSet<() => number>();

/**
 * A fake clock, which stands still until it is told otherwise.
 *
 * @param start a date, its text, or ms since the epoch. Default: now. One in the past makes jars that go by the real time
 *   drop cookies with an expiry (remember-me, permanent sessions).
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

/** Whether `now` is that of a fake clock. */
export function isFake(now: () => number): boolean {
  return fakes.has(now);
}

function timeOf(time: Date | number | string): number {
  const ms = new Date(time).getTime();
  if (Number.isNaN(ms)) throw new RangeError('Expected a date, the text of one, or a number of ms since the epoch.');
  return ms;
}

function lengthOf(by: number | string): number {
  const ms = typeof by === 'string' ? parseDuration(by) : by;
  if (ms !== null && Number.isSafeInteger(ms) && ms >= 0) return ms;
  throw new RangeError('Expected how much time is to pass: a text such as 31m, or a whole number of ms from 0 up.');
}
