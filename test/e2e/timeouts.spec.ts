import { afterEach, describe, expect, it } from '@jest/globals';
import { SESSION_STORE, type SessionModuleOptions, type UserId } from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { DevicesController, post, type LoginBody } from './devices-controller.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Account {
  readonly id: UserId;
  readonly isAdmin?: boolean;
}

describe.each(inTurn(platforms))('on %s', (platform) => {
  let running: RunningApp;
  let heard: HeardEvents;
  let logger: CapturedLogger;
  let time = 0;

  async function start(options: SessionModuleOptions = {}): Promise<void> {
    heard = new HeardEvents();
    logger = new CapturedLogger();
    time = Date.UTC(2026, 5, 1);
    const session: SessionModuleOptions = { observer: heard.observer, clock: () => time, ...options };
    running = await startApp({ platform, session, controllers: [DevicesController], logger });
  }

  afterEach(() => running.close());

  async function login(
    body: Omit<LoginBody, 'user'> & { user: Account | UserId },
    jar = running.jar(),
  ): Promise<CookieJar> {
    expect((await jar.fetch('/login', post(body))).status).toBe(201);
    return jar;
  }

  /** Whether the user is still there, asked every `step` for `length`. */
  async function outlives(jar: CookieJar, length: number, step: number): Promise<boolean> {
    for (let passed = 0; passed < length; passed += step) {
      time += step;
      if ((await jar.fetch('/me')).status !== 200) return false;
    }
    return true;
  }

  it('ASVS 7.3.2: a login counts its absolute timeout from the login, however old the session was', async () => {
    await start({ idleTimeout: '1h', absoluteTimeout: '2h' });
    const jar = running.jar();
    await jar.fetch('/set/cart', post());
    time += 50 * MINUTE;
    await jar.fetch('/set/coupon', post());
    time += 50 * MINUTE;
    await login({ user: 7 }, jar);
    expect(await outlives(jar, 119 * MINUTE, 17 * MINUTE)).toBe(true);
    time += 2 * MINUTE;
    expect((await jar.fetch('/me')).status).toBe(401);
  });

  it('a login may bring timeouts of its own, the shorter idle one extended by use', async () => {
    await start({ idleTimeout: '1h', absoluteTimeout: '10h' });
    const jar = await login({ user: 7, idleTimeout: '2m', absoluteTimeout: '30m' });
    expect(await outlives(jar, 28 * MINUTE, MINUTE)).toBe(true);
    time += 2 * MINUTE + SECOND;
    expect((await jar.fetch('/me')).status).toBe(401);

    const idle = await login({ user: 7, idleTimeout: 120 });
    time += 2 * MINUTE + SECOND;
    expect((await idle.fetch('/me')).status).toBe(401);
  });

  it('a login may outlive the others, or know no timeout at all', async () => {
    await start({ idleTimeout: '1h', absoluteTimeout: '2h' });
    const jar = await login({ user: 7, idleTimeout: null, absoluteTimeout: null });
    time += 300 * DAY;
    expect((await jar.fetch('/me')).status).toBe(200);
  });

  it('administrators have shorter ones by timeoutsOf, also where they are remembered, and a login may still differ', async () => {
    await start({
      idleTimeout: '1h',
      userLoader: (id): Account => ({ id, isAdmin: id === 1 }),
      timeoutsOf: (user) => ((user as Account).isAdmin ? { idleTimeout: '5m' } : null),
    });
    const admin = await login({ user: { id: 1, isAdmin: true }, remember: true });
    const user = await login({ user: { id: 2 } });
    const special = await login({ user: { id: 1, isAdmin: true }, idleTimeout: '30m' });
    time += 6 * MINUTE;
    const former = admin.get('session');
    expect((await admin.fetch('/me')).status).toBe(200);
    expect(admin.get('session')).not.toBe(former);
    expect([(await user.fetch('/me')).status, (await special.fetch('/me')).status]).toEqual([200, 200]);
    admin.set('remember_token', '');
    time += 6 * MINUTE;
    expect((await admin.fetch('/me')).status).toBe(401);
  });

  it.each([0, -1, 'soon', {}])('a timeout of %p is a mistake that says so', async (idleTimeout) => {
    await start();
    const response = await running.jar().fetch('/login', post({ user: 7, idleTimeout }));
    expect(response.status).toBe(500);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(logger.text).toContain('idleTimeout of a login');
  });

  describe('under a preset of NIST SP 800-63B-4', () => {
    it.each([
      ['monthly', 30 * DAY, null],
      ['daily', DAY, HOUR],
      ['twice-daily', 12 * HOUR, 15 * MINUTE],
    ] as const)(
      'NIST 800-63B-4 2.2.3: %s ends a session that is in use, and one that is not',
      async (timeouts, absolute, idle) => {
        await start({ timeouts });
        const step = (idle ?? DAY) - MINUTE;
        const used = await login({ user: 7 });
        const steps = Math.floor((absolute - 1) / step);
        expect(await outlives(used, steps * step, step)).toBe(true);
        time += absolute - steps * step;
        expect((await used.fetch('/me')).status).toBe(401);
        if (idle === null) return;
        const unused = await login({ user: 7 });
        time += idle + SECOND;
        expect((await unused.fetch('/me')).status).toBe(401);
      },
    );

    it('a setting, or a login, may be shorter and is never longer', async () => {
      await start({ timeouts: 'twice-daily', idleTimeout: '5m', absoluteTimeout: '90d' });
      const jar = await login({ user: 7 });
      time += 5 * MINUTE + SECOND;
      expect((await jar.fetch('/me')).status).toBe(401);
      const eager = await login({ user: 7, idleTimeout: null, absoluteTimeout: '30d' });
      time += 15 * MINUTE + SECOND;
      expect((await eager.fetch('/me')).status).toBe(401);
    });

    it('NIST 800-63B-4 5.1: nobody is remembered from the second level on, and the log says so', async () => {
      await start({ timeouts: 'daily' });
      const jar = await login({ user: 7, remember: true });
      expect(jar.get('remember_token')).toBeUndefined();
      expect(logger.text).toContain('Remember-me is off');
      await running.close();
      await start({ timeouts: 'monthly' });
      expect((await login({ user: 7, remember: true })).get('remember_token')).toBeDefined();
      expect(logger.text).not.toContain('Remember-me is off');
    });
  });

  describe('the time that is left', () => {
    it('OWASP SM: asking for it does not extend the session, behind a guard too', async () => {
      await start({ idleTimeout: '20m' });
      for (const path of ['/status', '/open-status']) {
        const jar = await login({ user: 7 });
        for (let minute = 1; minute < 20; minute++) {
          time += MINUTE;
          const status = (await jar.json(path)) as { exists: boolean; expiresIn: number };
          expect(status).toMatchObject({ exists: true, expiresIn: (20 - minute) * MINUTE });
        }
        time += MINUTE;
        expect((await jar.fetch('/me')).status).toBe(401);
      }
    });

    it('a use in between does extend it', async () => {
      await start({ idleTimeout: '20m' });
      const jar = await login({ user: 7 });
      time += 10 * MINUTE;
      await jar.fetch('/me');
      expect(await jar.json('/status')).toMatchObject({ expiresIn: 20 * MINUTE });
    });

    it('is nothing where there is no session', async () => {
      await start();
      expect(await running.jar().json('/open-status')).toEqual({
        exists: false,
        isThere: false,
        expiresAt: null,
        expiresIn: 0,
      });
      const response = await running.jar().fetch('/open-status');
      expect(response.headers.getSetCookie()).toEqual([]);
    });
  });

  it('OWASP SM: a session that has ended is heard of when its cookie comes', async () => {
    await start({ idleTimeout: '20m' });
    const jar = await login({ user: 7 });
    time += HOUR;
    heard.forget();
    await jar.fetch('/me');
    expect(heard.of('expired')).toHaveLength(1);
    expect(JSON.stringify(heard.all)).not.toContain(jar.get('session')?.split('.')[0] ?? '?');
  });

  describe('logging everybody out', () => {
    it('ASVS 7.4.5: ends every login and every remembered one, by one write, and none that comes later', async () => {
      await start({ logoutAllUsersInterval: 0 });
      const jars = [await login({ user: 7, remember: true }), await login({ user: 8 })];
      const visitor = running.jar();
      await visitor.fetch('/set/cart', post());
      heard.forget();
      expect((await running.jar().fetch('/everyone', post())).status).toBe(201);
      const later = await login({ user: 7 });

      for (const jar of jars) {
        const session = jar.get('session');
        expect((await jar.fetch('/me')).status).toBe(401);
        expect([jar.get('session'), jar.get('remember_token')]).not.toContain(session);
        expect(jar.get('remember_token')).toBeUndefined();
      }
      expect((await later.fetch('/me')).status).toBe(200);
      expect(heard.of('revoked')).toEqual([{ userId: null, publicId: null, sessions: null }]);
    });

    it('reaches a process that has looked before within the interval, and not before it must', async () => {
      await start({ logoutAllUsersInterval: '10s' });
      const elsewhere = running;
      const store = elsewhere.app.get<unknown>(SESSION_STORE);
      const other = await startApp({
        platform,
        session: { store: store as never, clock: () => time, logoutAllUsersInterval: '10s' },
        controllers: [DevicesController],
      });
      try {
        const jar = await login({ user: 7 });
        time += SECOND;
        expect((await jar.fetch('/me')).status).toBe(200);
        await other.jar().fetch('/everyone', post());
        time += 10 * SECOND;
        expect((await jar.fetch('/me')).status).toBe(401);
      } finally {
        await other.close();
      }
    });
  });
});
