import { describe, expect, it } from '@jest/globals';
import Keyv from 'keyv';
import { type KeyvClient, KeyvStore } from '../../lib/stores/keyv/index.js';
import { describeStore } from './describe-store.js';

const keyv = new Keyv({ throwOnErrors: true });

// Two stores over one Keyv: within a process they promise what the law asks. Across processes they cannot.
describeStore('KeyvStore', { open: () => new KeyvStore(keyv), lacks: ['prune', 'keys', 'owner-index'] });

describe('KeyvStore', () => {
  it('refuses a Keyv that answers as if there were nothing when its adapter fails', () => {
    expect(() => new KeyvStore(new Keyv())).toThrow(/throwOnErrors: true/);
    expect(() => new KeyvStore(JSON.parse('{}') as KeyvClient)).toThrow(/expected a Keyv, with get, set and delete/);
  });

  it('rejects when the adapter fails, and goes on when it no longer does', async () => {
    const map = new Map<string, string>();
    let fails = true;
    const adapter = {
      opts: {},
      namespace: undefined,
      get: (key: string) => (fails ? Promise.reject(new Error('away')) : Promise.resolve(map.get(key))),
      set: (key: string, value: string) => Promise.resolve(map.set(key, value)),
      delete: (key: string) => Promise.resolve(map.delete(key)),
      clear: () => Promise.resolve(map.clear()),
      on: () => adapter,
    };
    const store = new KeyvStore(new Keyv({ store: adapter, throwOnErrors: true }));
    for (const call of [
      () => store.read('key'),
      () => store.write('key', Buffer.from('1'), 1_000, 'absent'),
      () => store.touch('key', 1_000),
      () => store.delete('key'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    }
    fails = false;
    expect(await store.write('key', Buffer.from('1'), 1_000, 'absent')).toHaveProperty('written');
  });

  it('takes what is not its own for no session', async () => {
    await keyv.set('foreign', { version: 1 });
    await keyv.set('text', 'a text');
    const store = new KeyvStore(keyv);
    expect(await store.read('foreign')).toBeNull();
    expect(await store.read('text')).toBeNull();
  });
});
