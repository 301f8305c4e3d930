import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SessionStoreUnavailableError } from '../../lib/errors.js';
import { create } from '../../lib/stores/redis/create.js';
import { RedisStore } from '../../lib/stores/redis/index.js';
import { connect } from '../../lib/stores/redis/redis.connect.js';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { withTimeLimit } from '../../lib/stores/time-limit.js';
import { CollectedLog } from '../support/collected-log.js';
import { RedisServer } from '../support/servers/redis.js';
import { freePort } from '../support/servers/server-process.js';
import { TcpProxy } from '../support/servers/tcp-proxy.js';
import { until } from '../support/until.js';
import { scaled } from '../support/patience.js';

const aMinute = 60_000;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('RedisStore and its connection', () => {
  it('is made at once while the server is down, rejects at once, and works when the server has come', async () => {
    const port = await freePort();
    const log = new CollectedLog();
    const store = await open(`redis://127.0.0.1:${String(port)}`, log);
    const before = performance.now();
    await expect(store.read('key')).rejects.toThrow(SessionStoreUnavailableError);
    await expect(store.write('key', bytes('1'), aMinute, 'absent')).rejects.toThrow(SessionStoreUnavailableError);
    expect(performance.now() - before).toBeLessThan(scaled(2_000));
    await startServer({ port });
    await until('a read works', () => store.read('key').then(isNull, () => false));
    expect('written' in (await store.write('key', bytes('1'), aMinute, 'absent'))).toBe(true);
  });

  it('says once that the server is away, naming the setting, and once that it is back', async () => {
    const server = await startServer();
    const log = new CollectedLog();
    const store = await open(server.url, log);
    expect(await store.read('key')).toBeNull();
    await server.kill();
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(store.read('key')).rejects.toThrow(SessionStoreUnavailableError);
    }
    expect(log.errors).toHaveLength(1);
    expect(log.errors[0]).toContain(`redis://127.0.0.1:${String(server.port)} (SESSION_REDIS) cannot be reached`);
    expect(log.errors[0]).toContain('ECONNREFUSED');
    await server.restart();
    await until('a read works', () => store.read('key').then(isNull, () => false));
    expect(log.warnings).toEqual([`Redis at redis://127.0.0.1:${String(server.port)} (SESSION_REDIS) is back.`]);
    await server.kill();
    await until('the second outage is told', () => log.errors.length === 2);
  });

  it('rejects within the time limit while the server stands still, and works when it goes on', async () => {
    const server = await startServer();
    const patient = await open(server.url);
    expect(await patient.read('key')).toBeNull();
    const store = withTimeLimit(patient, 200);
    server.pause();
    const before = performance.now();
    await expect(store.read('key')).rejects.toThrow(/within 200 ms.*SESSION_STORE_TIMEOUT \(storeTimeout\)/);
    expect(performance.now() - before).toBeLessThan(scaled(1_000));
    server.resume();
    await until('a read works', () => store.read('key').then(isNull, () => false));
  });

  it('gives a connection up on which the server has stood still for too long', async () => {
    const server = await startServer();
    const log = new CollectedLog();
    const store = await open(server.url, log);
    expect(await store.read('key')).toBeNull();
    server.pause();
    await expect(store.read('key')).rejects.toThrow(SessionStoreUnavailableError);
    expect(log.errors).toHaveLength(1);
    server.resume();
    await until('a read works', () => store.read('key').then(isNull, () => false));
  });

  it('never sends a write twice: when its answer is lost, the caller is told', async () => {
    const server = await startServer();
    const proxy = await TcpProxy.start(server.port);
    cleanUps.push(() => proxy.stop());
    const store = await open(`redis://127.0.0.1:${String(proxy.port)}`);
    await store.write('first', bytes('1'), aMinute, 'absent'); // the server knows the script from now on
    const counts = await server.commandCounts(async () => {
      proxy.swallowAnswers();
      const writing = store.write('key', bytes('1'), aMinute, 'absent');
      writing.catch(() => undefined); // asserted below
      await until('the write arrived', async () => (await server.administer((client) => client.exists('key'))) === 1);
      proxy.cut();
      await expect(writing).rejects.toThrow(SessionStoreUnavailableError);
      await until('a read works', () => store.read('other').then(isNull, () => false));
    });
    expect(counts).toMatchObject({ evalsha: 1, set: 1 });
  });

  it.each([
    ['as Redis 7 says it', (answer: Buffer) => answer],
    ['as Redis said it before 7', inOldWords],
  ])(
    'connects anew when the server has become a replica, %s, since another one may answer to the address now',
    async (_, reword) => {
      const server = await startServer();
      const proxy = await TcpProxy.start(server.port, reword);
      cleanUps.push(() => proxy.stop());
      const store = await open(`redis://127.0.0.1:${String(proxy.port)}`);
      expect('written' in (await store.write('key', bytes('1'), aMinute, 'absent'))).toBe(true);
      await server.administer((client) => client.replicaof('127.0.0.1', 1));
      const before = await otherClients(server);
      expect(before).toHaveLength(1);
      await expect(store.write('other', bytes('1'), aMinute, 'absent')).rejects.toThrow(/READONLY/);
      await until('there is a new connection in the place of the old one', async () => {
        const after = await otherClients(server);
        return after.length === 1 && after[0] !== before[0];
      });
      await server.administer((client) => client.replicaof('NO', 'ONE'));
      await until('a write works', () =>
        store.write('other', bytes('1'), aMinute, 'absent').then(
          () => true,
          () => false,
        ),
      );
    },
  );

  it('sends what is asked for at one time together', async () => {
    const server = await startServer();
    const { client, close } = await connect(server.url, new CollectedLog());
    cleanUps.push(close);
    const store = new RedisStore({ client });
    expect(await store.read('key')).toBeNull();
    const reads = Array.from({ length: 50 }, () => store.read('key'));
    expect(Reflect.get(client, 'autoPipelineQueueSize')).toBe(50);
    expect(new Set(await Promise.all(reads))).toEqual(new Set([null]));
  });

  it('shows the password of the URL in no message, no cause and no log line', async () => {
    const server = await startServer({ password: 'right p@ss' });
    const log = new CollectedLog();
    const wrong = new URL(server.url);
    wrong.password = 'wrong p@ss';
    const refused = await open(wrong.href, log);
    await until('the refusal is told', () => log.errors.length === 1);
    const away = new URL(wrong);
    away.port = String(await freePort());
    const unreachable = await open(away.href, log);
    await until('the absence is told', () => log.errors.length === 2);
    const told = [...log.errors, ...log.warnings];
    for (const store of [refused, unreachable]) {
      for (const call of [
        store.read('k'),
        store.write('k', bytes('the record'), aMinute, 'absent'),
        store.touch('k', 1),
      ]) {
        told.push(await call.then(String, (error: unknown) => inspect(error, { depth: 20, showHidden: true })));
      }
    }
    expect(told.length).toBe(8);
    for (const text of told) {
      expect(text).not.toMatch(/wrong( |%20|\+)p/);
      expect(text).not.toContain('the record');
    }
    expect(log.errors[0]).toContain('WRONGPASS');
  });

  it('says nothing of keys and records in the error for an injected client', async () => {
    const client = new Redis({ port: await freePort(), maxRetriesPerRequest: 0, enableOfflineQueue: false });
    client.on('error', () => undefined); // the application's business
    cleanUps.push(() => {
      client.disconnect();
    });
    const error: unknown = await new RedisStore({ client })
      .write('the key', bytes('the record'), 1, 'absent')
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SessionStoreUnavailableError);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/the key|the record/);
  });

  it('closes the client that it made', async () => {
    const server = await startServer();
    const store = await create({ url: server.url, client: null }, { log: new CollectedLog() });
    await store.read('key');
    await store.close();
    await until('no connection is left', async () => (await otherClients(server)).length === 0);
  });

  it('closes within a moment while the server stands still', async () => {
    const server = await startServer();
    const store = await create({ url: server.url, client: null }, { log: new CollectedLog() });
    await store.read('key');
    server.pause();
    const before = performance.now();
    await store.close();
    expect(performance.now() - before).toBeLessThan(scaled(2_000));
  });
});

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function isNull(value: unknown): boolean {
  return value === null;
}

async function startServer(options: { password?: string; port?: number } = {}): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  cleanUps.push(() => server.stop());
  return server;
}

async function open(url: string, log = new CollectedLog()): Promise<SessionStore> {
  const store = await create({ url, client: null }, { log });
  cleanUps.push(() => store.close());
  return store;
}

/** The connections of the server's clients, apart from the one that asks. */
async function otherClients(server: RedisServer): Promise<string[]> {
  return server.administer(async (client) => {
    const own = String(await client.client('ID'));
    const list = String(await client.client('LIST', 'TYPE', 'NORMAL'));
    return [...list.matchAll(/^id=(\d+)/gm)].flatMap(([, id]) => (id === undefined || id === own ? [] : [id]));
  });
}

/** A refusal in a script, in the words of the server, as Redis 6 passed it on. */
function inOldWords(answer: Buffer): Buffer {
  const text = answer
    .toString('latin1')
    .replace(
      /-READONLY ([^\r]*?)\.? ?script: (\w+), on @user_script:(\d+)\.\r\n/g,
      '-ERR Error running script (call to f_$2): @user_script:$3: @user_script: $3: -READONLY $1. \r\n',
    );
  return Buffer.from(text, 'latin1');
}
