import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { timerDelay } from '../../../lib/config/timer.js';
import { StoreCalls } from '../../../lib/interop/express/drop-in/store-calls.js';
import { KeyQueue } from '../../../lib/stores/key-queue.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { withTimeLimit } from '../../../lib/stores/time-limit.js';

const longer = 30 * 86_400_000;

/** Longer than a timer that has run over, which goes off after a millisecond. */
async function slowly<T>(answer: T): Promise<T> {
  await pause(20);
  return answer;
}

class SlowStore extends MemoryStore {
  override read(): Promise<null> {
    return slowly(null);
  }
}

it('a timer is never told to wait longer than it can count', () => {
  expect(timerDelay(5)).toBe(5);
  expect(timerDelay(longer)).toBe(2 ** 31 - 1);
  expect(timerDelay(Number.POSITIVE_INFINITY)).toBe(2 ** 31 - 1);
});

describe('a time limit of more than 24.8 days', () => {
  it('of a store does not refuse what takes a moment', async () => {
    await expect(withTimeLimit(new SlowStore(), longer).read('key')).resolves.toBeNull();
  });

  it('of work in a queue does not either', async () => {
    await expect(new KeyQueue(longer).run('key', () => slowly(1))).resolves.toBe(1);
  });

  it('of the drop-in for express-session does not either', async () => {
    await expect(new StoreCalls(longer).ask(() => slowly(1))).resolves.toBe(1);
  });
});
