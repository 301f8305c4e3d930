import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SessionConfigError } from '../../lib/errors.js';
import { create } from '../../lib/stores/redis/create.js';
import { RedisStore } from '../../lib/stores/redis/index.js';
import type { SessionStore, Version, WriteResult } from '../../lib/stores/session-store.js';
import { CollectedLog } from '../support/collected-log.js';
import { RedisServer } from '../support/servers/redis.js';
import { until } from '../support/until.js';

const aMinute = 60_000;

describe('RedisStore and its commands', () => {
  let server: RedisServer;
  let client: Redis;
  let store: RedisStore;

  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.url, { enableAutoPipelining: true });
    store = new RedisStore({ client });
    await created(store, 'warm-up');
    const version = await created(store, 'warm-up too');
    await store.delete('warm-up too', version);
    // At the first record with an owner it looks at some owners, beside what it is asked for.
    await store.write('warm-up of an owner', bytes('1'), aMinute, 'absent', 'owner');
    await until('it has looked', async () => (await client.info('commandstats')).includes('cmdstat_exists'));
    await store.deleteOwnedBy('owner');
  });

  afterEach(async () => {
    await client.flushall();
  });

  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  /** Gives an owner a thousand records, without the store. */
  async function thousand(): Promise<string[]> {
    const keys = Array.from({ length: 1_000 }, (_, index) => `key ${String(index)}`).sort();
    await client.mset(...keys.flatMap((key) => [key, '1']));
    await client.zadd('owner', ...keys.flatMap((key) => [String(Date.now()), key]));
    return keys;
  }

  it('reads with one GET', async () => {
    await created(store, 'key');
    expect(await server.commandCounts(() => store.read('key'))).toEqual({ get: 1 });
    expect(await server.commandCounts(() => store.read('absent'))).toEqual({ get: 1 });
  });

  it('writes with one script call', async () => {
    const version = await created(store, 'key');
    const counts = await server.commandCounts(() => store.write('key', bytes('2'), aMinute, version));
    // GET and SET are what the script does inside.
    expect(counts).toEqual({ evalsha: 1, get: 1, set: 1 });
  });

  it('hands the newest record back with a conflict, in the same script call', async () => {
    const version = await created(store, 'key');
    await store.write('key', bytes('newest'), aMinute, version);
    let result: WriteResult | undefined;
    const counts = await server.commandCounts(async () => {
      result = await store.write('key', bytes('late'), aMinute, version);
    });
    expect(counts).toEqual({ evalsha: 1, get: 1 });
    expect(result).toMatchObject({ conflict: { bytes: bytes('newest') } });
  });

  it('touches with one PEXPIRE, and deletes with one DEL or one script call', async () => {
    const version = await created(store, 'one');
    await created(store, 'two');
    expect(await server.commandCounts(() => store.touch('one', aMinute))).toEqual({ pexpire: 1 });
    expect(await server.commandCounts(() => store.delete('two'))).toEqual({ del: 1 });
    const counts = await server.commandCounts(() => store.delete('one', version));
    expect(counts).toEqual({ evalsha: 1, get: 1, del: 1 });
  });

  it('keeps one key for a session, and nothing but the record in it', async () => {
    const record = randomBytes(271);
    await store.write('session:key', record, aMinute, 'absent');
    expect(await client.keys('*')).toEqual(['session:key']);
    expect(await client.type('session:key')).toBe('string');
    expect(await client.getBuffer('session:key')).toEqual(record);
    const ttl = await client.pttl('session:key');
    expect(ttl).toBeGreaterThan(aMinute - 5_000);
    expect(ttl).toBeLessThanOrEqual(aMinute);
  });

  it('writes with an owner, but to a record that is there, with the same one script call', async () => {
    const version = await created(store, 'key', 'owner');
    const counts = await server.commandCounts(() => store.write('key', bytes('2'), aMinute, version));
    expect(counts).toEqual({ evalsha: 1, get: 1, set: 1 });
  });

  it('creates a record of an owner with four commands', async () => {
    const counts = await server.commandCounts(() => created(store, 'key', 'owner'));
    // ZADD and SADD, the script of the write with GET and SET, and that of the entry with ZREM, ZADD and ZCARD.
    expect(counts).toEqual({ zadd: 2, sadd: 1, evalsha: 2, get: 1, set: 1, zrem: 1, zcard: 1 });
  });

  it('lists an owner’s records with one ZSCAN', async () => {
    const keys = await thousand();
    const listed: string[] = [];
    const counts = await server.commandCounts(async () => {
      for await (const key of store.ownedBy('owner')) listed.push(key);
    });
    expect(listed.sort()).toEqual(keys);
    expect(counts['zscan']).toBeLessThanOrEqual(2);
    expect(Object.keys(counts)).toEqual(['zscan']);
  });

  it('ends a thousand records of an owner with three commands', async () => {
    await thousand();
    const counts = await server.commandCounts(async () => expect(await store.deleteOwnedBy('owner')).toBe(1_000));
    // ZRANGE, ZREM and ZADD are what the script does inside.
    expect(counts).toEqual({ evalsha: 1, zrange: 1, zrem: 1, zadd: 1, del: 1, zremrangebyscore: 1 });
    expect(await client.exists('owner')).toBe(0);
  });

  it('needs one more where the server does not know the script', async () => {
    await thousand();
    await client.script('FLUSH');
    const counts = await server.commandCounts(() => store.deleteOwnedBy('owner'));
    expect(counts).toEqual({ evalsha: 1, eval: 1, zrange: 1, zrem: 1, zadd: 1, del: 1, zremrangebyscore: 1 });
  });

  it('works on after the scripts were flushed', async () => {
    let version = await created(store, 'key');
    await client.script('FLUSH');
    const counts = await server.commandCounts(async () => {
      version = written(await store.write('key', bytes('2'), aMinute, version));
    });
    expect(counts).toEqual({ evalsha: 1, eval: 1, get: 1, set: 1 });
    await client.script('FLUSH');
    expect(await store.delete('key', version)).toBe('deleted');
  });

  it('needs no more rights than the documents name', async () => {
    const page = readFileSync('docs/stores/redis.md', 'utf8');
    const rights = [
      /`(~session:\*(?: \+[a-z]+)+)`/,
      /`(&session:\*(?: \+[a-z]+)+)` for telling/,
      /`((?:\+[a-z]+ ?)+)` for a client that the store creates from the URL/,
    ].map((list) => list.exec(page)?.[1] ?? `not in the page: ${list.source}`);
    const all = rights.join(' ').split(' ');
    await client.acl('SETUSER', 'sessions', 'reset', 'on', '>word', ...all);
    await client.script('FLUSH');
    const url = new URL(server.url);
    [url.username, url.password] = ['sessions', 'word'];
    const log = new CollectedLog();
    const limited = await create({ url: url.href, client: null }, { log });
    const owner = 'session:owner:it';
    await client.sadd('session:owner:owners', 'session:owner:gone');
    await client.zadd(owner, '1', 'session:gone');
    const version = await created(limited, 'session:one', owner);
    await until('it has tidied up', async () => {
      const isKnown = await client.sismember('session:owner:owners', 'session:owner:gone');
      return isKnown + (await client.zcard(owner)) === 1 || log.warnings.length > 0;
    });
    const newer = written(await limited.write('session:one', bytes('2'), aMinute, version));
    expect(await limited.touch('session:one', aMinute)).toBe(true);
    expect(await limited.read('session:one')).not.toBeNull();
    expect(await limited.write('session:one', bytes('3'), aMinute, 'absent', owner)).toHaveProperty('conflict');
    for await (const key of limited.ownedBy(owner)) expect(key).toBe('session:one');
    expect(await limited.delete('session:one', newer)).toBe('deleted');
    await created(limited, 'session:two', owner);
    expect(await limited.deleteOwnedBy(owner)).toBe(1);
    await limited.close();
    expect([log.errors, log.warnings]).toEqual([[], []]);
  });

  it('keeps bytes whole in a conflict, whatever they are', async () => {
    const record = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x80]);
    await store.write('key', record, aMinute, 'absent');
    expect(await store.write('key', bytes('other'), aMinute, 'absent')).toMatchObject({ conflict: { bytes: record } });
  });

  it('refuses a version that is none of its own', async () => {
    await created(store, 'key');
    await expect(store.write('key', bytes('2'), aMinute, 7)).rejects.toThrow('was not made by the Redis store');
  });

  it('answers with an error where the key holds something else than a record', async () => {
    await client.lpush('list', 'item');
    await expect(store.read('list')).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    await expect(store.write('list', bytes('1'), aMinute, 'absent')).rejects.toMatchObject({
      code: 'SESSION_STORE_UNAVAILABLE',
    });
  });

  it('uses an injected client as it is, with its prefix, and leaves it open', async () => {
    const injected = new Redis(server.url, { keyPrefix: 'app:' });
    const another = await create({ url: server.url, client: injected }, { log: new CollectedLog() });
    await created(another, 'key');
    expect(await client.exists('app:key')).toBe(1);
    await another.close();
    expect(injected.status).toBe('ready');
    expect(await injected.ping()).toBe('PONG');
    injected.disconnect();
  });

  it('refuses a client that decodes its replies', () => {
    const decoding = {
      get: () => Promise.resolve('text'),
      del: () => Promise.resolve(0),
      pexpire: () => Promise.resolve(0),
    };
    const construct = (): unknown => Reflect.construct(RedisStore, [{ client: decoding }]);
    expect(construct).toThrow(SessionConfigError);
    expect(construct).toThrow(/redis\.client: .*getBuffer/);
  });

  it('asks for a URL or a client', async () => {
    await expect(create({ url: null, client: null }, { log: new CollectedLog() })).rejects.toThrow(
      /SESSION_REDIS \(redis\.url\)/,
    );
  });
});

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function written(result: WriteResult): Version {
  if ('written' in result) return result.written;
  throw new Error(`not written: ${Object.keys(result).join()}`);
}

async function created(store: SessionStore, key: string, owner?: string): Promise<Version> {
  return written(await store.write(key, bytes('1'), aMinute, 'absent', owner));
}
