import type { Finding } from './session-store.js';

/** How far clocks may differ, in ms, before that is worth a warning. */
const TOLERATED = 2_000;

/**
 * How far the clock of a server differs from this one.
 *
 * @param ask returns the server's time, in ms since the epoch. @param now the time here.
 */
export async function examineClock(ask: () => Promise<number>, now: () => number): Promise<Finding> {
  const before = now();
  const there = await ask();
  const after = now();
  // When in between the server looked at its clock is unknown.
  const difference = Math.max(0, before - there, there - after);
  const seconds = `${(difference / 1000).toFixed(1)} s`;
  if (difference <= TOLERATED) return { check: 'clock', status: 'ok', text: `differs by ${seconds} from the server's` };
  const direction = there < before ? 'ahead of' : 'behind';
  return {
    check: 'clock',
    status: 'warning',
    text: `is ${seconds} ${direction} the server's: sessions expire early or late. Synchronise both, such as by NTP.`,
  };
}
