import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Param, Post } from '@nestjs/common';
import { AuthService, Fresh, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { Checkpoints } from '../support/checkpoint.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import { HeldStore } from '../support/held-store.js';
import type { CookieJar } from '../support/jar.js';
import { RedisServer } from '../support/servers/redis.js';
import { keyBehind, storedKeys } from '../support/stored-keys.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const post = { method: 'POST' };
const minute = 60_000;
const hour = 60 * minute;
const checkpoints = new Checkpoints();

@Controller()
class ConfirmController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session) {
    return { data: session.toJSON(), user: this.auth.userId(session) };
  }

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, { id: 7 });
    return {};
  }

  @Post('stale-login')
  async staleLogin(@Session() session: Session) {
    await this.auth.login(session, { id: 7 }, { fresh: false });
    return {};
  }

  @Post('own-timeouts-login')
  async ownTimeoutsLogin(@Session() session: Session) {
    await this.auth.login(session, { id: 7 }, { idleTimeout: '10m', absoluteTimeout: '30m' });
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('confirm')
  async confirm(@Session() session: Session) {
    session.set('before', true);
    await this.auth.confirm(session);
    session.set('after', true);
    return { id: session.id };
  }

  @Post('readonly-confirm')
  async readonlyConfirm(@Session({ readonly: true }) session: Session) {
    await this.auth.confirm(session);
    return {};
  }

  @Post('held-confirm/:checkpoint')
  async heldConfirm(@Session() session: Session, @Param('checkpoint') checkpoint: string) {
    await checkpoints.at(checkpoint).pass();
    await this.auth.confirm(session);
    return {};
  }

  @Post('held-set/:key/:checkpoint')
  async heldSet(@Session() session: Session, @Param('key') key: string, @Param('checkpoint') checkpoint: string) {
    await checkpoints.at(checkpoint).pass();
    session.set(key, true);
    return {};
  }

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return {};
  }

  @Get('sensitive')
  @Fresh()
  sensitive() {
    return {};
  }
}

/** An application on one store. */
interface Place {
  readonly running: RunningApp;
  readonly heard: HeardEvents;
  /** What the store holds. */
  keys(): Promise<string[]>;
  stop(): Promise<void>;
}

async function start(
  platform: (typeof platforms)[number],
  store: SessionModuleOptions,
  server: RedisServer | null = null,
): Promise<Place> {
  const heard = new HeardEvents();
  const session = { observer: heard.observer, ...store };
  const running = await startApp({ platform, session, controllers: [ConfirmController] });
  return { running, heard, keys: () => storedKeys(running.app, server), stop: () => running.close() };
}

const places: Readonly<Record<string, (platform: (typeof platforms)[number]) => Promise<Place>>> = {
  memory: (platform) => start(platform, { type: 'memory' }),
  filesystem: async (platform) => {
    const folder = temporaryFolder('confirm');
    const place = await start(platform, { type: 'filesystem', filesystem: { dir: folder.path } });
    return { ...place, stop: () => place.stop().finally(() => folder.remove()) };
  },
  redis: async (platform) => {
    const server = await RedisServer.start();
    const place = await start(platform, { type: 'redis', redis: { url: server.url } }, server);
    const stop = async () => {
      try {
        await place.stop();
      } finally {
        await server.stop();
      }
    };
    return { ...place, stop };
  },
};

async function at(running: RunningApp, cookie: string | undefined): Promise<unknown> {
  const jar = running.jar();
  if (cookie !== undefined) jar.set('session', cookie);
  return jar.json('/read');
}

const nobody = { data: {}, user: null };

describe.each(platforms.flatMap((platform) => Object.keys(places).map((store) => [platform, store] as const)))(
  '%s, %s',
  (platform, store) => {
    let place: Place;
    let running: RunningApp;

    beforeAll(async () => {
      const begin = places[store];
      if (begin === undefined) throw new Error(`There is no such place: ${store}`);
      place = await begin(platform);
      running = place.running;
    });
    afterAll(() => place.stop());

    async function loggedIn(path = '/login'): Promise<CookieJar> {
      const jar = running.jar();
      await jar.fetch('/set/cart', post);
      await jar.fetch(path, post);
      return jar;
    }

    /** A request of the jar's browser that has read its session, and waits. */
    async function hold(jar: CookieJar, path: string) {
      const { name, checkpoint } = checkpoints.next();
      const own = jar.copy();
      const response = own.fetch(`${path}/${name}`, post);
      await checkpoint.reached;
      return {
        jar: own,
        finish: () => {
          checkpoint.release();
          return response;
        },
      };
    }

    it('ASVS 7.2.4: gives the session a new id, keeps its data and its login, and ends the old id at once', async () => {
      const jar = await loggedIn('/stale-login');
      const former = jar.get('session');
      expect((await jar.fetch('/sensitive')).status).toBe(401);
      const response = await jar.fetch('/confirm', post);

      expect(response.status).toBe(201);
      expect(keyBehind(jar.get('session'))).not.toBe(keyBehind(former));
      expect((await jar.fetch('/sensitive')).status).toBe(200);
      expect(await jar.json('/read')).toEqual({ data: { cart: true, before: true, after: true }, user: 7 });
      expect(await at(running, former)).toEqual(nobody);
      expect(await place.keys()).not.toContain(keyBehind(former));
    });

    it('ASVS 7.2.4: a request that is under way with the old id saves nothing, and gets no cookie', async () => {
      const jar = await loggedIn();
      const former = jar.get('session');
      const slow = await hold(jar, '/held-set/late');
      await jar.fetch('/confirm', post);
      place.heard.forget();
      const response = await slow.finish();

      expect(response.headers.getSetCookie()).toEqual([]);
      expect(place.heard.names).toContain('lateWrite');
      expect(await at(running, former)).toEqual(nobody);
      expect(await jar.json('/read')).not.toMatchObject({ data: { late: true } });
    });

    it('a change that was saved while it waited comes along', async () => {
      const jar = await loggedIn();
      const slow = await hold(jar, '/held-confirm');
      await jar.fetch('/set/coupon', post);
      expect((await slow.finish()).status).toBe(201);
      expect(await slow.jar.json('/read')).toEqual({ data: { cart: true, coupon: true }, user: 7 });
    });

    it('a logout that came while it waited wins: 409, and there is no session', async () => {
      const jar = await loggedIn();
      const former = jar.get('session');
      const before = new Set(await place.keys());
      const slow = await hold(jar, '/held-confirm');
      await jar.fetch('/logout', post);
      place.heard.forget();
      const response = await slow.finish();

      expect([response.status, await response.json()]).toEqual([
        409,
        { statusCode: 409, message: 'The session has ended.', error: 'Conflict' },
      ]);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await at(running, former)).toEqual(nobody);
      expect((await place.keys()).filter((key) => !before.has(key))).toEqual([]);
      expect(place.heard.of('confirmed')).toEqual([]);
    });

    it('of two at a time one holds, and the other is a 409', async () => {
      const jar = await loggedIn();
      const [one, other] = [await hold(jar, '/held-confirm'), await hold(jar, '/held-confirm')];
      const first = await one.finish();
      const second = await other.finish();

      expect([first.status, second.status]).toEqual([201, 409]);
      expect(await one.jar.json('/read')).toMatchObject({ user: 7 });
    });

    it('of nobody is a 401, and makes no session', async () => {
      const jar = running.jar();
      place.heard.forget();
      const response = await jar.fetch('/confirm', post);
      expect([response.status, await response.json()]).toEqual([401, { statusCode: 401, message: 'Unauthorized' }]);
      expect(place.heard.of('confirmed')).toEqual([]);
    });

    it('of a read-only session is refused, and changes nothing', async () => {
      const jar = await loggedIn('/stale-login');
      const cookie = jar.get('session');
      expect((await jar.fetch('/readonly-confirm', post)).status).toBe(500);
      expect(jar.get('session')).toBe(cookie);
      expect((await jar.fetch('/sensitive')).status).toBe(401);
    });
  },
);

describe('in time', () => {
  let running: RunningApp;
  let now = Date.UTC(2026, 0, 1);
  afterEach(() => running.close());

  async function loggedIn(path = '/login'): Promise<CookieJar> {
    const session: SessionModuleOptions = { clock: () => now, idleTimeout: '1h', absoluteTimeout: '4h' };
    running = await startApp({ session, controllers: [ConfirmController] });
    const jar = running.jar();
    await jar.fetch(path, post);
    return jar;
  }

  /** Time passes, and the session is used. */
  async function use(jar: CookieJar, ms: number): Promise<number | null> {
    now += ms;
    return ((await jar.json('/read')) as { user: number | null }).user;
  }

  it('NIST 800-63B-4 5.2: without a confirmation the overall timeout ends the session, however much it is used', async () => {
    const jar = await loggedIn();
    for (let i = 0; i < 7; i++) expect(await use(jar, 30 * minute)).toBe(7);
    expect(await use(jar, 30 * minute - 1)).toBe(7);
    expect(await use(jar, 1)).toBeNull();
  });

  it('NIST 800-63B-4 5.2: a confirmation begins the overall timeout anew', async () => {
    const jar = await loggedIn();
    for (let i = 0; i < 7; i++) await use(jar, 30 * minute);
    await jar.fetch('/confirm', post);
    for (let i = 0; i < 7; i++) expect(await use(jar, 30 * minute)).toBe(7);
    expect(await use(jar, 30 * minute - 1)).toBe(7);
    expect(await use(jar, 1)).toBeNull();
  });

  it('NIST 800-63B-4 5.2: a confirmation begins the inactivity timeout anew', async () => {
    const jar = await loggedIn();
    now += 59 * minute;
    await jar.fetch('/confirm', post);
    expect(await use(jar, hour - 1)).toBe(7);
    expect(await use(jar, hour)).toBeNull();
  });

  it("NIST 800-63B-4 5.2: a confirmation begins a login's own timeouts anew, and keeps them", async () => {
    const jar = await loggedIn('/own-timeouts-login');
    for (let i = 0; i < 3; i++) expect(await use(jar, 9 * minute)).toBe(7);
    await jar.fetch('/confirm', post);
    for (let i = 0; i < 3; i++) expect(await use(jar, 9 * minute)).toBe(7);
    expect(await use(jar, 3 * minute)).toBeNull();
  });
});

describe('between the two steps of a confirmation', () => {
  it('a logout wins: 409, nothing is left, and nobody hears of a confirmation', async () => {
    const store = new HeldStore();
    const { running, heard, keys, stop } = await start('express', { store });
    const elsewhere = await start('express', { store });
    const jar = running.jar();
    await jar.fetch('/login', post);
    const other = jar.copy(elsewhere.running.url);
    const held = store.holdNext('delete');
    const confirm = jar.fetch('/confirm', post);
    await held.reached;
    await other.fetch('/logout', post);
    held.release();
    const response = await confirm;

    expect(response.status).toBe(409);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await keys()).toEqual([]);
    expect(heard.of('confirmed')).toEqual([]);
    await stop();
    await elsewhere.stop();
  });

  it('a store that fails is a 503, and the login is as it was', async () => {
    const store = new FailingStore();
    const { running, heard, stop } = await start('express', { store });
    const jar = running.jar();
    await jar.fetch('/stale-login', post);
    const { name, checkpoint } = checkpoints.next();
    const confirm = jar.fetch(`/held-confirm/${name}`, post);
    await checkpoint.reached;
    store.fail();
    checkpoint.release();
    const response = await confirm;
    store.recover();

    expect(response.status).toBe(503);
    expect(heard.of('confirmed')).toEqual([]);
    expect((await jar.fetch('/sensitive')).status).toBe(401);
    expect(await jar.json('/read')).toMatchObject({ user: 7 });
    await stop();
  });
});
