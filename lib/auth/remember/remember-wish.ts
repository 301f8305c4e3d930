import { parseDuration } from '../../config/duration.js';
import { DAY } from '../../config/time.js';
import type { LoginOptions } from '../login.js';

/** Browsers cap cookie lifetimes. In ms. */
export const longestDuration = 400 * DAY;

/**
 * How long a login is to be remembered, in ms; null: it is not.
 *
 * @param usual the default.
 * @throws TypeError, RangeError naming the option
 */
export function wishIn({ remember, duration }: LoginOptions, usual: number): number | null {
  const isWished: unknown = remember;
  if (isWished === false || isWished === undefined || isWished === null) return null;
  if (isWished !== true) {
    // A string would always be truthy: `'false'` is, too.
    throw new TypeError("remember of a login: expected true or false. A form's checkbox sends a string: compare it.");
  }
  if (duration === undefined) return usual;
  const asGiven: unknown = duration;
  const ms = typeof asGiven === 'number' || typeof asGiven === 'string' ? parseDuration(asGiven) : null;
  if (ms !== null && ms > 0 && ms <= longestDuration) return ms;
  throw new RangeError(
    'duration of a login: expected a number of seconds above 0, or a string such as 12h or 30d, at most 400d.',
  );
}
