import { afterEach, describe, expect, it } from '@jest/globals';
import { SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import type { RunningApp } from '../support/app.js';
import { boot, firstCookie, post } from '../support/boot.js';
import { CollectedLog } from '../support/collected-log.js';
import { withEnvironment } from '../support/environment.js';
import { CookieJar } from '../support/jar.js';
import { scaled } from '../support/patience.js';
import { RedisServer } from '../support/servers/redis.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const secretKey = 'a-secret-for-tests-of-32-bytes-and-more';
const minute = 60_000;
const ms = (count: number): string => `${String(count)}ms`;

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function started(options: SessionModuleOptions): Promise<RunningApp> {
  const running = await boot([SessionModule.forRoot({ secretKey, type: 'memory', ...options })]);
  cleanUps.push(() => running.close());
  return running;
}

async function redis(): Promise<RedisServer> {
  const server = await RedisServer.start();
  cleanUps.push(() => server.stop());
  return server;
}

const stores = ['memory', 'filesystem', 'redis'] as const;

async function storeOptions(type: (typeof stores)[number]): Promise<SessionModuleOptions> {
  if (type === 'redis') return { type, redis: { url: (await redis()).url } };
  if (type === 'memory') return { type };
  const folder = temporaryFolder('lifetime');
  cleanUps.push(() => folder.remove());
  return { type, filesystem: { dir: folder.path } };
}

/** A clock that stands until it is moved. */
class Clock {
  #now = Date.now();
  readonly read = () => this.#now;

  pass(ms: number): void {
    this.#now += ms;
  }
}

const known = { data: { a: true }, user: null, isNew: false };
const unknown = { data: {}, user: null, isNew: true };

describe('SESSION_PERMANENT', () => {
  it('NIST 800-63B-4 5.1: false gives a cookie that ends with the browser', async () => {
    await withEnvironment({ SESSION_PERMANENT: 'false' }, async () => {
      expect(await firstCookie(await started({}))).not.toMatch(/Max-Age|Expires/);
    });
  });

  it('true gives one that lives for PERMANENT_SESSION_LIFETIME', async () => {
    await withEnvironment({ SESSION_PERMANENT: 'yes', PERMANENT_SESSION_LIFETIME: '1800' }, async () => {
      expect(await firstCookie(await started({}))).toMatch(/; Expires=[^;]+ GMT; Max-Age=1800;/);
    });
  });
});

describe('PERMANENT_SESSION_LIFETIME', () => {
  it.each([
    ['1800', 1800],
    ['30m', 1800],
    ['2h', 7200],
  ])('%s keeps a session in Redis for %i s, permanent or not', async (lifetime, seconds) => {
    const server = await redis();
    await withEnvironment({ PERMANENT_SESSION_LIFETIME: lifetime }, async () => {
      await firstCookie(await started({ type: 'redis', redis: { url: server.url } }));
    });
    const [ttl = 0] = await server.administer(async (client) => {
      const keys = await client.keys('session:*');
      return Promise.all(keys.map((key) => client.pttl(key)));
    });
    expect(ttl).toBeGreaterThan(seconds * 1000 - 10_000);
    expect(ttl).toBeLessThanOrEqual(seconds * 1000);
  });

  it('null never ends a session', async () => {
    const clock = new Clock();
    const jar = (await started({ idleTimeout: null, absoluteTimeout: null, clock: clock.read })).jar();
    await jar.fetch('/set/a', post);
    clock.pass(5 * 365 * 24 * 60 * minute);
    expect(await jar.json('/read')).toEqual(known);
  });
});

describe('a session that is not used for its idle timeout', () => {
  it.each(stores)('ASVS 7.3.1: is gone, in real time, from the store: %s', async (type) => {
    const options = { ...(await storeOptions(type)), idleTimeout: ms(scaled(80)), refresh: false as const };
    const jar = (await started(options)).jar();
    await jar.fetch('/set/a', post);

    expect(await jar.json('/read')).toEqual(known);
    await until('the session ends', async () => (await (await jar.fetch('/read')).text()).includes('"isNew":true'));
    expect(await jar.json('/read')).toEqual(unknown);
  });

  it('ASVS 7.3.1: is gone to the millisecond', async () => {
    const clock = new Clock();
    const jar = (await started({ idleTimeout: '20m', clock: clock.read })).jar();
    await jar.fetch('/set/a', post);
    clock.pass(20 * minute - 1);
    expect(await jar.copy().json('/read')).toEqual(known);

    const other = (await started({ idleTimeout: '20m', clock: clock.read })).jar();
    await other.fetch('/set/a', post);
    clock.pass(20 * minute);
    expect(await other.json('/read')).toEqual(unknown);
  });
});

describe('a session in use', () => {
  it('NIST 800-63B-4 5.2: is extended at most once in a refresh interval, and its cookie issued again', async () => {
    const clock = new Clock();
    const jar = (await started({ idleTimeout: '20m', clock: clock.read })).jar();
    await jar.fetch('/set/a', post);
    clock.pass(minute - 1000);
    expect((await jar.fetch('/read')).headers.getSetCookie()).toEqual([]);
    clock.pass(2000);
    expect((await jar.fetch('/read')).headers.getSetCookie()).toHaveLength(1);
    expect((await jar.fetch('/read')).headers.getSetCookie()).toEqual([]);

    // More than its idle timeout after it began, and less after it was last extended.
    clock.pass(19.5 * minute);
    expect(await jar.json('/read')).toEqual(known);
  });

  it('is not extended by reading with SESSION_REFRESH_EACH_REQUEST=false, and by a change it is', async () => {
    const clock = new Clock();
    const running = await withEnvironment({ SESSION_REFRESH_EACH_REQUEST: 'false' }, () =>
      started({ idleTimeout: '20m', clock: clock.read }),
    );
    const [reader, writer] = [running.jar(), running.jar()];
    for (const jar of [reader, writer]) await jar.fetch('/set/a', post);
    clock.pass(15 * minute);
    expect((await reader.fetch('/read')).headers.getSetCookie()).toEqual([]);
    await writer.fetch('/set/b', post);
    clock.pass(6 * minute);

    expect(await reader.json('/read')).toEqual(unknown);
    expect(await writer.json('/read')).toEqual({ ...known, data: { a: true, b: true } });
  });

  it.each(stores)(
    'ASVS 7.3.2: ends at its absolute timeout, in real time and across rotations, in %s',
    async (type) => {
      const options = { absoluteTimeout: ms(scaled(180)), rotateEvery: ms(scaled(40)), rotateGrace: '100ms' };
      const jar = (await started({ ...(await storeOptions(type)), ...options })).jar();
      await jar.fetch('/login/42', post);
      const ids = new Set<string | undefined>();
      const users = new Set<unknown>();
      await until('the session ends', async () => {
        const { user, isNew } = (await jar.json('/read')) as { user: unknown; isNew: boolean };
        ids.add(jar.get('session')?.split('.')[0]);
        users.add(user);
        return isNew;
      });

      expect([...users]).toEqual(['42', null]);
      expect(ids.size).toBeGreaterThan(1);
    },
  );

  it('ASVS 7.3.2: ends at its absolute timeout, however much it is used', async () => {
    const clock = new Clock();
    const options = { idleTimeout: '20m', absoluteTimeout: '1h', permanent: true, clock: clock.read };
    const jar = (await started(options)).jar();
    await jar.fetch('/login/42', post);
    for (let passed = 0; passed < 50; passed += 10) {
      clock.pass(10 * minute);
      expect(await jar.json('/read')).toMatchObject({ user: '42' });
    }
    clock.pass(9 * minute);
    const response = await jar.fetch('/set/b', post);
    expect(response.headers.getSetCookie()).toEqual([expect.stringContaining('; Max-Age=60;')]);
    clock.pass(minute);
    expect(await jar.json('/read')).toEqual(unknown);
  });

  it('ends at an absolute timeout that is shorter than when it began', async () => {
    const clock = new Clock();
    const store = new MemoryStore({}, { log: new CollectedLog(), now: clock.read });
    const before = (await started({ store, absoluteTimeout: '30d', clock: clock.read })).jar();
    await before.fetch('/set/a', post);
    const { url } = await started({ store, absoluteTimeout: '1h', clock: clock.read });
    const after = new CookieJar(url);
    after.set('session', before.get('session') ?? '');
    clock.pass(60 * minute - 1);
    expect(await after.json('/read')).toEqual(known);
    clock.pass(1);
    expect(await after.json('/read')).toEqual(unknown);
  });

  it('that has reached its absolute timeout gives nothing to the login that comes then', async () => {
    const clock = new Clock();
    const jar = (await started({ absoluteTimeout: '1h', clock: clock.read })).jar();
    await jar.fetch('/set/a', post);
    clock.pass(60 * minute);
    await jar.fetch('/login/42', post);
    expect(await jar.json('/read')).toEqual({ data: {}, user: '42', isNew: false });
  });
});
