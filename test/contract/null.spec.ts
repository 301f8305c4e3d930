import { describe, expect, it } from '@jest/globals';
import { isListable, isOwned, isPrunable } from '../../lib/stores/session-store.js';
import { create } from '../../lib/stores/null/create.js';
import { withTimeLimit } from '../../lib/stores/time-limit.js';

describe('NullStore', () => {
  const store = withTimeLimit(create(), 1_000);

  it('finds no session, to read, to touch, or to delete', async () => {
    expect(await store.read('key')).toBeNull();
    expect(await store.touch('key', 1_000)).toBe(false);
    expect(await store.delete('key')).toBe('absent');
    expect(await store.delete('key', 'version')).toBe('absent');
  });

  it.each(['absent', 'version'])(
    'says which setting is missing when a session is to be stored (%s)',
    async (expected) => {
      await expect(store.write('key', Buffer.from('1'), 1_000, expected)).rejects.toMatchObject({
        code: 'SESSION_CONFIG_INVALID',
        message: expect.stringMatching(/SESSION_TYPE \(type\): is null, a store that keeps nothing/),
      });
      expect(await store.read('key')).toBeNull();
    },
  );

  it('offers nothing besides', () => {
    expect([isPrunable(store), isListable(store), isOwned(store)]).toEqual([false, false, false]);
  });
});
