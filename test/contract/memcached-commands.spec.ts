import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionConfigError } from '../../lib/errors.js';
import { connectMemcached, MemcachedStore } from '../../lib/stores/memcached/index.js';
import type { Version } from '../../lib/stores/session-store.js';
import { hostileKeys } from '../../lib/testing/store-contract/hostile-keys.js';
import { CollectedLog } from '../support/collected-log.js';
import { MemcachedServerProcess } from '../support/servers/memcached.js';
import { MemcachedWire } from '../support/servers/memcached-wire.js';
import { scaled } from '../support/patience.js';

const aMinute = 60_000;
const aDay = 24 * 60 * aMinute;
let keys = 0;

describe('MemcachedStore and its commands', () => {
  let server: MemcachedServerProcess;
  let client: ReturnType<typeof connectMemcached>;
  let wire: MemcachedWire;
  let store: MemcachedStore;
  let key: string;

  beforeAll(async () => {
    server = await MemcachedServerProcess.start({ args: ['-M', '-m', '8'] });
    wire = new MemcachedWire();
    client = connectMemcached([server.address], { open: wire.open });
    store = new MemcachedStore({ client });
    await store.read('warm-up');
  });

  afterAll(async () => {
    client.close();
    await server.stop();
  });

  function freshKey(): string {
    return (key = `session:${String(keys++)}`);
  }

  it('reads with one command, whether there is a record or not', async () => {
    await written(store, freshKey());
    expect(await wire.countOf(() => store.read(key))).toBe(1);
    expect(await wire.countOf(() => store.read('absent'))).toBe(1);
  });

  it('creates and writes with one command each', async () => {
    expect(await wire.countOf(() => written(store, freshKey()))).toBe(1);
    const version = (await store.read(key))?.version;
    expect(await wire.countOf(() => written(store, key, version))).toBe(1);
  });

  it('asks for the newest record only where there is a conflict', async () => {
    const version = await written(store, freshKey());
    await written(store, key, version);
    const counts = [
      await wire.countOf(() => store.write(key, text('late'), aMinute, version)),
      await wire.countOf(() => store.write(key, text('late'), aMinute, 'absent')),
      await wire.countOf(() => store.delete(key, version)),
    ];
    expect(counts).toEqual([2, 2, 2]);
  });

  it('deletes with one command what has a version, and looks first before it deletes or touches anything else', async () => {
    const version = await written(store, freshKey());
    expect(await wire.countOf(() => store.touch(key, aMinute))).toBe(2);
    expect(await wire.countOf(() => store.delete(key, version))).toBe(1);
    await written(store, key);
    expect(await wire.countOf(() => store.delete(key))).toBe(2);
    expect(await wire.countOf(() => store.touch(key, aMinute))).toBe(1);
    expect(await wire.countOf(() => store.delete(key))).toBe(1);
  });

  it('keeps one item for a session, under the session’s own key, and nothing but the record in it', async () => {
    const bytes = randomBytes(271);
    await store.write(freshKey(), bytes, aMinute, 'absent');
    const answer = await server.send(`mg ${key} v t\r\n`, /\r\n[^]*\r\n$/);
    const [, size, seconds] = /^VA (\d+) t(\d+)\r\n/.exec(answer) ?? [];
    expect(Number(size)).toBe(272);
    expect(answer.endsWith(`\r\n\0${bytes.toString('latin1')}\r\n`)).toBe(true);
    expect(Number(seconds)).toBeGreaterThanOrEqual(60);
    expect(Number(seconds)).toBeLessThanOrEqual(62);
  });

  it('hashes a key that memcached would not take, so that none is a command', async () => {
    for (const hostile of hostileKeys()) {
      await written(store, hostile);
      expect(await store.read(hostile)).toMatchObject({ bytes: text('1') });
      expect(await store.delete(hostile)).toBe('deleted');
    }
    expect(await store.read('a b')).toBeNull();
  });

  it.each([1, 29, 30, 31, 90, 399])(
    'keeps a session for %i days, which memcached may take for a date',
    async (days) => {
      const seconds = (days * aDay) / 1_000;
      const version = await written(store, freshKey(), 'absent', days * aDay);
      expect(await secondsLeft(server, key)).toBeGreaterThanOrEqual(seconds);
      expect(await secondsLeft(server, key)).toBeLessThanOrEqual(seconds + 3);
      expect(await store.touch(key, days * aDay)).toBe(true);
      expect(await secondsLeft(server, key)).toBeGreaterThanOrEqual(seconds);
      expect(await secondsLeft(server, key)).toBeLessThanOrEqual(seconds + 7);
      expect(await store.read(key)).not.toBeNull();
      await written(store, key, version, days * aDay);
    },
  );

  it('ends what was touched soon after its time, and never early', async () => {
    for (const ttlMs of [300, 700, 1_000]) {
      await written(store, freshKey());
      const before = performance.now();
      await store.touch(key, ttlMs);
      let lastSeen = before;
      for (let asked = before; (await store.read(key)) !== null; asked = performance.now()) {
        lastSeen = asked;
        await pause(5);
      }
      const over = performance.now();
      expect(over - before).toBeGreaterThanOrEqual(ttlMs);
      expect(lastSeen - before).toBeLessThanOrEqual(ttlMs + scaled(3_000));
      expect(await store.touch(key, aMinute)).toBe(false);
      expect(await store.delete(key)).toBe('absent');
    }
  });

  it('does not bring what has ended back, though the server still has it', async () => {
    let now = Date.now();
    const clocked = new MemcachedStore({ client }, { log: console, now: () => now });
    const version = await written(clocked, freshKey(), 'absent', 1_000);
    const read = await clocked.read(key);
    now += 1_000;
    expect(await secondsLeft(server, key)).toBeGreaterThan(0);
    expect(await clocked.read(key)).toBeNull();
    expect(await clocked.touch(key, aMinute)).toBe(false);
    for (const expected of [version, read?.version]) {
      expect(await clocked.write(key, text('late'), aMinute, expected)).toEqual({ gone: true });
      expect(await clocked.delete(key, expected)).toBe('absent');
    }
    expect(await clocked.delete(key)).toBe('absent');
    // It meets what has ended, looks at it, and writes over it.
    expect(await wire.countOf(() => written(clocked, key))).toBe(3);
    expect(await clocked.read(key)).not.toBeNull();
    expect('conflict' in (await clocked.write(key, text('late'), aMinute, version))).toBe(true);
  });

  it('refuses a record that is too large for the server, says what to do, and leaves the former one alone', async () => {
    const version = await written(store, freshKey());
    for (const size of [2 * 1024 * 1024 - 100, 2 * 1024 * 1024, 5_000_000]) {
      for (const expected of [version, 'absent']) {
        await expect(store.write(key, Buffer.alloc(size), aMinute, expected)).rejects.toMatchObject({
          code: 'SESSION_TOO_LARGE',
          message: expect.stringMatching(/takes items of 2097152 bytes.*-I.*SESSION_MAX_SIZE \(maxSize\)/),
        });
      }
    }
    expect(await store.read(key)).toMatchObject({ bytes: text('1'), version: expect.objectContaining({}) });
    await store.write(key, Buffer.alloc(2 * 1024 * 1024 - 300), aMinute, version);
    expect((await store.read(key))?.bytes).toHaveLength(2 * 1024 * 1024 - 300);
    await store.delete(key);
  });

  it('says that the server’s memory is full where it is, and reads and works on', async () => {
    await written(store, freshKey());
    const kept = key;
    const filling = async (): Promise<void> => {
      for (;;) await store.write(freshKey(), Buffer.alloc(300_000), 3_000, 'absent');
    };
    await expect(filling()).rejects.toMatchObject({
      code: 'SESSION_STORE_UNAVAILABLE',
      message: `memcached at ${server.address} refused: SERVER_ERROR out of memory storing object`,
    });
    expect(await store.read(kept)).not.toBeNull();
    await store.delete(`session:${String(keys - 2)}`);
    expect('written' in (await store.write(freshKey(), Buffer.alloc(300_000), aMinute, 'absent'))).toBe(true);
    await store.delete(key);
  });

  it.each([
    ['a text', 'T100', 'foreign'],
    ['nothing', 'T100', ''],
    ['an owner cut short', 'T100 F4294967295', '\x01owner'],
    ['a text without an end, as another client has it', 'T0 F1', '{"a":1}'],
  ])('takes an item that somebody else wrote for absent, says so, and replaces it: %s', async (_, flags, value) => {
    const log = new CollectedLog();
    const own = new MemcachedStore({ client }, { log });
    await server.send(`ms ${freshKey()} ${String(value.length)} ${flags}\r\n${value}\r\n`, /HD/);
    expect(await own.read(key)).toBeNull();
    expect(log.warnings).toEqual(['An item in memcached was not written by this store; it counts as no session.']);
    await written(own, key);
    expect(await own.read(key)).toMatchObject({ bytes: text('1') });
    expect(log.warnings).toHaveLength(1);
  });

  it('does not take a version of another store for one of its own', async () => {
    await written(store, freshKey());
    for (const version of [1, 'x', { token: '1', until: 1, owner: null }]) {
      await expect(store.write(key, text('2'), aMinute, version)).rejects.toThrow(TypeError);
      await expect(store.delete(key, version)).rejects.toThrow(TypeError);
    }
  });

  it('refuses a client that is none', () => {
    for (const wrong of [{}, { servers: [] }, { servers: [{ name: 'a' }] }, { servers: [null] }]) {
      const options = { client };
      Reflect.set(options, 'client', wrong);
      expect(() => new MemcachedStore(options)).toThrow(SessionConfigError);
    }
  });
});

function text(value: string): Buffer {
  return Buffer.from(value);
}

async function written(
  store: MemcachedStore,
  key: string,
  expected: Version = 'absent',
  ttlMs = aMinute,
): Promise<Version> {
  const result = await store.write(key, text('1'), ttlMs, expected);
  if ('written' in result) return result.written;
  throw new Error(`not written: ${Object.keys(result).join()}`);
}

async function secondsLeft(server: MemcachedServerProcess, key: string): Promise<number> {
  const answer = await server.send(`mg ${key} t\r\n`, /\r\n$/);
  return Number(/^HD t(\d+)/.exec(answer)?.[1]);
}
