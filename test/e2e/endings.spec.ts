import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Post, Sse, UseGuards } from '@nestjs/common';
import { Cluster, Redis } from 'ioredis';
import {
  AuthService,
  CurrentUser,
  Session,
  SessionAuthGuard,
  SessionStore,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { finalize, startWith, Subject, type Observable } from 'rxjs';
import { SessionRuntime } from '../../lib/http/session-runtime.js';
import { startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import type { CookieJar } from '../support/jar.js';
import { patienceMs, scaled } from '../support/patience.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { RedisCluster } from '../support/servers/redis-cluster.js';
import { RedisSentinel } from '../support/servers/redis-sentinel.js';
import { RedisServer } from '../support/servers/redis.js';
import { TcpProxy } from '../support/servers/tcp-proxy.js';
import { until } from '../support/until.js';

const post = { method: 'POST' };
const channel = 'session:ended-logins';
const ticks = new Subject<{ data: string }>();
let subscribers = 0;

@Controller()
class StreamController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Sse('stream')
  @UseGuards(SessionAuthGuard)
  stream(@CurrentUser('id') id: number): Observable<{ data: string }> {
    subscribers++;
    return ticks.pipe(
      startWith({ data: String(id) }),
      finalize(() => subscribers--),
    );
  }
}

class Reader {
  text = '';
  isOver = false;
  readonly ended: Promise<void>;

  constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    this.ended = once(response, 'close').then(() => {
      this.isOver = true;
    });
  }

  async has(text: string): Promise<void> {
    await until(`the client has ${text}`, () => this.text.includes(text));
  }

  async close(): Promise<void> {
    this.response.destroy();
    await this.ended;
  }
}

async function open({ url }: RunningApp, jar: CookieJar): Promise<Reader> {
  const [response] = (await once(
    get(new URL('/stream', url), { headers: { cookie: jar.header }, agent: false }),
    'response',
  )) as [IncomingMessage];
  const reader = new Reader(response);
  await reader.has('7');
  return reader;
}

async function login(running: RunningApp): Promise<CookieJar> {
  const jar = running.jar();
  await jar.fetch('/login', post);
  return jar;
}

let redis: RedisServer;
let postgres: PostgresServer;
let cluster: RedisCluster;
const apps: RunningApp[] = [];
/** What is closed after the applications that were handed it. */
const closings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  [redis, postgres, cluster] = await Promise.all([RedisServer.start(), PostgresServer.start(), RedisCluster.start()]);
});
afterAll(() => Promise.all([redis.stop(), postgres.stop(), cluster.stop()]));

beforeEach(() => {
  // Only intervals: what a test does not turn does not help.
  jest.useFakeTimers({
    doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
  });
});
afterEach(async () => {
  jest.useRealTimers();
  for (const running of apps.splice(0)) await running.close();
  for (const close of closings.splice(0)) await close();
});

async function start(session: SessionModuleOptions, logger?: CapturedLogger): Promise<RunningApp> {
  const running = await startApp({
    controllers: [StreamController],
    session: { storeTimeout: patienceMs / 1000, rotateGrace: '1ms', ...session },
    ...(logger && { logger }),
  });
  apps.push(running);
  return running;
}

const byRedisUrl = (): SessionModuleOptions => ({ type: 'redis', redis: { url: redis.url } });

const byCluster = (): SessionModuleOptions => {
  const client = new Cluster(cluster.addresses, { redisOptions: { maxRetriesPerRequest: 0 } });
  closings.push(() => client.quit());
  return { type: 'redis', redis: { client } };
};

const settings: Readonly<Record<string, () => SessionModuleOptions>> = {
  Redis: byRedisUrl,
  'a client of ioredis': () => {
    const client = new Redis(redis.url, { maxRetriesPerRequest: 0 });
    closings.push(() => client.quit());
    return { type: 'redis', redis: { client } };
  },
  'a Cluster of ioredis': byCluster,
  PostgreSQL: () => ({ type: 'sql', sql: { url: postgres.url, createTable: true } }),
  'a pool of pg': () => {
    const pool = new pg.Pool({ connectionString: postgres.url });
    closings.push(() => pool.end());
    return { type: 'sql', sql: { database: pool, createTable: true } };
  },
  'sealed cookies and Redis': () => ({ ...byRedisUrl(), type: 'cookie', sealed: { revocations: 'redis' } }),
};

const ways: Readonly<Record<string, (there: RunningApp, jar: CookieJar) => Promise<unknown>>> = {
  'a logout': ({ url }, jar) => jar.copy(url).fetch('/logout', post),
  'another login there': ({ url }, jar) => jar.copy(url).fetch('/login', post),
  'logoutEverywhere()': ({ app }) => app.get(AuthService).logoutEverywhere(7),
  'logoutAllUsers()': ({ app }) => app.get(AuthService).logoutAllUsers(),
  'revoke()': async ({ app }) => {
    const auth = app.get(AuthService);
    for (const { publicId } of await auth.sessions(7)) await auth.revoke(7, publicId);
  },
};
const needOwners = ['logoutEverywhere()', 'revoke()'];

describe.each(Object.keys(settings))('with %s, a stream', (name) => {
  const session = (): SessionModuleOptions => settings[name]?.() ?? {};
  const offered = Object.keys(ways).filter((way) => name !== 'sealed cookies and Redis' || !needOwners.includes(way));

  it.each(offered)('ends at once with %s in another process', async (way) => {
    const [here, there] = [await start(session()), await start(session())];
    const jar = await login(here);
    const reader = await open(here, jar);
    await ways[way]?.(there, jar);
    await reader.ended;
    await until('nobody listens any more', () => subscribers === 0);
  });

  it('goes on where another login ends', async () => {
    const [here, there] = [await start(session()), await start(session())];
    const [jar, other] = [await login(here), await login(here)];
    const [reader, witness] = [await open(here, jar), await open(here, other)];
    await ways['a logout']?.(there, other);
    await witness.ended;
    ticks.next({ data: 'still here' });
    await reader.has('still here');
    await reader.close();
  });
});

/** How many connections listen to the channel. */
const listeners = (): Promise<number> =>
  redis.administer(async (client) => {
    const [, count] = (await client.pubsub('NUMSUB', channel)) as [string, number];
    return count;
  });

async function hears(running: RunningApp, count = 1): Promise<void> {
  await until('it listens', async () => (await listeners()) === count);
  // The look that follows the first message of its own.
  await until('its messages arrive', () => running.app.get(SessionRuntime).hearsOfEnds);
}

describe('announcements', () => {
  it('are listened to only while something depends on a login', async () => {
    const here = await start(byRedisUrl());
    const jar = await login(here);
    expect(await listeners()).toBe(0);
    const reader = await open(here, jar);
    await hears(here);
    await reader.close();
    await until('it listens no more', async () => (await listeners()) === 0);
  });

  it('cost an idle stream no store call', async () => {
    const here = await start(byRedisUrl());
    const reader = await open(here, await login(here));
    await hears(here);
    const counts = await redis.commandCounts(async () => {
      for (let turn = 0; turn < 4; turn++) {
        jest.advanceTimersByTime(15_000);
        await hears(here);
      }
    });
    expect(counts).toMatchObject({ publish: 4 });
    expect(Object.keys(counts)).toEqual(expect.not.arrayContaining(['get', 'evalsha', 'eval']));
    await reader.close();
  });

  it.each(['{"lineage":LINEAGE}', '{"user":7}', '{"everybody":true}', '{}', '[]', '{"user":{}}', 'nonsense', '"7"'])(
    'end nothing by themselves: %s',
    async (message) => {
      const here = await start(byRedisUrl());
      const reader = await open(here, await login(here));
      await hears(here);
      const [device] = await here.app.get(AuthService).sessions(7);
      const text = message.replace('LINEAGE', JSON.stringify(device?.publicId));
      await redis.administer((client) => client.publish(channel, text));
      jest.advanceTimersByTime(15_000);
      await hears(here);
      ticks.next({ data: 'still here' });
      await reader.has('still here');
      await reader.close();
    },
  );

  it('that were missed while the connection was lost are made up for', async () => {
    const [here, there] = [await start(byRedisUrl()), await start(byRedisUrl())];
    const jar = await login(here);
    const reader = await open(here, jar);
    await hears(here);
    await redis.administer(async (client) => {
      await client.client('PAUSE', 1);
      await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    });
    await ways['a logout']?.(there, jar);
    await reader.ended;
  });

  it('that may have been missed by many streams are made up for with one command', async () => {
    const here = await start(byRedisUrl());
    const readers = await Promise.all(Array.from({ length: 20 }, async () => open(here, await login(here))));
    await hears(here);
    const hasLooked = async (): Promise<boolean> =>
      (await redis.administer((client) => client.info('commandstats'))).includes('cmdstat_mget');
    const counts = await redis.commandCounts(async () => {
      await redis.administer((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
      await until('it has looked at them', hasLooked);
    });
    expect(counts).toMatchObject({ mget: 1 });
    // Whether everybody has been logged out.
    expect(counts['get'] ?? 0).toBeLessThanOrEqual(1);
    await Promise.all(readers.map((reader) => reader.close()));
  });

  it('that were missed while the node that it listens to was lost are made up for, in a Cluster', async () => {
    const here = await start(byCluster());
    const reader = await open(here, await login(here));
    await until('its messages arrive', () => here.app.get(SessionRuntime).hearsOfEnds);
    // So that no announcement tells of it.
    for (const node of cluster.nodes) await node.administer((client) => client.flushall());
    for (const node of cluster.nodes) {
      await node.administer((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    }
    await reader.ended;
  });

  it('are heard from the new master after a failover by Sentinels', async () => {
    const sentinel = await RedisSentinel.start();
    try {
      const behind = (): SessionModuleOptions => {
        const client = new Redis({
          sentinels: [{ host: '127.0.0.1', port: sentinel.port }],
          name: RedisSentinel.masterName,
          maxRetriesPerRequest: 0,
          retryStrategy: () => 100,
        });
        client.on('error', () => undefined); // while the master is away
        closings.push(() => Promise.resolve(client.disconnect()));
        return { type: 'redis', redis: { client } };
      };
      const [here, there] = [await start(behind()), await start(behind())];
      const jar = await login(here);
      const reader = await open(here, jar);
      await until('its messages arrive', () => here.app.get(SessionRuntime).hearsOfEnds);
      await until('the replica has all records', () =>
        sentinel.replica.administer(async (replica) => {
          const sizes = [await replica.dbsize(), await sentinel.master.administer((master) => master.dbsize())];
          return sizes[0] === sizes[1];
        }),
      );
      await sentinel.killMaster();
      await until('it hears no more', () => !here.app.get(SessionRuntime).hearsOfEnds);
      await until('its messages arrive again', () => {
        jest.advanceTimersByTime(1_000);
        return here.app.get(SessionRuntime).hearsOfEnds;
      });
      await until('the other one has the new master, too', () =>
        there.app
          .get(SessionStore)
          .read('nothing')
          .then(
            () => true,
            () => false,
          ),
      );
      await ways['a logout']?.(there, jar);
      await reader.ended;
      for (const running of apps.splice(0)) await running.close();
    } finally {
      for (const close of closings.splice(0)) await close();
      await sentinel.stop();
    }
  });

  it.each([
    ['Redis', () => redis.url, (url) => ({ type: 'redis', redis: { url } })],
    ['PostgreSQL', () => postgres.url, (url) => ({ type: 'sql', sql: { url, createTable: true } })],
  ] satisfies [string, () => string, (url: string) => SessionModuleOptions][])(
    'are heard again on a new connection after that to %s has become dead without a word',
    async (_, urlOf, sessionAt) => {
      const url = new URL(urlOf());
      const proxy = await TcpProxy.start(Number(url.port));
      closings.push(() => proxy.stop());
      const there = await start(sessionAt(url.href));
      url.port = String(proxy.port);
      const here = await start(sessionAt(url.href));
      const { heldLogins } = here.app.get(SessionRuntime);
      const jar = await login(here);
      const reader = await open(here, jar);
      await until('it hears', () => here.app.get(SessionRuntime).hearsOfEnds);
      proxy.silence();
      const store = here.app.get(SessionStore);
      await until('the store has new connections', () =>
        store.read('nothing').then(
          () => true,
          () => false,
        ),
      );
      // The first message of its own is lost, which is noticed when the next one is due.
      for (let turn = 0; turn < 2; turn++) jest.advanceTimersByTime(15_000);
      expect(here.app.get(SessionRuntime).hearsOfEnds).toBe(false);
      await until('it hears again', () => here.app.get(SessionRuntime).hearsOfEnds);
      expect([reader.isOver, heldLogins.size]).toEqual([false, 1]);
      await ways['a logout']?.(there, jar);
      await reader.ended;
    },
  );

  it('that an ACL does not allow are replaced by looks, with one warning of each application', async () => {
    await redis.administer((client) =>
      client.call('ACL', 'SETUSER', 'shop', 'on', '>secret', 'allkeys', 'resetchannels', '+@all'),
    );
    const url = redis.url.replace('redis://', 'redis://shop:secret@');
    const logger = new CapturedLogger();
    // Nest's logger is that of the application that was made last.
    const there = await start({ type: 'redis', redis: { url } });
    const here = await start({ type: 'redis', redis: { url } }, logger);
    const jar = await login(here);
    const reader = await open(here, jar);
    await ways['a logout']?.(there, jar);
    await until('a look finds that it is over', () => {
      jest.advanceTimersByTime(15_000);
      return reader.isOver;
    });
    const said = logger.at('warn').filter((line) => line.includes('which logins have ended'));
    expect(said).toEqual([expect.stringContaining(channel), expect.stringContaining(channel)]);
    expect(logger.text).not.toContain('secret');
  });
});

it.each([['memory' as const], ['redis' as const]])(
  'a stream ends when its login reaches its timeout, and not at the next look (%s)',
  async (type) => {
    const here = await start({
      type,
      redis: { url: redis.url },
      idleTimeout: `${String(scaled(400))}ms`,
      absoluteTimeout: null,
    });
    const reader = await open(here, await login(here));
    await reader.ended;
  },
);
