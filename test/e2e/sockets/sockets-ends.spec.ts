import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AuthService, type SessionModuleOptions } from 'nestjs-session-auth';
import { SessionRuntime } from '../../../lib/http/session-runtime.js';
import type { RunningApp } from '../../support/app.js';
import { CapturedLogger } from '../../support/captured-logger.js';
import { HeldStore } from '../../support/held-store.js';
import type { CookieJar } from '../../support/jar.js';
import { patienceMs, scaled } from '../../support/patience.js';
import { PostgresServer } from '../../support/servers/postgres.js';
import { RedisServer } from '../../support/servers/redis.js';
import { until } from '../../support/until.js';
import { connectAs, post, startSockets, users, type LibraryName, type SocketClient } from './sockets-app.js';

const libraries: readonly LibraryName[] = ['ws', 'socket.io'];

let redis: RedisServer;
let postgres: PostgresServer;
const apps: RunningApp[] = [];
const clients: SocketClient[] = [];

beforeAll(async () => {
  [redis, postgres] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
});
afterAll(() => Promise.all([redis.stop(), postgres.stop()]));

beforeEach(() => {
  users.clear();
  // Only intervals: what a test does not turn does not help.
  jest.useFakeTimers({
    doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
  });
});
afterEach(async () => {
  jest.useRealTimers();
  for (const client of clients.splice(0)) await client.close();
  for (const running of apps.splice(0)) await running.close();
});

async function start(
  library: LibraryName,
  session: SessionModuleOptions,
  logger?: CapturedLogger,
): Promise<RunningApp> {
  const running = await startSockets(
    { library },
    { session: { storeTimeout: patienceMs / 1000, ...session }, ...(logger && { logger }) },
  );
  apps.push(running);
  return running;
}

async function login(running: RunningApp, path = '/login'): Promise<CookieJar> {
  const jar = running.jar();
  await jar.fetch(path, post);
  return jar;
}

async function open(library: LibraryName, running: RunningApp, jar: CookieJar): Promise<SocketClient> {
  const client = await connectAs({ library }, running, 'members', jar);
  clients.push(client);
  // A message is answered after the socket is held.
  await client.ask('echo', 'open');
  return client;
}

const byRedis = (): SessionModuleOptions => ({ type: 'redis', redis: { url: redis.url } });
const settings: Readonly<Record<string, () => SessionModuleOptions>> = {
  Redis: byRedis,
  PostgreSQL: () => ({ type: 'sql', sql: { url: postgres.url, createTable: true } }),
};

const ways: Readonly<Record<string, (there: RunningApp, jar: CookieJar) => Promise<unknown>>> = {
  'a logout': ({ url }, jar) => jar.copy(url).fetch('/logout', post),
  'another login of the same browser': ({ url }, jar) => jar.copy(url).fetch('/login/bob', post),
  'logoutEverywhere()': ({ app }) => app.get(AuthService).logoutEverywhere('ann'),
  'logoutAllUsers()': ({ app }) => app.get(AuthService).logoutAllUsers(),
  'revoke()': async ({ app }) => {
    const auth = app.get(AuthService);
    for (const { publicId } of await auth.sessions('ann')) await auth.revoke('ann', publicId);
  },
};

const ended = { code: 4401, reason: expect.any(String) };

describe.each(libraries)('a socket of %s', (library) => {
  describe.each(Object.keys(ways))('is closed with a code and an event by %s', (way) => {
    it.each(['memory', 'sql (SQLite)'])('in this process (%s)', async (type) => {
      const store: SessionModuleOptions =
        type === 'memory' ? { type } : { type: 'sql', sql: { url: 'sqlite::memory:', createTable: true } };
      const here = await start(library, store);
      const jar = await login(here);
      const client = await open(library, here, jar);
      await ways[way]?.(here, jar);
      expect(await client.closed).toMatchObject(ended);
      expect(await client.next()).toEqual({ event: 'session-ended', data: { code: 4401 } });
    });

    it.each(Object.keys(settings))('in another process (%s)', async (name) => {
      const session = settings[name]?.() ?? {};
      const [here, there] = [await start(library, session), await start(library, session)];
      const jar = await login(here);
      const client = await open(library, here, jar);
      await ways[way]?.(there, jar);
      expect(await client.closed).toMatchObject(ended);
    });
  });

  it('stays open where another login of the user ends', async () => {
    const [here, there] = [await start(library, byRedis()), await start(library, byRedis())];
    const [jar, other] = [await login(here), await login(here)];
    const [client, witness] = [await open(library, here, jar), await open(library, here, other)];
    await ways['a logout']?.(there, other);
    await witness.closed;
    expect(await client.ask('who')).toMatchObject({ id: 'ann' });
  });

  it.each(['memory', 'redis'] as const)('is closed when the login reaches its timeout (%s)', async (type) => {
    const here = await start(library, {
      type,
      redis: { url: redis.url },
      idleTimeout: `${String(scaled(400))}ms`,
      absoluteTimeout: null,
    });
    const client = await open(library, here, await login(here));
    expect(await client.closed).toMatchObject(ended);
  });

  it('costs no store call while it is idle', async () => {
    const here = await start(library, byRedis());
    await open(library, here, await login(here));
    const { app } = here;
    await until('its messages arrive', () => app.get(SessionRuntime).hearsOfEnds);
    const counts = await redis.commandCounts(async () => {
      for (let turn = 0; turn < 4; turn++) {
        jest.advanceTimersByTime(15_000);
        await until('its messages arrive', () => app.get(SessionRuntime).hearsOfEnds);
      }
    });
    expect(Object.keys(counts)).toEqual(expect.not.arrayContaining(['get', 'evalsha', 'eval']));
  });

  describe('after a message of a session that has ended unheard', () => {
    it('is closed, and its handler has nobody', async () => {
      const here = await start(library, { type: 'redis', redis: { url: redis.url } });
      const client = await open(library, here, await login(here));
      await redis.administer((admin) => admin.flushall());
      client.send('who');
      expect(await client.closed).toMatchObject(ended);
    });
  });

  describe('follows its login', () => {
    it.each(['confirm', 'regenerate'])('to the new id that %s() gives it', async (way) => {
      const here = await start(library, { type: 'memory', rotateGrace: '1ms' });
      const jar = await login(here);
      const client = await open(library, here, jar);
      for (let turn = 0; turn < 3; turn++) {
        await jar.fetch(`/${way}`, post);
        expect(await client.ask('who')).toMatchObject({ id: 'ann', isNew: false });
      }
      expect(await client.ask('count')).toBe(1);
      expect(await jar.json('/count', post)).toEqual({ count: 2 });
      await jar.fetch('/logout', post);
      expect(await client.closed).toMatchObject(ended);
    });

    it.each(Object.keys(settings))('to an id that it got in another process (%s)', async (name) => {
      const session = settings[name]?.() ?? {};
      const [here, there] = [await start(library, session), await start(library, session)];
      const jar = await login(here);
      const client = await open(library, here, jar);
      await jar.copy(there.url).fetch('/confirm', post);
      expect(await client.ask('who')).toMatchObject({ id: 'ann', isNew: false });
    });

    it('to an id that it gets while the session is read for a message', async () => {
      const store = new HeldStore();
      const here = await start(library, { store });
      const jar = await login(here);
      const client = await open(library, here, jar);
      const checkpoint = store.holdNext('read');
      const answer = client.ask('who');
      await checkpoint.reached;
      await jar.fetch('/confirm', post);
      checkpoint.release();
      expect(await answer).toMatchObject({ id: 'ann', isNew: false });
    });

    it('through periodic rotations', async () => {
      let time = Date.now();
      const clock = (): number => time;
      const here = await start(library, { type: 'memory', clock, rotateEvery: '1m', rotateGrace: '30s' });
      const jar = await login(here);
      const client = await open(library, here, jar);
      for (let turn = 0; turn < 3; turn++) {
        const { header } = jar;
        time += 61_000;
        await jar.fetch('/count', post);
        expect(jar.header).not.toBe(header);
        expect(await client.ask('who')).toMatchObject({ id: 'ann', isNew: false });
      }
    });

    it('and to no other login of its browser', async () => {
      const here = await start(library, { type: 'memory' });
      const jar = await login(here);
      const client = await open(library, here, jar);
      await jar.fetch('/login/bob', post);
      expect(await client.closed).toMatchObject(ended);
    });

    it('which never begins at a socket that was opened without one', async () => {
      const here = await start(library, { type: 'memory' });
      const jar = here.jar();
      await jar.fetch('/start', post);
      const client = await connectAs({ library }, here, 'open', jar);
      clients.push(client);
      expect(await client.ask('count')).toBe(1);
      await jar.fetch('/login', post);
      expect(await client.ask('who')).toMatchObject({ id: null, isNew: true });
    });
  });

  it('is asked to confirm by @Fresh(), and admitted once that was done by HTTP', async () => {
    let time = Date.now();
    const here = await start(library, { type: 'memory', clock: () => time });
    const jar = await login(here);
    const client = await open(library, here, jar);
    expect(await client.ask('fresh')).toBe('fresh');
    time += 61_000;
    expect(await client.ask('fresh')).toMatchObject({
      status: 'error',
      code: 'UNAUTHENTICATED',
      reason: 'confirmation_required',
    });
    await jar.fetch('/confirm', post);
    expect(await client.ask('fresh')).toBe('fresh');
  });

  describe('of a user who is disabled', () => {
    it('is closed by recheck(), here and in other processes', async () => {
      users.set('ann', { id: 'ann', isActive: true });
      const [here, there] = [await start(library, byRedis()), await start(library, byRedis())];
      const jar = await login(here);
      const [client, other] = [await open(library, here, jar), await open(library, there, jar)];
      const { app } = there;
      await until('its messages arrive', () => app.get(SessionRuntime).hearsOfEnds);
      await here.app.get(AuthService).recheck('ann');
      expect(await client.ask('echo', 'still open')).toBe('still open');
      users.set('ann', { id: 'ann', isActive: false });
      await here.app.get(AuthService).recheck('ann');
      expect(await client.closed).toMatchObject(ended);
      expect(await other.closed).toMatchObject(ended);
    });

    it('is closed at the interval without it', async () => {
      users.set('ann', { id: 'ann', isActive: true });
      const here = await start(library, { type: 'memory' });
      const client = await open(library, here, await login(here));
      users.set('ann', { id: 'ann', isActive: false });
      await until('it is closed', () => {
        jest.advanceTimersByTime(15_000);
        return client.isClosed;
      });
    });
  });

  it('of one user is looked at again though the user of another cannot be loaded', async () => {
    let isHanging = false;
    const here = await start(library, {
      type: 'memory',
      storeTimeout: '50ms',
      userLoader: (id) =>
        isHanging && id === 'ann' ? new Promise<never>(() => undefined) : (users.get(String(id)) ?? { id }),
    });
    const kept = await open(library, here, await login(here));
    const client = await open(library, here, await login(here, '/login/bob'));
    isHanging = true;
    jest.advanceTimersByTime(15_000);
    users.set('bob', { id: 'bob', isActive: false });
    await until('it is closed', () => {
      jest.advanceTimersByTime(15_000);
      return client.isClosed;
    });
    isHanging = false;
    expect(await kept.ask('echo', 'still open')).toBe('still open');
  });

  it('is kept while the store is down, and looked at again', async () => {
    const own = await RedisServer.start();
    try {
      const logger = new CapturedLogger();
      const here = await start(library, { type: 'redis', redis: { url: own.url }, storeTimeout: '200ms' }, logger);
      const jar = await login(here);
      const client = await open(library, here, jar);
      own.pause();
      expect(await client.ask('who')).toMatchObject({ status: 'error', code: 'SERVICE_UNAVAILABLE' });
      await expect(connectAs({ library }, here, 'members', jar)).rejects.toMatchObject({
        said: { statusCode: 503, code: 'SERVICE_UNAVAILABLE' },
      });
      jest.advanceTimersByTime(15_000);
      own.resume();
      await until('the store answers', async () => (await client.ask('who')) !== null);
      expect(await client.ask('echo', 'still open')).toBe('still open');
      await jar.fetch('/logout', post);
      expect(await client.closed).toMatchObject(ended);
    } finally {
      await own.stop();
    }
  });
});
