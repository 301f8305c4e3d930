/**
 * When a record expires. memcached counts in whole seconds that may already have begun, and a touch can change nothing else. So
 * the server keeps a record a little longer than it lives, and:
 *
 * - A write stores the exact expiry in milliseconds in the item's flags, modulo 2^32.
 * - After a touch, the expiry follows from the seconds that the server has left. A touch adds {@link touchedSeconds}, so that
 *   an item in its last seconds after a touch can be told from one after a write.
 *
 * So a record never expires early; after a write it expires on time, after a touch at most two seconds late.
 */

/** The reply about an item without its value: `t` and `f`. */
export interface ItemTimes {
  /** -1: it does not expire. */
  readonly secondsLeft: number;
  readonly flags: number;
}

/** A longer time is read as a date. In seconds. */
const longestRelative = 30 * 24 * 60 * 60;

/** memcached reads a date beyond 2^31 - 1, in January 2038, as past. In seconds since the epoch. */
const latestDate = 2 ** 31 - 1;

/** The fewest seconds left of a live record after a touch. */
const touchedSeconds = 4;

/** For `T` in a write. A second of the server may end at once, hence one more. */
export function secondsOfWrite(ttlMs: number, now: number): number {
  return asTime(Math.ceil(ttlMs / 1_000) + 1, now);
}

/** For `T` in a touch. */
export function secondsOfTouch(ttlMs: number, now: number): number {
  return asTime(Math.ceil(ttlMs / 1_000) + touchedSeconds, now);
}

/** For `F`: the expiry of a write. */
export function flagsOf(expiresAt: number): number {
  return Math.floor(expiresAt) % 2 ** 32;
}

/** Until when, at least, the item seen at `now` lives; `null`: it has expired. */
export function surelyUntil({ secondsLeft, flags }: ItemTimes, now: number): number | null {
  if (secondsLeft < 0) return Number.POSITIVE_INFINITY;
  if (secondsLeft >= touchedSeconds) return now + (secondsLeft - touchedSeconds) * 1_000;
  // The distance to the written expiry, modulo 2^32.
  const left = (flags - (Math.floor(now) % 2 ** 32)) | 0;
  // If that is longer than the server keeps it, it was touched since, and has expired.
  return left > 0 && left <= (secondsLeft + 1) * 1_000 ? now + left : null;
}

/** How much longer an owner's list is kept if both are capped, since it must not expire before its records. In seconds. */
const listMargin = 60;

/** For `T` in a write of an owner's list. */
export function secondsOfList(seconds: number, now: number): number {
  return withinReach(seconds, now, 0);
}

function asTime(seconds: number, now: number): number {
  return withinReach(seconds, now, listMargin);
}

/** Caps expiries beyond memcached's range to its latest date, or to 30 days if that is later. */
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
