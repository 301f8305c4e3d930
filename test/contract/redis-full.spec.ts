import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionStoreFullError, SessionStoreUnavailableError } from '../../lib/errors.js';
import { create } from '../../lib/stores/redis/create.js';
import { type RedisStore } from '../../lib/stores/redis/index.js';
import { CollectedLog } from '../support/collected-log.js';
import { RedisServer } from '../support/servers/redis.js';
import { until } from '../support/until.js';

const aMinute = 60_000;
const owner = 'session:owner:ann';
let server: RedisServer;
let log: CollectedLog;
let stores: RedisStore[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
});

afterAll(() => server.stop());

beforeEach(async () => {
  log = new CollectedLog();
  await configure({ maxmemory: '0', 'maxmemory-policy': 'noeviction' });
  await server.administer((client) => client.flushall());
});

afterEach(async () => {
  for (const store of stores) await store.close();
  stores = [];
});

async function configure(settings: Readonly<Record<string, string>>): Promise<void> {
  await server.administer(async (client) => {
    for (const [name, value] of Object.entries(settings)) await client.config('SET', name, value);
  });
}

const fill = (): Promise<void> => configure({ maxmemory: '1mb' });

async function open(url = server.url): Promise<RedisStore> {
  const store = await create({ url, client: null }, { log });
  stores.push(store);
  await store.read('probe');
  return store;
}

async function written(store: RedisStore, key: string, text: string, ofOwner?: string): Promise<unknown> {
  const result = await store.write(key, Buffer.from(text), aMinute, 'absent', ofOwner);
  if (!('written' in result)) throw new Error('This test expects that the record is new.');
  return result.written;
}

describe('a Redis that is full', () => {
  it('reads, extends and ends sessions, and says that it is full where something is new', async () => {
    const store = await open();
    const version = await written(store, 'session', 'a record of a session, as long as they are');
    await written(store, 'other', 'another one');
    await fill();
    expect(await store.read('session')).not.toBeNull();
    expect(await store.touch('session', aMinute)).toBe(true);
    const creation = store.write('new', Buffer.from('a record of a session'), aMinute, 'absent');
    await expect(creation).rejects.toThrow(SessionStoreFullError);
    await expect(store.write('new', Buffer.from('1'.repeat(40)), aMinute, 'absent', owner)).rejects.toThrow(
      /maxmemory/,
    );
    expect(await store.read('new')).toBeNull();
    expect(await store.delete('session', version)).toBe('deleted');
    expect(await store.delete('other')).toBe('deleted');
  });

  it('ends all sessions of a user, however they are listed', async () => {
    const store = await open();
    for (const key of ['a', 'b', 'c']) await written(store, key, 'a record', owner);
    await server.administer((client) => client.zadd(owner, -Date.now(), 'tokentokcoming'));
    await fill();
    expect(await store.deleteOwnedBy(owner, 'b')).toBe(2);
    expect(await store.deleteOwnedBy(owner)).toBe(1);
    for (const key of ['a', 'b', 'c']) expect(await store.read(key)).toBeNull();
    expect(await store.deleteOwnedBy(owner)).toBe(0);
  });

  it('takes a change that makes a record no longer, and refuses one that does', async () => {
    const store = await open();
    const first = await written(store, 'session', 'a record of a session');
    await fill();
    const shorter = await store.write('session', Buffer.from('a record of a secret!'), aMinute, first);
    expect(shorter).toHaveProperty('written');
    const version = 'written' in shorter ? shorter.written : null;
    const growing = store.write('session', Buffer.from('a record of a longer session'), aMinute, version);
    await expect(growing).rejects.toThrow(SessionStoreFullError);
    expect(Buffer.from((await store.read('session'))?.bytes ?? []).toString()).toBe('a record of a secret!');
  });

  it('takes the note that a session was ended', async () => {
    const store = await open();
    await fill();
    expect(await store.write('note', Uint8Array.of(1), aMinute, 'absent')).toHaveProperty('written');
    expect(await store.read('note')).not.toBeNull();
    const left = await server.administer((client) => client.pttl('note'));
    expect(left).toBeGreaterThan(0);
  });
});

describe('a Redis that evicts', () => {
  it.each([
    ['allkeys-lru', /logoutEverywhere\(\) then ends the listed sessions and fails/],
    ['volatile-lru', /users are then logged out/],
  ])('is told of with %s, once', async (policy, words) => {
    await configure({ maxmemory: '1gb', 'maxmemory-policy': policy });
    const store = await open();
    await until('the operator is told', () => log.warnings.length > 0);
    expect(log.warnings).toEqual([expect.stringMatching(words)]);
    await store.deleteOwnedBy(owner).catch(() => undefined);
    expect(log.warnings).toHaveLength(1);
  });

  it('ends what is listed of a user and then fails, since the list may have been evicted', async () => {
    await configure({ maxmemory: '1gb', 'maxmemory-policy': 'allkeys-lru' });
    const store = await open();
    await written(store, 'a', 'a record', owner);
    await expect(store.deleteOwnedBy(owner)).rejects.toThrow(SessionStoreUnavailableError);
    await expect(store.deleteOwnedBy(owner)).rejects.toThrow(/others may remain/);
    expect(await store.read('a')).toBeNull();
  });

  it('counts as before where it evicts no lists, or nothing at all', async () => {
    for (const settings of [
      { maxmemory: '1gb', 'maxmemory-policy': 'volatile-ttl' },
      { maxmemory: '1gb', 'maxmemory-policy': 'noeviction' },
      { maxmemory: '0', 'maxmemory-policy': 'allkeys-lru' },
    ]) {
      await configure(settings);
      const store = await open();
      await written(store, 'a', 'a record', owner);
      expect(await store.deleteOwnedBy(owner)).toBe(1);
    }
  });

  it('is unknown, and said to be, where the user may not look', async () => {
    await server.administer((client) =>
      client.call('ACL', 'SETUSER', 'shop', 'on', '>pw', '~*', '+@all', '-@dangerous'),
    );
    const store = await open(server.url.replace('redis://', 'redis://shop:pw@'));
    await until('the operator is told', () => log.warnings.length > 0);
    expect(log.warnings).toEqual([expect.stringMatching(/It is unknown whether Redis evicts keys/)]);
    await written(store, 'a', 'a record', owner);
    expect(await store.deleteOwnedBy(owner)).toBe(1);
  });

  it('is found by CONFIG where INFO is not allowed', async () => {
    await configure({ maxmemory: '1gb', 'maxmemory-policy': 'allkeys-random' });
    await server.administer((client) => client.call('ACL', 'SETUSER', 'till', 'on', '>pw', '~*', '+@all', '-info'));
    await open(server.url.replace('redis://', 'redis://till:pw@'));
    await until('the operator is told', () => log.warnings.length > 0);
    expect(log.warnings[0]).toMatch(/logoutEverywhere/);
  });
});
