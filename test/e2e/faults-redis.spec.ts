import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SessionService, type SessionModuleOptions } from 'nestjs-session-auth';
import { platforms, startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { HeardEvents } from '../support/heard-events.js';
import { freePort } from '../support/servers/server-process.js';
import { RedisServer } from '../support/servers/redis.js';
import { keyBehind } from '../support/stored-keys.js';
import { scaled } from '../support/patience.js';
import { until } from '../support/until.js';
import { FaultsController, post } from './faults-controller.js';

/** What a store may take that is away or stands still: long enough for one that is there, on a machine that is busy. */
const limitMs = 1_000;

let server: RedisServer | null = null;
let running: RunningApp | null = null;
let logger: CapturedLogger;
let heard: HeardEvents;

beforeEach(() => {
  logger = new CapturedLogger();
  heard = new HeardEvents();
});
afterEach(async () => {
  server?.resume();
  await running?.close();
  await server?.stop();
  running = server = null;
});

async function start(platform: PlatformName, options: SessionModuleOptions): Promise<RunningApp> {
  const session: SessionModuleOptions = {
    type: 'redis',
    storeTimeout: `${String(limitMs)}ms`,
    observer: heard.observer,
    ...options,
  };
  return (running = await startApp({ platform, session, logger, controllers: [FaultsController] }));
}

async function startBoth(platform: PlatformName = 'express', options: SessionModuleOptions = {}) {
  server = await RedisServer.start();
  return { server, app: await start(platform, { redis: { url: server.url }, ...options }) };
}

/** The status, and whether it came within the time limit. */
async function timed(work: Promise<Response>): Promise<{ status: number; inTime: boolean }> {
  const begin = performance.now();
  const { status } = await work;
  return { status, inTime: performance.now() - begin < limitMs + scaled(2_000) };
}

describe.each(platforms)('%s', (platform) => {
  it('starts while Redis is down, says so once without the password, and works as soon as Redis is there', async () => {
    const port = await freePort();
    const password = 'open-sesame';
    const app = await start(platform, { redis: { url: `redis://:${password}@127.0.0.1:${String(port)}` } });
    const jar = app.jar();

    expect(await timed(jar.fetch('/set/a', post))).toEqual({ status: 503, inTime: true });
    expect((await jar.fetch('/untouched')).status).toBe(200);
    const refused = await jar.fetch('/set/a', post);
    expect(await refused.json()).toMatchObject({ statusCode: 503, error: 'Service Unavailable' });
    expect(
      logger.at('error').filter((line) => line.includes('cannot be reached') || line.includes('does not answer')),
    ).toEqual([expect.stringContaining(`127.0.0.1:${String(port)}`)]);
    expect(logger.text).not.toContain(password);

    server = await RedisServer.start({ port, password });
    await until('Redis is found', async () => (await jar.fetch('/set/a', post)).status === 201);
    expect(await jar.json('/read')).toEqual({ data: { a: true }, user: null });
    expect(logger.text).not.toContain(password);
  });

  it('ASVS 13.1.3, 16.5.2: answers 503 within the limit while Redis stands still, and goes on with the session afterwards', async () => {
    const { server, app } = await startBoth(platform);
    const jar = app.jar();
    await jar.fetch('/set/a', post);
    server.pause();

    expect(await timed(jar.fetch('/read'))).toEqual({ status: 503, inTime: true });
    expect(await timed(jar.fetch('/set/b', post))).toEqual({ status: 503, inTime: true });
    expect(await timed(app.jar().fetch('/set/b', post))).toEqual({ status: 503, inTime: true });
    expect((await jar.fetch('/untouched')).status).toBe(200);
    server.resume();
    await until('Redis answers', async () => (await jar.fetch('/read')).status === 200);
    expect(await jar.json('/read')).toEqual({ data: { a: true }, user: null });
    expect(heard.of('storeError').length).toBeGreaterThanOrEqual(3);
  });
});

it('answers 503 while Redis is killed, and goes on without a restart of its own', async () => {
  const { server, app } = await startBoth();
  const jar = app.jar();
  await jar.fetch('/set/a', post);
  await server.kill();

  expect(await timed(jar.fetch('/read'))).toEqual({ status: 503, inTime: true });
  expect(await timed(jar.fetch('/login/42', post))).toEqual({ status: 503, inTime: true });
  expect(await timed(app.jar().fetch('/login/42', post))).toEqual({ status: 503, inTime: true });
  await server.restart();
  await until('Redis is found again', async () => (await jar.fetch('/set/b', post)).status === 201);
  expect(await jar.json('/read')).toEqual({ data: { b: true }, user: null });
});

it('ASVS 16.5.3: a failed login logs nobody in, and a failed logout says so and takes no cookie away', async () => {
  const { server, app } = await startBoth();
  const visitor = app.jar();
  await visitor.fetch('/set/a', post);
  const user = visitor.copy();
  await user.fetch('/login/42', post);
  const stranger = app.jar();
  server.pause();
  const login = await stranger.fetch('/login/7', post);
  const logout = await user.fetch('/logout', post);
  server.resume();

  expect([login.status, logout.status]).toEqual([503, 503]);
  expect([login.headers.getSetCookie(), logout.headers.getSetCookie()]).toEqual([[], []]);
  expect(heard.names).not.toContain('logout');
  await until('Redis answers', async () => (await stranger.fetch('/read')).status === 200);
  expect(await stranger.json('/read')).toEqual({ data: {}, user: null });
});

it('counts and hears every call of a login that the store did not answer', async () => {
  const { server, app } = await startBoth();
  const jar = app.jar();
  server.pause();
  expect((await jar.fetch('/login/42', post)).status).toBe(503);

  expect(heard.of('storeError')).toEqual([{ error: expect.objectContaining({ code: 'SESSION_STORE_UNAVAILABLE' }) }]);
  expect(app.app.get(SessionService).counts).toMatchObject({ storeError: 1, login: 0 });
});

it('works after the scripts have been flushed from the server', async () => {
  const { server, app } = await startBoth();
  const jar = app.jar();
  await jar.fetch('/set/a', post);
  await server.administer((client) => client.script('FLUSH'));

  expect((await jar.fetch('/set/b', post)).status).toBe(201);
  await server.administer((client) => client.script('FLUSH'));
  expect((await jar.fetch('/login/42', post)).status).toBe(201);
  expect(await jar.json('/read')).toEqual({ data: { a: true, b: true }, user: '42' });
});

it.each([
  ['text', Buffer.from('garbage')],
  ['nothing', Buffer.alloc(0)],
  ['half a record', Buffer.from([0x82, 0xa1, 0x64])],
  ['another thing in JSON', Buffer.from('{"user":42}')],
  ['a record without times', Buffer.from('{"d":{"user":42}}')],
  ['a pointer to nowhere', Buffer.from('{"n":"AAAA"}')],
])('a record that is %s is a fresh session, logged and counted', async (_what, bytes) => {
  const { server, app } = await startBoth();
  const jar = app.jar();
  await jar.fetch('/set/a', post);
  await jar.fetch('/login/42', post);
  await server.administer((client) => client.set(keyBehind(jar.get('session')), bytes));
  const former = jar.get('session');

  expect(await jar.json('/read')).toEqual({ data: {}, user: null });
  expect((await jar.fetch('/me')).status).toBe(401);
  expect(app.app.get(SessionService).counts.brokenRecord).toBe(2);
  expect(logger.at('warn')).toContainEqual(expect.stringContaining('could not be read'));
  expect(logger.text).not.toContain(String(former).slice(0, 10));
  expect((await jar.fetch('/set/b', post)).status).toBe(201);
  expect(keyBehind(jar.get('session'))).not.toBe(keyBehind(former));
  expect(await jar.json('/read')).toEqual({ data: { b: true }, user: null });
});

describe('the guard', () => {
  it('ASVS 16.5.3: lets nobody in while the store does not answer', async () => {
    const { server, app } = await startBoth();
    const jar = app.jar();
    await jar.fetch('/login/42', post);
    expect(await jar.json('/me')).toEqual({ id: '42' });
    server.pause();

    expect((await jar.fetch('/me')).status).toBe(503);
    expect((await app.jar().fetch('/me')).status).toBe(401);
  });

  it('ASVS 16.5.3: takes everybody for nobody where onStoreError is anonymous, and nothing can be changed', async () => {
    const { server, app } = await startBoth('express', { onStoreError: 'anonymous' });
    const jar = app.jar();
    await jar.fetch('/login/42', post);
    const cookie = jar.get('session');
    server.pause();

    expect((await jar.fetch('/me')).status).toBe(401);
    const read = await jar.fetch('/read');
    expect([read.status, await read.json()]).toEqual([200, { data: {}, user: null }]);
    expect((await jar.fetch('/set/a', post)).status).toBe(503);
    expect((await jar.fetch('/login/7', post)).status).toBe(503);
    expect((await jar.fetch('/logout', post)).status).toBe(503);
    expect(jar.get('session')).toBe(cookie);
    server.resume();
    await until('Redis answers', async () => (await jar.fetch('/me')).status === 200);
    expect(await jar.json('/me')).toEqual({ id: '42' });
  });
});

describe('when the application closes', () => {
  it('a connection that it made from the URL is closed', async () => {
    const { server, app } = await startBoth();
    await app.jar().fetch('/set/a', post);
    await until('it is connected, alone', async () => (await connections(server)) === 2);
    await app.close();
    running = null;

    await until('its connection is closed', async () => (await connections(server)) === 1);
  });

  it('a client that was handed in stays open', async () => {
    server = await RedisServer.start();
    const client = new Redis(server.url);
    const app = await start('express', { redis: { client } });
    await app.jar().fetch('/set/a', post);
    await app.close();
    running = null;

    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });
});

/** How many connections the server has, the one that asks included. */
async function connections(redis: RedisServer): Promise<number> {
  return redis.administer(async (client) => {
    const list = String(await client.client('LIST'));
    return list.trim().split('\n').length;
  });
}
