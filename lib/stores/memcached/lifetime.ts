/**
 * When a record ends. memcached counts in seconds that need not have begun when a record is written, and a touch can
 * change nothing but these. So the server is asked to keep a record a little longer than it lives, and:
 *
 * - After a write, its end to the millisecond is in the item's flags, modulo 2^32.
 * - After a touch, the seconds that the server has left for it tell its end. It is asked for {@link touchedSeconds} more
 *   than it takes, so that what is in its last seconds because of a touch is told from what is so because of a write.
 *
 * Thus a record never ends early, after a write it ends on time, and after a touch at most two seconds late.
 */

/** What is told of an item without its value: `t` and `f`. */
export interface ItemTimes {
  /** -1: it does not end by itself. */
  readonly secondsLeft: number;
  readonly flags: number;
}

/** A longer time is taken for a date. In seconds. */
const longestRelative = 30 * 24 * 60 * 60;

/** memcached takes a date beyond 2^31 - 1, in January 2038, for the past. In seconds since the epoch. */
const latestDate = 2 ** 31 - 1;

/** The least seconds that are left of a record which lives because of a touch. */
const touchedSeconds = 4;

/** For `T`: an item that is written. A second of the server's may end at once, hence one more. */
export function secondsOfWrite(ttlMs: number, now: number): number {
  return asTime(Math.ceil(ttlMs / 1_000) + 1, now);
}

/** For `T`: an item that is touched. */
export function secondsOfTouch(ttlMs: number, now: number): number {
  return asTime(Math.ceil(ttlMs / 1_000) + touchedSeconds, now);
}

/** For `F`: the end of what is written. */
export function flagsOf(expiresAt: number): number {
  return Math.floor(expiresAt) % 2 ** 32;
}

/** Until when, at least, the item lives that was seen at `now`; `null`: its life is over. */
export function surelyUntil({ secondsLeft, flags }: ItemTimes, now: number): number | null {
  if (secondsLeft < 0) return Number.POSITIVE_INFINITY;
  if (secondsLeft >= touchedSeconds) return now + (secondsLeft - touchedSeconds) * 1_000;
  // The distance to the end that was written, however often 2^32 has gone by.
  const left = (flags - (Math.floor(now) % 2 ** 32)) | 0;
  // With more to live than the server will keep it for, it was touched since, and its time is over.
  return left > 0 && left <= (secondsLeft + 1) * 1_000 ? now + left : null;
}

/** An owner's list, which must not end before its records, is kept so much longer where both are cut short. In seconds. */
const listMargin = 60;

/** For `T`: an owner's list, kept for so many seconds. */
export function secondsOfList(seconds: number, now: number): number {
  return withinReach(seconds, now, 0);
}

function asTime(seconds: number, now: number): number {
  return withinReach(seconds, now, listMargin);
}

/** What would end later than memcached can count ends at its latest date, or in 30 days where that is later still. */
function withinReach(seconds: number, now: number, margin: number): number {
  const from = Math.floor(now / 1_000);
  const latest = latestDate - margin;
  const reachesMonth = from + longestRelative < latest;
  if (seconds > longestRelative) {
    if (from + seconds <= latest) return from + seconds;
    if (reachesMonth) return latest;
  }
  return Math.min(seconds, reachesMonth ? longestRelative : longestRelative - margin);
}
