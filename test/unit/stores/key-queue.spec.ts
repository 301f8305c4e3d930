import { describe, expect, it } from '@jest/globals';
import { KeyQueue } from '../../../lib/stores/key-queue.js';

function never(): Promise<never> {
  return new Promise(() => undefined);
}

describe('KeyQueue', () => {
  it('lets work on one key take place one after the other, and on others meanwhile', async () => {
    const queue = new KeyQueue();
    const order: string[] = [];
    let release = (): void => undefined;
    const first = queue.run('a', async () => {
      await new Promise<void>((resolve) => (release = resolve));
      order.push('a1');
    });
    const second = queue.run('a', async () => order.push('a2'));
    await queue.run('b', async () => order.push('b'));
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['b', 'a1', 'a2']);
  });

  it('goes on after work that failed, which is told to whoever asked for it', async () => {
    const queue = new KeyQueue();
    const failed = queue.run('a', () => Promise.reject(new Error('no')));
    const next = queue.run('a', () => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('gives work up that never ends, and goes on with the next', async () => {
    const queue = new KeyQueue(20);
    const stuck = [queue.run('a', never), queue.run('a', never)];
    const next = queue.run('a', () => Promise.resolve('done'));
    for (const call of stuck) await expect(call).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    expect(await next).toBe('done');
  });
});
