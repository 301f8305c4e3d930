import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisStore as ConnectRedisStore } from 'connect-redis';
import session from 'express-session';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import {
  decodeExpressCookie,
  decodeExpressRecord,
  encodeExpressCookie,
  encodeExpressRecord,
  expressRedisRecords,
  expressStoreRecords,
  fromExpress,
  type ExpressRecord,
} from '../../../lib/interop/express/index.js';
import type { ForeignReading, ForeignSession } from '../../../lib/session/foreign-session.js';
import type { CookieJar } from '../../support/jar.js';
import { RedisServer } from '../../support/servers/redis.js';
import { ExpressApp, post } from './express-app.js';

const keys = { secretKey: 'a secret of the real Express, é', fallbacks: ['what it had before'] };
const { secretKey, fallbacks } = keys;
const hour = 3_600_000;

let server: RedisServer;
/** Of the Express application, whose connect-redis wants this library. */
let theirs: ReturnType<typeof createClient>;
/** Of ours. */
let redis: Redis;
let express: ExpressApp;

beforeAll(async () => {
  server = await RedisServer.start();
  theirs = createClient({ url: server.url });
  await theirs.connect();
  redis = new Redis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  theirs.destroy();
  await server.stop();
});

afterEach(() => express.stop());

async function start(options: Partial<session.SessionOptions> = {}): Promise<CookieJar> {
  const store = new ConnectRedisStore({ client: theirs });
  express = await ExpressApp.start({ secret: [secretKey, ...fallbacks], store, ...options });
  return express.browser();
}

const idIn = (browser: CookieJar) => decodeExpressCookie(browser.get('connect.sid'), keys) ?? '';
const keyIn = (browser: CookieJar) => `sess:${idIn(browser)}`;

async function recordOf(browser: CookieJar): Promise<ExpressRecord> {
  const record = decodeExpressRecord((await redis.getBuffer(keyIn(browser))) ?? '');
  if (record === null) throw new Error('There is no record.');
  return record;
}

function sessionIn(reading: ForeignReading): ForeignSession {
  if (reading === null || !('session' in reading)) throw new Error('There is no session.');
  return reading.session;
}

describe('with a real Express, express-session and connect-redis, a session', () => {
  it('made by Express is read, changed here, and read again by Express', async () => {
    const browser = await start({ cookie: { maxAge: hour } });
    const { id } = (await browser.json('/set', post({ cart: [{ qty: 1 }], name: 'Zoë ☃ 😀', none: null }))) as {
      id: string;
    };
    expect(idIn(browser)).toBe(id);

    const record = await recordOf(browser);
    expect(record).toEqual({
      cookie: { originalMaxAge: expect.any(Number), expires: expect.stringMatching(/Z$/), httpOnly: true, path: '/' },
      cart: [{ qty: 1 }],
      name: 'Zoë ☃ 😀',
      none: null,
    });
    record['visits'] = 41;
    (record['cart'] as unknown[]).push({ qty: 2, from: 'Nest' });
    delete record['none'];
    await redis.set(keyIn(browser), encodeExpressRecord(record), 'KEEPTTL');

    expect(await browser.json('/count')).toEqual({ visits: 42 });
    expect(await browser.json('/show')).toMatchObject({
      cart: [{ qty: 1 }, { qty: 2, from: 'Nest' }],
      name: 'Zoë ☃ 😀',
      visits: 42,
    });
    expect(await recordOf(browser)).not.toHaveProperty('none');
    expect(await redis.ttl(keyIn(browser))).toBeGreaterThan(3500);
  });

  it('has a cookie and a record that come out here to the letter', async () => {
    const browser = await start({ cookie: { maxAge: hour, sameSite: 'lax' } });
    await browser.json(
      '/set',
      post({ text: '"\\/<&\n\u007f', half: '\ud83d', numbers: [1.5, -7, 1e21], at: { deep: [] } }),
    );
    expect(encodeExpressCookie(idIn(browser), keys)).toBe(browser.get('connect.sid'));
    const stored = await redis.get(keyIn(browser));
    expect(encodeExpressRecord(await recordOf(browser))).toBe(stored);
  });

  it('has a cookie that is read, made here anew for another id, and read again by Express', async () => {
    const browser = await start();
    await browser.json('/count');
    const old = keyIn(browser);
    browser.set('connect.sid', encodeExpressCookie(`${idIn(browser)}.moved`, keys));
    await redis.rename(old, keyIn(browser));
    expect(await browser.json('/count')).toEqual({ visits: 2 });
    expect(idIn(browser)).toMatch(/\.moved$/);
  });

  it('begun here is read by Express, by its cookie and its record', async () => {
    const browser = await start();
    const id = 'an id that was made here: é/☃%41;,';
    browser.set('connect.sid', encodeExpressCookie(id, keys));
    const record = encodeExpressRecord({ cookie: { originalMaxAge: null, expires: null, path: '/' }, visits: 9 });
    await redis.set(`sess:${id}`, record);
    expect(await browser.json('/count')).toEqual({ visits: 10 });
    expect(await recordOf(browser)).toMatchObject({ visits: 10 });
    // Express went on with the session, and did not begin another one.
    expect(browser.get('connect.sid')).toBe(encodeExpressCookie(id, keys));
  });

  it.each([
    ['of before a change of secrets', fallbacks[0] ?? '', true],
    ['that is forged', 'another secret', false],
  ])('with a cookie %s is the same for both', async (_, secret, isTaken) => {
    const browser = await start();
    await redis.set('sess:known', encodeExpressRecord({ cookie: {}, visits: 1 }));
    const cookie = encodeExpressCookie('known', { secretKey: secret });
    browser.set('connect.sid', cookie);
    expect(await browser.json('/count')).toEqual({ visits: isTaken ? 2 : 1 });
    expect(decodeExpressCookie(cookie, keys)).toBe(isTaken ? 'known' : null);
  });
});

describe('with a real Express, express-session, connect-redis and Passport, fromExpress', () => {
  const source = () => fromExpress({ ...keys, records: expressRedisRecords(redis) });
  const readOf = async (browser: CookieJar) => source().read(browser.get('connect.sid') ?? '', Date.now());

  it('has the data, the login, the messages and the permanence of a session, and removes it', async () => {
    const browser = await start({ cookie: { maxAge: hour } });
    await browser.json('/login/42', post());
    await browser.json('/set', post({ cart: ['apple'], flash: { info: ['Hello'] } }));
    expect(await browser.json('/me')).toEqual({ user: { id: '42' } });

    const found = sessionIn(await readOf(browser));
    expect(source().keyOf(browser.get('connect.sid') ?? '', Date.now())).toBe(idIn(browser));
    expect(found).toMatchObject({
      userId: '42',
      permanent: true,
      flashes: [{ category: 'info', message: 'Hello' }],
    });
    expect(found.data).toEqual({ cart: ['apple'] });

    await found.remove();
    expect(await browser.json('/me')).toEqual({ user: null });
    expect(await readOf(browser)).toBeNull();
  });

  it('has one that ends with the browser', async () => {
    const browser = await start();
    await browser.json('/count');
    expect(sessionIn(await readOf(browser))).toMatchObject({ permanent: false, userId: null, data: { visits: 1 } });
  });

  it('has one that lives on by its visits though the time in its record is over, as Express has it', async () => {
    const browser = await start({ cookie: { maxAge: hour }, rolling: true });
    await browser.json('/count');
    const stale = encodeExpressRecord({
      ...(await recordOf(browser)),
      cookie: { originalMaxAge: hour, expires: '2020-01-01T00:00:00.000Z', httpOnly: true, path: '/' },
    });
    await redis.set(keyIn(browser), stale, 'EX', 60);

    expect(await browser.json('/show')).toMatchObject({ visits: 1 });
    // The visit has extended it in Redis, and left its record alone.
    expect(await redis.ttl(keyIn(browser))).toBeGreaterThan(3500);
    expect(await redis.get(keyIn(browser))).toBe(stale);
    expect(sessionIn(await readOf(browser)).data).toEqual({ visits: 1 });
  });

  it.each(['connect-redis', 'a MemoryStore'])('reads and removes by the store of the application: %s', async (kind) => {
    const store = kind === 'a MemoryStore' ? new session.MemoryStore() : new ConnectRedisStore({ client: theirs });
    const browser = await start({ store, cookie: { maxAge: hour } });
    await browser.json('/login/ada', post());
    const byStore = fromExpress({ ...keys, records: expressStoreRecords(store) });
    const found = sessionIn(await byStore.read(browser.get('connect.sid') ?? '', Date.now()));
    expect(found).toMatchObject({ userId: 'ada', permanent: true, data: {} });
    await found.remove();
    expect(await browser.json('/me')).toEqual({ user: null });
    expect(await byStore.read(browser.get('connect.sid') ?? '', Date.now())).toBeNull();
  });

  it('fails while the store of the application does', async () => {
    const browser = await start();
    await browser.json('/count');
    const client = createClient({ url: server.url });
    await client.connect();
    const records = expressStoreRecords(new ConnectRedisStore({ client }));
    client.destroy();
    const reading = fromExpress({ ...keys, records }).read(browser.get('connect.sid') ?? '', Date.now());
    await expect(reading).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
  });
});
