import { SessionContendedError } from '../errors.js';
import { randomInt } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';

const LONGEST_MS = 32;

/** Backs off: not at all the first time, then for a random time that grows to 32 ms. */
export async function backOff(attempt: number): Promise<void> {
  if (attempt === 0) return;
  const ceiling = Math.min(LONGEST_MS, 2 ** Math.ceil(attempt / 4));
  const ms = randomInt(0, ceiling + 1);
  await (ms === 0 ? setImmediate() : setTimeout(ms));
}

/** Retries after conflicts with other requests, up to a limit. */
export class Retries {
  /** @param most the setting `maxRetries` */
  constructor(private readonly most: number) {}

  /**
   * Waits before the next attempt. @param attempt how many have failed before this one. @throws SessionContendedError after the
   * last
   */
  async wait(attempt: number): Promise<void> {
    if (attempt >= this.most) {
      throw new SessionContendedError(
        `Other requests changed the session ${String(attempt + 1)} times while this one tried to save it. ` +
          'Write less in parallel, or raise SESSION_MAX_RETRIES (maxRetries).',
      );
    }
    await backOff(attempt);
  }
}
