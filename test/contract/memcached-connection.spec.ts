import { afterEach, describe, expect, it } from '@jest/globals';
import { SessionStoreUnavailableError } from '../../lib/errors.js';
import { create } from '../../lib/stores/memcached/create.js';
import { connectMemcached, MemcachedStore } from '../../lib/stores/memcached/index.js';
import { serverOf } from '../../lib/stores/memcached/server-choice.js';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { withTimeLimit } from '../../lib/stores/time-limit.js';
import { CollectedLog } from '../support/collected-log.js';
import { MemcachedServerProcess } from '../support/servers/memcached.js';
import { MemcachedWire } from '../support/servers/memcached-wire.js';
import { freePort } from '../support/servers/server-process.js';
import { TcpProxy } from '../support/servers/tcp-proxy.js';
import { until } from '../support/until.js';
import { scaled } from '../support/patience.js';

const aMinute = 60_000;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('MemcachedStore and its connections', () => {
  it('is made at once while the server is down, rejects at once, and works when the server has come', async () => {
    const port = await freePort();
    const store = open([`127.0.0.1:${String(port)}`]);
    const before = performance.now();
    await expect(store.read('key')).rejects.toThrow(SessionStoreUnavailableError);
    await expect(store.write('key', bytes('1'), aMinute, 'absent')).rejects.toThrow(SessionStoreUnavailableError);
    expect(performance.now() - before).toBeLessThan(scaled(1_000));
    await startServer({ port });
    await until('a read works', () => store.read('key').then(isNull, () => false));
    expect('written' in (await store.write('key', bytes('1'), aMinute, 'absent'))).toBe(true);
  });

  it('says once that the server is away, naming the setting, and once that it is back', async () => {
    const server = await startServer();
    const log = new CollectedLog();
    const store = open([server.address], log);
    expect(await store.read('key')).toBeNull();
    await server.kill();
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(store.read('key')).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringContaining(`memcached at ${server.address} did not answer`),
      });
    }
    expect(log.errors).toEqual([
      expect.stringContaining(`memcached at ${server.address} (SESSION_MEMCACHED) cannot be reached`),
    ]);
    await server.restart();
    await until('a read works', () => store.read('key').then(isNull, () => false));
    expect(log.warnings).toEqual([`memcached at ${server.address} (SESSION_MEMCACHED) is back.`]);
    await server.kill();
    await until('the second outage is told', () => log.errors.length === 2);
  });

  it('knows after a restart of the server that what it had is gone', async () => {
    const server = await startServer();
    const store = open([server.address]);
    const result = await store.write('key', bytes('1'), aMinute, 'absent');
    if (!('written' in result)) throw new Error('not written');
    await server.kill();
    await server.restart();
    await until('a read works', () => store.read('key').then(isNull, () => false));
    expect(await store.write('key', bytes('2'), aMinute, result.written)).toEqual({ gone: true });
    expect(await store.touch('key', aMinute)).toBe(false);
  });

  it('rejects within the time limit while the server stands still, and works when it goes on', async () => {
    const server = await startServer();
    const patient = open([server.address]);
    expect(await patient.read('key')).toBeNull();
    const store = withTimeLimit(patient, 200);
    await server.pause();
    const before = performance.now();
    await expect(store.read('key')).rejects.toThrow(/within 200 ms/);
    expect(performance.now() - before).toBeLessThan(scaled(2_000));
    server.resume();
    await until('a read works', () => store.read('key').then(isNull, () => false));
  });

  it('gives a connection up on which the server has stood still for too long', async () => {
    const server = await startServer();
    const log = new CollectedLog();
    const store = open([server.address], log);
    expect(await store.read('key')).toBeNull();
    await server.pause();
    await expect(store.read('key')).rejects.toThrow('it was silent for 5000 ms');
    expect(log.errors).toHaveLength(1);
    server.resume();
    await until('a read works', () => store.read('key').then(isNull, () => false));
  });

  it('never sends a write twice: when its answer is lost, the caller is told', async () => {
    const server = await startServer();
    const proxy = await TcpProxy.start(server.port);
    cleanUps.push(() => proxy.stop());
    const store = open([`127.0.0.1:${String(proxy.port)}`]);
    expect(await store.read('key')).toBeNull();
    proxy.swallowAnswers();
    const writing = store.write('key', bytes('1'), aMinute, 'absent');
    writing.catch(() => undefined); // asserted below
    await until('the write arrived', async () => (await server.stats()).get('curr_items') === '1');
    const sets = (await server.stats()).get('cmd_set');
    proxy.cut();
    await expect(writing).rejects.toThrow(SessionStoreUnavailableError);
    await until('a read works', () => store.read('other').then(isNull, () => false));
    expect((await server.stats()).get('cmd_set')).toBe(sets);
  });

  it('sends what is asked for at one time together, and gives each the answer to its own question', async () => {
    const server = await startServer();
    const wire = new MemcachedWire();
    const client = connectMemcached([server.address], { open: wire.open });
    cleanUps.push(() => client.close());
    const store = new MemcachedStore({ client });
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store.write(`key ${String(index)}`, bytes(`the record ${String(index)}`), aMinute, 'absent'),
      ),
    );
    wire.packets = 0;
    const records = await Promise.all(Array.from({ length: 50 }, (_, index) => store.read(`key ${String(index)}`)));
    expect(wire.packets).toBe(1);
    for (const [index, record] of records.entries()) {
      expect(record?.bytes).toEqual(bytes(`the record ${String(index)}`));
    }
  });

  it('spreads sessions over its servers, each of which has its own, whatever the order of the list', async () => {
    const servers = [await startServer(), await startServer(), await startServer()];
    const addresses = servers.map(({ address }) => address);
    const [store, another] = [open(addresses), open([...addresses].reverse())];
    for (let index = 0; index < 300; index++) {
      await store.write(`session:${String(index)}`, bytes(String(index)), aMinute, 'absent');
    }
    for (let index = 0; index < 300; index++) {
      expect(await another.read(`session:${String(index)}`)).toMatchObject({ bytes: bytes(String(index)) });
    }
    const counts = await Promise.all(servers.map(async (server) => Number((await server.stats()).get('curr_items'))));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(300);
    for (const count of counts) expect(count).toBeGreaterThan(10);
  });

  it('does without the sessions of a server that is away, and asks no other server for them', async () => {
    const servers = [await startServer(), await startServer()];
    const [first, second] = servers;
    const addresses = servers.map(({ address }) => address);
    const log = new CollectedLog();
    const client = connectMemcached(addresses, { log });
    cleanUps.push(() => client.close());
    const store = new MemcachedStore({ client });
    const keys = Array.from({ length: 60 }, (_, index) => `session:${String(index)}`);
    for (const key of keys) await store.write(key, bytes('1'), aMinute, 'absent');
    const isOnFirst = (key: string): boolean => serverOf(client.servers, key).name === first?.address;
    await first?.kill();
    await until('it is noticed', () => log.errors.length === 1);
    for (const key of keys) {
      if (isOnFirst(key)) await expect(store.read(key)).rejects.toThrow(SessionStoreUnavailableError);
      else expect(await store.read(key)).not.toBeNull();
    }
    expect(keys.filter(isOnFirst).length).toBeGreaterThan(2);
    await first?.restart();
    const [key = ''] = keys.filter(isOnFirst);
    await until('it is back', () => store.read(key).then(isNull, () => false));
    expect(Number((await second?.stats())?.get('curr_items'))).toBe(keys.filter((name) => !isOnFirst(name)).length);
  });

  it('leaves a client alone that was handed in, and closes its own', async () => {
    const server = await startServer();
    const client = connectMemcached([server.address]);
    cleanUps.push(() => client.close());
    const lent = create({ client, servers: null, owners: false }, { log: new CollectedLog() });
    await lent.close();
    expect(await lent.read('key')).toBeNull();
    const own = create({ client: null, servers: [server.address], owners: false }, { log: new CollectedLog() });
    expect(await own.read('key')).toBeNull();
    const reading = own.read('key');
    reading.catch(() => undefined); // asserted below
    await own.close();
    await expect(reading).rejects.toThrow('the connection was closed');
    await expect(own.read('key')).rejects.toThrow('the connection was closed');
  });
});

function open(addresses: readonly string[], log = new CollectedLog()): SessionStore {
  const store = create({ servers: addresses, owners: false, client: null }, { log });
  cleanUps.push(() => store.close());
  return store;
}

async function startServer(options: { port?: number } = {}): Promise<MemcachedServerProcess> {
  const server = await MemcachedServerProcess.start(options);
  cleanUps.push(() => server.stop());
  return server;
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function isNull(value: unknown): boolean {
  return value === null;
}
