import { availableParallelism, loadavg } from 'node:os';

/**
 * How many times as long as on a calm machine something may take on this one, now. Time limits are there to tell "soon" from
 * "never", and none is written without it. `TEST_PATIENCE` sets it by hand.
 */
export function patience() {
  return Number(process.env.TEST_PATIENCE ?? 5 + loadavg()[0] / availableParallelism());
}
