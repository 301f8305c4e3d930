import { patience } from '../../scripts/patience.mjs';

/** That of the moment in which the file of tests is loaded. */
const factor = patience();

/** How long a test waits for something that is going to happen, in ms, before it gives up. */
export const patienceMs = scaled(60_000);

/** What takes at most `ms` on a calm machine, takes at most so long here. */
export function scaled(ms: number): number {
  // Whole: `spawn` takes no other.
  return Math.round(ms * factor);
}
