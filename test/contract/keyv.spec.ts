import { describe, expect, it } from '@jest/globals';
import Keyv from 'keyv';
import { type KeyvClient, KeyvStore } from '../../lib/stores/keyv/index.js';
import { CollectedLog } from '../support/collected-log.js';
import { describeStore } from './describe-store.js';

const keyv = new Keyv({ throwOnErrors: true });

// Two stores over one Keyv: within a process they promise what the law asks. Across processes they cannot.
describeStore('KeyvStore', { open: () => new KeyvStore(keyv), lacks: ['prune', 'keys', 'owner-index'] });

/** What an application may have at hand: three functions over whatever it is. */
const map = new Map<string, unknown>();
const promising: KeyvClient = {
  get: async (key) => structuredClone(map.get(key)),
  set: async (key, value) => void map.set(key, structuredClone(value)),
  delete: async (key) => void map.delete(key),
};
const expiring = new Map<string, { readonly text: string; readonly end: number }>();
const timed: KeyvClient = {
  get(key) {
    const found = expiring.get(key);
    return found !== undefined && found.end > Date.now() ? (JSON.parse(found.text) as unknown) : null;
  },
  set(key, value, ttl = 0) {
    expiring.set(key, { text: JSON.stringify(value), end: Date.now() + ttl });
  },
  delete: (key) => expiring.delete(key),
};

describe.each<[what: string, client: KeyvClient]>([
  ['a Map', new Map()],
  ['three functions that give promises, and know of no time to live', promising],
  ['three functions that answer at once, and keep a value as long as they are told', timed],
])('over %s', (_, client) => {
  describeStore('KeyvStore', { open: () => new KeyvStore(client), lacks: ['prune', 'keys', 'owner-index'] });
});

describe('KeyvStore', () => {
  it('has nothing for anybody once a session has expired, though what keeps it does not know', async () => {
    let now = Date.now();
    const kept = new Map<string, unknown>();
    const store = new KeyvStore(kept, { log: new CollectedLog(), now: () => now });
    const created = await store.write('key', Buffer.from('1'), 1_000, 'absent');
    now += 999;
    expect(await store.touch('key', 1_000)).toBe(true);
    now += 1_000;
    expect(kept.has('key')).toBe(true);
    expect(await store.read('key')).toBeNull();
    expect(await store.touch('key', 1_000)).toBe(false);
    expect(await store.write('key', Buffer.from('2'), 1_000, 'written' in created && created.written)).toEqual({
      gone: true,
    });
    expect(await store.delete('key')).toBe('absent');
  });

  it('rejects where the functions throw, or say that they have not stored', async () => {
    const away = (): never => {
      throw new Error('away');
    };
    const throwing = new KeyvStore({ get: away, set: away, delete: away });
    await expect(throwing.read('key')).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    await expect(throwing.delete('key')).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    const full = new KeyvStore({ get: () => null, set: () => false, delete: () => false });
    const write = full.write('key', Buffer.from('1'), 1_000, 'absent');
    await expect(write).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
  });

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
