import { MINUTE } from '../../config/time.js';
import type { AuthFacts } from '../../session/auth-facts.js';

/** How a login must have been proved, and when. */
export interface Freshness {
  /** Which factors, how many of any kind, or all that the user has. Default: one. */
  readonly factors: readonly string[] | number | 'all';
  /** ms; null: at any time since the login. */
  readonly within: number | null;
  /** The action that must have been confirmed; null: none. */
  readonly action: string | null;
}

/** How far the clocks of an application's processes may differ, in ms. A time further in the future does not count as recent. */
const CLOCK_DIFFERENCE = MINUTE;

/** @param allFactors the factors that the user has; called for `all` only. */
export function isFresh(
  auth: AuthFacts,
  { factors, within, action }: Freshness,
  now: number,
  allFactors: readonly string[],
): boolean {
  const isRecent = (time: number | undefined): boolean =>
    time !== undefined && (within === null || (now - time <= within && time - now <= CLOCK_DIFFERENCE));
  const proved = Object.entries(auth.factors ?? {})
    .filter(([, time]) => isRecent(time))
    .map(([factor]) => factor);
  if (action !== null && !isRecent(timeOf(auth.grants, action))) return false;
  if (typeof factors === 'number') return proved.length >= Math.max(1, factors);
  const needed = factors === 'all' ? allFactors : factors;
  return proved.length > 0 && needed.every((factor) => proved.includes(factor));
}

function timeOf(times: AuthFacts['grants'], name: string): number | undefined {
  return times !== undefined && Object.hasOwn(times, name) ? times[name] : undefined;
}
