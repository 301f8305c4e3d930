import { availableParallelism, loadavg } from 'node:os';

/**
 * How many times as long as on a calm machine something may take on this one, now. Time limits in tests are there to tell
 * "soon" from "never", and none is written without it. `TEST_PATIENCE` sets it by hand.
 */
const patience = Number(process.env['TEST_PATIENCE'] ?? 5 + (loadavg()[0] ?? 0) / availableParallelism());

/** How long a test waits for something that is going to happen, in ms, before it gives up. */
export const patienceMs = scaled(60_000);

/** What takes at most `ms` on a calm machine, takes at most so long here. */
export function scaled(ms: number): number {
  // Whole: `spawn` takes no other.
  return Math.round(ms * patience);
}
