import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { within } from '../../../lib/config/within.js';

const late = (): Error => new Error('too late');
const never = (): Promise<never> => new Promise(() => undefined);

describe('waiting within a limit', () => {
  it('gives the result, or the error, of what is done in time', async () => {
    await expect(within(60_000, async () => 7, late)).resolves.toBe(7);
    await expect(within(60_000, () => Promise.reject(new Error('broken')), late)).rejects.toThrow('broken');
  });

  it('rejects once the limit is over', async () => {
    await expect(within(1, never, late)).rejects.toThrow('too late');
  });

  it('takes a limit that is longer than a timer supports', async () => {
    const result = within(2 ** 40, () => pause(10, 'done'), late);
    await expect(result).resolves.toBe('done');
  });
});
