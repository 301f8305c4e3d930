import { describe, expect, it } from '@jest/globals';
import { SharedWalk } from '../../../lib/stores/shared-walk.js';

describe('SharedWalk', () => {
  it('makes one walk of those that are asked for at a time, and tells all of them of its steps', async () => {
    const walk = new SharedWalk<string>();
    const heard: string[] = [];
    let tell = (): void => undefined;
    let end = (): void => undefined;
    const begin = (stepDone: () => void): Promise<string> => {
      tell = stepDone;
      return new Promise((resolve) => (end = () => resolve('done')));
    };
    const first = walk.join(begin, () => heard.push('first'));
    const second = walk.join(
      () => Promise.reject(new Error('a second walk')),
      () => heard.push('second'),
    );
    const third = walk.join(() => Promise.reject(new Error('a third walk')));
    tell();
    end();
    expect(await Promise.all([first, second, third])).toEqual(['done', 'done', 'done']);
    tell();
    expect(heard).toEqual(['first', 'second']);
  });

  it('begins anew after one that has failed, which its asker hears of', async () => {
    const walk = new SharedWalk<string>();
    const failed = walk.join(() => Promise.reject(new Error('no')));
    await walk.ended();
    await expect(failed).rejects.toThrow('no');
    expect(await walk.join(() => Promise.resolve('yes'))).toBe('yes');
    await walk.ended();
  });
});
