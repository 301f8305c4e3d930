import { describe, expect, it } from '@jest/globals';
import { promisify } from 'node:util';
import { RedisStore as ConnectRedisStore } from 'connect-redis';
import session from 'express-session';
import { type ConnectClient, ConnectStore } from '../../lib/stores/connect/index.js';
import { describeStore } from './describe-store.js';

const memory = new session.MemoryStore();

// Two adapters over one store: within a process they promise what the law asks. Across processes they cannot.
describeStore('ConnectStore over MemoryStore', {
  open: () => new ConnectStore(memory),
  lacks: ['prune', 'keys', 'owner-index'],
});

describe('ConnectStore', () => {
  it('keeps sessions that other users of the store can read: a cookie, and a record of JSON as its text', async () => {
    const store = new ConnectStore(memory, { log: console, now: () => Date.parse('2100-01-01T00:00:00.000Z') });
    await store.write('shown', Buffer.from('{"d":{"n":1}}'), 60_000, 'absent');
    const stored = await promisify(memory.get.bind(memory))('shown');
    expect(stored).toMatchObject({
      cookie: { originalMaxAge: 60_000, expires: '2100-01-01T00:01:00.000Z', path: '/', httpOnly: true },
      record: '{"d":{"n":1}}',
      encoding: 'text',
    });
  });

  it('works with a store that has no touch, and with one that answers at once', async () => {
    const kept = new Map<string, string>();
    const client: ConnectClient = {
      get: (id, callback) => callback(null, JSON.parse(kept.get(id) ?? 'null')),
      set: (id, value, callback) => (kept.set(id, JSON.stringify(value)), callback?.()),
      destroy: (id, callback) => (kept.delete(id), callback?.()),
    };
    const store = new ConnectStore(client);
    expect(await store.touch('key', 1_000)).toBe(false);
    await store.write('key', Buffer.from([255, 0, 1]), 1_000, 'absent');
    expect(await store.touch('key', 7_000)).toBe(true);
    expect(JSON.parse(kept.get('key') ?? '')).toMatchObject({ encoding: 'base64', cookie: { maxAge: 7_000 } });
    expect(await store.read('key')).toMatchObject({ bytes: new Uint8Array([255, 0, 1]) });
    expect(await store.delete('key')).toBe('deleted');
  });

  it('gives connect-redis the time to live that was asked for', async () => {
    const sent: unknown[][] = [];
    const client = {
      get: () => Promise.resolve(null),
      set: (...args: unknown[]) => Promise.resolve(sent.push(args)),
    };
    const connectRedis: unknown = new ConnectRedisStore({ client });
    const store = new ConnectStore(connectRedis as ConnectClient);
    await store.write('key', Buffer.from('1'), 60_000, 'absent');
    expect(sent).toMatchObject([['sess:key', expect.stringContaining('"version"'), { expiration: { value: 60 } }]]);
  });

  it.each([
    ['tells the callback', (callback: (error: Error) => void) => callback(new Error('away'))],
    [
      'throws',
      () => {
        throw new Error('away');
      },
    ],
    ['rejects', () => Promise.reject(new Error('away'))],
  ])('rejects where the store %s of a failure', async (_, fail) => {
    const client = { get: (_id: string, callback: () => void) => fail(callback), set: () => 0, destroy: () => 0 };
    await expect(new ConnectStore(client).read('key')).rejects.toMatchObject({
      code: 'SESSION_STORE_UNAVAILABLE',
      message: 'The express-session store did not answer: away',
    });
  });

  it('takes a missing file and what is not its own for no session', async () => {
    const client = (error: unknown, found: unknown): ConnectClient => ({
      get: (_, callback) => callback(error, found),
      set: () => 0,
      destroy: () => 0,
    });
    const missing = Object.assign(new Error('no file'), { code: 'ENOENT' });
    expect(await new ConnectStore(client(missing, undefined)).read('key')).toBeNull();
    expect(await new ConnectStore(client(null, { cookie: {}, views: 1 })).read('key')).toBeNull();
    expect(() => new ConnectStore(JSON.parse('{}') as ConnectClient)).toThrow(/expected an express-session store/);
  });
});
