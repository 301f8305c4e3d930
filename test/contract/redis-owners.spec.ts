import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisStore } from '../../lib/stores/redis/index.js';
import type { WriteResult } from '../../lib/stores/session-store.js';
import { Checkpoint } from '../support/checkpoint.js';
import { CollectedLog } from '../support/collected-log.js';
import { RedisServer } from '../support/servers/redis.js';
import { until } from '../support/until.js';

const aMinute = 60_000;
const owner = 'session:owner:somebody';
const registry = 'session:owner:owners';

describe('RedisStore and its owners', () => {
  let server: RedisServer;
  let client: Redis;
  /** Of every store of these tests. */
  let now = Date.now();
  const log = new CollectedLog();

  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.url);
  });

  afterEach(async () => {
    await client.flushall();
    expect(log.warnings.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  /** A store that draws no owners to look at, so that nothing happens but what a test does. */
  function open(through: Redis = client): RedisStore {
    return keeper(wrap(through, 'srandmember', () => Promise.resolve([])));
  }

  /** A store that draws some at the first record that it creates. */
  function keeper(through: Redis = client): RedisStore {
    return new RedisStore({ client: through }, { log, now: () => now });
  }

  /** The entries of an owner's set: what `ZRANGE` gives. */
  function entries(of = owner): Promise<string[]> {
    return client.zrange(of, '0', '-1');
  }

  it('keep an entry for each record and the owner’s name, nothing else, and none of it runs out', async () => {
    const store = open();
    await created(store, 'session:one');
    await created(store, 'session:two');
    expect((await client.keys('*')).sort()).toEqual(['session:one', owner, registry, 'session:two'].sort());
    expect(await client.zrange(owner, '0', '-1', 'WITHSCORES')).toEqual(
      ['session:one', 'session:two'].flatMap((key) => [key, String(now)]),
    );
    expect(await client.smembers(registry)).toEqual([owner]);
    expect([await client.pttl(owner), await client.pttl(registry)]).toEqual([-1, -1]);
    expect(await store.deleteOwnedBy(owner)).toBe(2);
    expect(await client.keys('*')).toEqual([registry]);
  });

  it('take the memory of a short list each, with keys as long as those of sessions', async () => {
    const store = open();
    const hash = 'h'.repeat(43);
    await created(store, `session:${'g'.repeat(43)}`, aMinute, `session:owner:${hash}`);
    await created(store, `session:${hash}`, aMinute, `session:owner:${hash}`);
    expect(await client.object('ENCODING', `session:owner:${hash}`)).toMatch(/^(listpack|ziplist)$/);
  });

  it('go by the names that the store is given, with a client that has a prefix', async () => {
    const prefixed = new Redis(server.url, { keyPrefix: 'app:' });
    const store = open(prefixed);
    await created(store, 'session:one');
    await created(store, 'session:two');
    expect((await client.keys('*')).every((key) => key.startsWith('app:'))).toBe(true);
    expect((await listed(store)).sort()).toEqual(['session:one', 'session:two']);
    expect(await store.deleteOwnedBy(owner, 'session:two')).toBe(1);
    expect(await entries(`app:${owner}`)).toEqual(['session:two']);
    expect(await client.exists('app:session:one', 'app:session:two')).toBe(1);
    prefixed.disconnect();
  });

  it('are counted right, with a client that hands numbers over as texts', async () => {
    const texts = new Redis(server.url, { stringNumbers: true });
    const store = open(texts);
    for (const key of ['one', 'two', 'three']) await created(store, key);
    expect(await store.deleteOwnedBy(owner, 'two')).toBe(2);
    expect(await listed(store)).toEqual(['two']);
    texts.disconnect();
  });

  it('are not confused with something else of that name: that is an error', async () => {
    await client.set(owner, 'a record');
    const store = open();
    for (const call of [
      () => store.write('key', Buffer.from('1'), aMinute, 'absent', owner),
      () => store.deleteOwnedBy(owner),
      () => listed(store),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    }
    expect(await store.read('key')).toBeNull();
  });

  describe('while a record is being created', () => {
    it.each([
      ['before the record is there', 1, 0],
      ['once the record is there', 2, 1],
    ])('answer it with gone if all is ended %s, and nothing is left', async (_, call, ended) => {
      const held = hold(client, 'evalshaBuffer', call);
      const creation = create(open(held.client), 'key');
      await held.checkpoint.reached;
      expect(await open().deleteOwnedBy(owner)).toBe(ended);
      held.checkpoint.release();
      expect(await creation).toEqual({ gone: true });
      expect(await client.keys('*')).toEqual([registry]);
    });

    it('keep it where it is the one that is excepted', async () => {
      const held = hold(client, 'evalshaBuffer', 2);
      const creation = create(open(held.client), 'key');
      await held.checkpoint.reached;
      expect(await open().deleteOwnedBy(owner, 'key')).toBe(0);
      held.checkpoint.release();
      expect(await creation).toHaveProperty('written');
      expect(await entries()).toEqual(['key']);
    });

    it('list its key, once', async () => {
      const store = open();
      const held = hold(client, 'evalshaBuffer', 2);
      const creation = create(open(held.client), 'key');
      await held.checkpoint.reached;
      expect(await listed(store)).toEqual(['key']);
      expect(await create(store, 'key')).toHaveProperty('conflict');
      expect(await listed(store)).toEqual(['key']);
      held.checkpoint.release();
      await creation;
      expect(await listed(store)).toEqual(['key']);
    });

    it('do not lose it because another creation of the same key has failed meanwhile', async () => {
      const held = hold(client, 'evalshaBuffer', 1);
      const late = create(open(held.client), 'key');
      await held.checkpoint.reached;
      await created(open(), 'key');
      held.checkpoint.release();
      expect(await late).toHaveProperty('conflict');
      expect(await entries()).toEqual(['key']);
      expect(await open().deleteOwnedBy(owner)).toBe(1);
    });
  });

  it('are still known to have what could not be deleted', async () => {
    for (const key of ['one', 'two', 'three']) await created(open(), key);
    const failing = wrap(client, 'del', () => Promise.reject(new Error('the connection was lost')));
    await expect(open(failing).deleteOwnedBy(owner, 'one')).rejects.toThrow('the connection was lost');
    expect((await listed(open())).sort()).toEqual(['one', 'three', 'two']);
    expect(await open().deleteOwnedBy(owner, 'one')).toBe(2);
    expect(await entries()).toEqual(['one']);
  });

  it('keep a record that is created again while the former one is being ended', async () => {
    const store = open();
    await created(store, 'key');
    const held = hold(client, 'zremrangebyscore', 1);
    const ending = open(held.client).deleteOwnedBy(owner);
    await held.checkpoint.reached;
    await created(store, 'key');
    held.checkpoint.release();
    expect(await ending).toBe(1);
    expect(await entries()).toEqual(['key']);
    expect(await store.read('key')).not.toBeNull();
  });

  describe('and their upkeep', () => {
    it('keeps a set short whose owner logs in and out all the time, by its length alone', async () => {
      const store = open();
      for (let index = 0; index < 20; index++) await created(store, `live ${String(index)}`);
      for (let index = 0; index < 1_000; index++) {
        now += 2 * aMinute;
        await created(store, `key ${String(index)}`);
        await store.delete(`key ${String(index)}`);
      }
      expect(await client.zcard(owner)).toBeLessThan(250);
      expect(await store.deleteOwnedBy(owner)).toBe(20);
    });

    it('forgets owners who never come back, and no others', async () => {
      const store = open();
      for (let index = 0; index < 70; index++) {
        await created(store, `short ${String(index)}`, 1, `session:owner:leaving ${String(index)}`);
      }
      await created(store, 'long', aMinute, 'session:owner:staying');
      await until('the short-lived ones have expired', async () => (await client.keys('short*')).length === 0);
      expect(await client.scard(registry)).toBe(71);
      now += 11 * aMinute;
      await created(keeper(), 'key');
      await until('those who have left are forgotten', async () => (await client.scard(registry)) === 2);
      expect((await client.keys('session:owner:*')).sort()).toEqual([registry, owner, 'session:owner:staying'].sort());
    });

    it('leaves what lives, however old it is', async () => {
      await created(open(), 'touched', aMinute);
      now += 1_000 * 24 * 60 * aMinute;
      expect(await open().touch('touched', aMinute)).toBe(true);
      await created(open(), 'short', 1);
      await until('the short-lived one has expired', async () => (await client.exists('short')) === 0);
      now += 11 * aMinute;
      await created(keeper(), 'key');
      await until('the short-lived one is dropped', async () => (await client.zscore(owner, 'short')) === null);
      expect((await entries()).sort()).toEqual(['key', 'touched']);
    });

    it('leaves the entries alone whose records may be on their way, and drops them when they no longer can be', async () => {
      const held = hold(client, 'evalshaBuffer', 1);
      const creation = create(open(held.client), 'slow');
      await held.checkpoint.reached;
      await client.zadd(owner, -now, `${'x'.repeat(8)}crashed`);
      await upkept(keeper());
      expect(await client.zcard(owner)).toBe(3);
      held.checkpoint.release();
      expect(await creation).toHaveProperty('written');
      now += 11 * aMinute;
      await upkept(keeper(), 'another');
      expect((await entries()).sort()).toEqual(['another', 'key', 'slow']);
    });

    it('keeps the entry of a record whose creation was not seen to its end', async () => {
      await client.set('unseen', 'a record');
      await client.zadd(owner, -now, `${'x'.repeat(8)}unseen`);
      now += 11 * aMinute;
      await upkept(keeper());
      expect((await listed(open())).sort()).toEqual(['key', 'unseen']);
      expect(await open().deleteOwnedBy(owner, 'key')).toBe(1);
      expect(await client.exists('unseen')).toBe(0);
    });

    it('drops what was left when an ending broke off after the records were gone', async () => {
      await created(open(), 'one');
      const failing = wrap(client, 'zremrangebyscore', () => Promise.reject(new Error('the connection was lost')));
      await expect(open(failing).deleteOwnedBy(owner)).rejects.toThrow('the connection was lost');
      expect(await entries()).toEqual(['one']);
      await upkept(keeper());
      expect(await entries()).toEqual(['key']);
    });

    it('does not drop the entry of a record that is created again at that moment', async () => {
      await created(open(), 'key', 1);
      await until('the record has expired', async () => (await client.exists('key')) === 0);
      now += 11 * aMinute;
      // The script of the write, that of the confirmation, and that which drops.
      const held = hold(client, 'evalshaBuffer', 3);
      await created(keeper(held.client), 'other');
      await held.checkpoint.reached;
      await created(open(), 'key');
      held.checkpoint.release();
      await held.answered;
      expect((await entries()).sort()).toEqual(['key', 'other']);
    });

    it('does not overlook an owner who comes back at that moment', async () => {
      await client.sadd(registry, owner); // nothing is left of this one
      const held = hold(client, 'srem', 1);
      await created(keeper(held.client), 'other', aMinute, 'session:owner:other');
      await held.checkpoint.reached;
      await created(open(), 'key');
      held.checkpoint.release();
      await held.answered;
      await until('the owner is known again', async () => (await client.sismember(registry, owner)) === 1);
    });

    it('runs beside the write, which neither waits for it nor fails with it, and says what went wrong', async () => {
      const failing = wrap(client, 'srandmember', () => Promise.reject(new Error('the connection was lost')));
      await created(keeper(failing), 'key');
      await until('it is told', () => log.warnings.length === 1);
      expect(log.warnings.splice(0)).toEqual([
        'Entries of ended sessions could not be removed. Redis did not answer: the connection was lost',
      ]);
    });

    it('ends with the store, and says nothing of it', async () => {
      const held = hold(client, 'srandmember', 1);
      const store = keeper(held.client);
      await created(store, 'key');
      await held.checkpoint.reached;
      await store.close();
      const counts = await server.commandCounts(async () => {
        held.checkpoint.release();
        await held.answered;
        await created(store, 'another');
      });
      // What the upkeep would ask for.
      expect(counts).not.toHaveProperty('zscan');
      expect(counts).not.toHaveProperty('exists');
    });
  });

  /** Has the store create a record, whereupon it looks at the owners, as it does at the first one, and waits for that. */
  async function upkept(store: RedisStore, key = 'key'): Promise<void> {
    const before = await client.info('commandstats');
    await created(store, key);
    const asked = (stats: string): number => Number(/cmdstat_zscan:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    await until('the owners were looked at', async () => asked(await client.info('commandstats')) > asked(before));
    // It has read the entries; asking for the records and dropping takes a few commands more on the same connection.
    for (let round = 0; round < 5; round++) await client.ping();
  }
});

/** The client, but for one method. */
function wrap(client: Redis, method: string, replacement: (...args: unknown[]) => unknown): Redis {
  return new Proxy(client, {
    get(target, name): unknown {
      if (name === method) return replacement;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The client, which holds one call of a method before it is sent. */
function hold(
  client: Redis,
  method: string,
  call: number,
): { readonly client: Redis; readonly checkpoint: Checkpoint; readonly answered: Promise<void> } {
  const checkpoint = new Checkpoint();
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  let calls = 0;
  const send = Reflect.get(client, method) as (...args: unknown[]) => Promise<unknown>;
  const held = wrap(client, method, async (...args) => {
    const isHeld = ++calls === call;
    if (isHeld) await checkpoint.pass();
    const result = await send.apply(client, args);
    if (isHeld) answer();
    return result;
  });
  return { client: held, checkpoint, answered };
}

function create(store: RedisStore, key: string, ttlMs = aMinute, of = owner): Promise<WriteResult> {
  return store.write(key, Buffer.from('1'), ttlMs, 'absent', of);
}

async function created(store: RedisStore, key: string, ttlMs = aMinute, of = owner): Promise<void> {
  expect(await create(store, key, ttlMs, of)).toHaveProperty('written');
}

async function listed(store: RedisStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.ownedBy(owner)) keys.push(key);
  return keys;
}
