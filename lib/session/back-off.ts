import { randomInt } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';

const LONGEST_MS = 32;

/** Lets the others go first: not at all the first time, then for a random time that grows to 32 ms. */
export async function backOff(attempt: number): Promise<void> {
  if (attempt === 0) return;
  const ceiling = Math.min(LONGEST_MS, 2 ** Math.ceil(attempt / 4));
  const ms = randomInt(0, ceiling + 1);
  await (ms === 0 ? setImmediate() : setTimeout(ms));
}
