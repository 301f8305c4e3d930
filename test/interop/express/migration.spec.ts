import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisStore as ConnectRedisStore } from 'connect-redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { expressRedisRecords, fromExpress, type FromExpressOptions } from '../../../lib/interop/express/index.js';
import { post, seenBy, startMigration, type MigrationApp } from '../../e2e/migration-app.js';
import { platforms } from '../../support/app.js';
import type { CookieJar } from '../../support/jar.js';
import { RedisServer } from '../../support/servers/redis.js';
import { ExpressApp } from './express-app.js';

const secretKey = 'a secret of the real Express';
const hour = 3_600_000;
const cookieName = 'connect.sid';

let server: RedisServer;
let theirs: ReturnType<typeof createClient>;
let redis: Redis;

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

describe.each(platforms)('a session of a real Express that goes on in Nest on %s', (platform) => {
  let express: ExpressApp;
  let nest: MigrationApp;
  let there: CookieJar;

  beforeEach(async () => {
    const store = new ConnectRedisStore({ client: theirs });
    await redis.flushall();
    express = await ExpressApp.start({ secret: secretKey, store, cookie: { maxAge: hour }, rolling: true });
    there = express.browser();
    await there.json('/login/42', post());
    await there.json('/set', post({ cart: ['apple'], flash: { info: ['Hello'] } }));
  });
  afterEach(async () => {
    await nest.close();
    await express.stop();
  });

  async function moveTo(options: Partial<FromExpressOptions> = {}): Promise<CookieJar> {
    const source = fromExpress({ secretKey, records: expressRedisRecords(redis), ...options });
    nest = await startMigration({ migrateFrom: [source] }, { platform, logger: false });
    return nest.visitor(there.get(cookieName) ?? '', cookieName);
  }

  it('has its user, its data, its messages and its permanence, once, and is Express’s still', async () => {
    const here = await moveTo();
    expect(await seenBy(here)).toMatchObject({ data: { cart: ['apple'] }, user: '42', permanent: true });
    expect(await here.json('/flashes')).toEqual([{ category: 'info', message: 'Hello' }]);
    expect(await here.json('/me')).toEqual({ id: '42' });
    expect(nest.heard.of('migrated')).toMatchObject([{ framework: 'Express', userId: '42' }]);
    expect(await there.json('/me')).toEqual({ user: { id: '42' } });

    const again = nest.visitor(there.get(cookieName) ?? '', cookieName);
    await here.fetch('/logout', post());
    expect(await seenBy(again)).toMatchObject({ data: {}, user: null });
  });

  it('has data of another shape where the application says so, and has ended in Express where it is to be removed', async () => {
    const here = await moveTo({ old: 'remove', convert: ({ cart }) => ({ basket: cart }) });
    expect(await seenBy(here)).toMatchObject({ data: { basket: ['apple'] }, user: '42' });
    expect(here.get(cookieName)).toBeUndefined();
    expect(await there.json('/me')).toEqual({ user: null });
    expect(await seenBy(here)).toMatchObject({ data: { basket: ['apple'] }, user: '42' });
  });

  it('is nobody’s with a cookie that is forged', async () => {
    const here = await moveTo({ secretKey: 'another secret' });
    expect(await seenBy(here)).toMatchObject({ data: {}, user: null });
    expect(nest.heard.names).toEqual([]);
  });

  it('is an empty one, and a word to the operator, where its record is broken', async () => {
    const [key = ''] = await redis.keys('sess:*');
    await redis.set(key, '{"cookie":{},"passport":{"user":"42"');
    const here = await moveTo();
    expect(await seenBy(here)).toMatchObject({ data: {}, user: null });
    expect(nest.heard.of('migrationRefused')).toMatchObject([
      { framework: 'Express', reason: 'It is not JSON in UTF-8.' },
    ]);
  });
});
