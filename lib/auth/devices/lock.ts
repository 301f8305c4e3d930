import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { SessionContendedError } from '../../errors.js';
import type { SessionStore } from '../../stores/session-store.js';

/** How long a lock outlives a holder that died, in ms: longer than what is done under it can take. */
const KEPT_FOR = 15_000;
/** Longer than a holder that died keeps the others out. */
const PATIENCE = 20_000;
const LONGEST_PAUSE = 40;

/**
 * Runs `work` while nobody else runs any under the same key, in whichever process.
 *
 * @param report hears of a lock that could not be given back: it ends by itself, and what was done under it is done.
 * @throws SessionContendedError after 20 s of waiting
 */
export async function withLock<Result>(
  store: SessionStore,
  key: string,
  report: (error: unknown) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const holder = randomBytes(16);
  const version = await acquire(store, key, holder);
  try {
    return await work();
  } finally {
    // Its own alone: one that was held for too long may be another's by now.
    await store.delete(key, version).catch(report);
  }
}

async function acquire(store: SessionStore, key: string, holder: Uint8Array): Promise<unknown> {
  const deadline = performance.now() + PATIENCE;
  for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const result = await store.write(key, holder, KEPT_FOR, 'absent');
    if ('written' in result) return result.written;
    if (performance.now() > deadline) {
      throw new SessionContendedError('Other logins of this user have taken all the time that there was. Try again.');
    }
    await wait(randomInt(1, pause + 1));
  }
}
