import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { SessionContendedError } from '../../errors.js';
import type { SessionStore } from '../../stores/session-store.js';

/** How long a lock outlives a crashed holder, in ms: longer than the work under it can take. */
const KEPT_FOR = 15_000;
/** Longer than a crashed holder blocks the others, in ms. */
const PATIENCE = 20_000;
const LONGEST_PAUSE = 40;

/**
 * Runs `work` under a lock that excludes other work with the same key, in all processes.
 *
 * @param report receives the error of a lock that could not be released: it expires by itself, and the work is done.
 * @throws SessionContendedError after waiting for 20 s
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
    // Only its own: if held for too long, it may belong to another by now.
    await store.delete(key, version).catch(report);
  }
}

async function acquire(store: SessionStore, key: string, holder: Uint8Array): Promise<unknown> {
  const deadline = performance.now() + PATIENCE;
  for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const result = await store.write(key, holder, KEPT_FOR, 'absent');
    if ('written' in result) return result.written;
    if (performance.now() > deadline) {
      throw new SessionContendedError('Other logins of this user took too long. Try again.');
    }
    await wait(randomInt(1, pause + 1));
  }
}
