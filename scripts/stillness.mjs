import { readFile, stat, writeFile } from 'node:fs/promises';
import { patience } from './patience.mjs';

/** Longer than the limit that Jest sets a test or a hook (`test/support/jest/set-timeout.ts`), so that this one is for what has none. */
const stillMs = 3 * 60_000;
const pollMs = 5000;

/**
 * Gives up on a run of Jest whose progress (`progress-reporter.mjs`) stands still: a file in which nothing ever happens again must
 * neither hold up all others nor stay nameless.
 *
 * @template T
 * @param {string} path The file that `TEST_PROGRESS` names.
 * @param {(signal: AbortSignal) => Promise<T>} work
 * @returns {Promise<{ outcome: T, stoodStill: string | null }>} what work gave, and where it stood still
 */
export async function whileItMoves(path, work) {
  await writeFile(path, 'Jest stood still before its first file');
  const controller = new AbortController();
  let stoodStill = null;
  const timer = setInterval(async () => {
    const { mtimeMs } = await stat(path);
    if (stoodStill !== null || Date.now() - mtimeMs < stillMs * patience()) return;
    stoodStill = await readFile(path, 'utf8');
    controller.abort();
  }, pollMs);
  try {
    const outcome = await work(controller.signal);
    return { outcome, stoodStill };
  } finally {
    clearInterval(timer);
  }
}
