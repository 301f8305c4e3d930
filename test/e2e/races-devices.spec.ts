import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { startApp, type RunningApp } from '../support/app.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { patienceMs } from '../support/patience.js';
import { RedisServer } from '../support/servers/redis.js';
import { DevicesController, post } from './devices-controller.js';

describe.each(['memory', 'redis'] as const)('%s', (type) => {
  let server: RedisServer | null = null;
  let running: RunningApp;
  let another: RunningApp | null = null;
  let heard: HeardEvents;

  beforeAll(async () => {
    if (type === 'redis') server = await RedisServer.start();
  });
  afterAll(() => server?.stop());
  afterEach(async () => {
    await running.close();
    await another?.close();
    another = null;
  });

  /** On Redis two processes' worth of application, which share nothing but the server. */
  async function start(options: SessionModuleOptions = {}): Promise<SessionModuleOptions> {
    heard = new HeardEvents();
    const store: SessionModuleOptions =
      server === null
        ? { type: 'memory' }
        : { type: 'redis', redis: { url: server.url }, storeTimeout: patienceMs / 1000 };
    const session = { ...store, ...options, keyPrefix: `${String(Date.now())}:`, observer: heard.observer };
    running = await startApp({ session, controllers: [DevicesController] });
    if (server !== null) another = await startApp({ session, controllers: [DevicesController] });
    return session;
  }

  /** A browser at one of the applications in turn. */
  function jar(index: number): CookieJar {
    return (index % 2 === 1 && another !== null ? another : running).jar();
  }

  function login(index: number, user = 7): Promise<{ browser: CookieJar; status: number }> {
    const browser = jar(index);
    return browser.fetch('/login', post({ user })).then(({ status }) => ({ browser, status }));
  }

  async function isIn(browser: CookieJar): Promise<boolean> {
    return (await browser.fetch('/me')).status === 200;
  }

  function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
  }

  async function live(browsers: readonly CookieJar[]): Promise<number> {
    return (await Promise.all(browsers.map(isIn))).filter(Boolean).length;
  }

  it('ASVS 7.1.2: of twenty logins at once just as many live as are allowed, and the others were ended', async () => {
    await start({ maxSessionsPerUser: 3 });
    const logins = await times(20, (index) => login(index));
    expect(logins.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
    expect(await live(logins.map(({ browser }) => browser))).toBe(3);
    expect(heard.of('revoked')).toHaveLength(17);
  });

  it('ASVS 7.1.2: of twenty logins at once just as many are let in as are allowed, and the others refused', async () => {
    await start({ maxSessionsPerUser: { max: 3, onTooMany: 'refuse' } });
    const logins = await times(20, (index) => login(index));
    const statuses = logins.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array.from({ length: 3 }, () => 201), ...Array.from({ length: 17 }, () => 403)]);
    expect(await live(logins.map(({ browser }) => browser))).toBe(3);
    expect(logins.filter(({ status, browser }) => status === 403 && browser.get('session') !== undefined)).toEqual([]);
  });

  it('the oldest is the one that logged in first, and another user is not counted', async () => {
    await start({ maxSessionsPerUser: 2 });
    const [first, second, third] = [await login(0), await login(1), await login(2)];
    const stranger = await login(3, 8);
    expect(await Promise.all([first, second, third, stranger].map(({ browser }) => isIn(browser)))).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('a login in a session that counts already takes no further place', async () => {
    await start({ maxSessionsPerUser: { max: 1, onTooMany: 'refuse' } });
    const { browser } = await login(0);
    expect((await browser.fetch('/login', post({ user: 7 }))).status).toBe(201);
    expect((await login(1)).status).toBe(403);
    await browser.fetch('/logout', post());
    expect((await login(1)).status).toBe(201);
  });

  it('a limit may depend on the user, and be none', async () => {
    await start({ maxSessionsPerUser: { max: (userId) => (userId === 7 ? 1 : null), onTooMany: 'refuse' } });
    await login(0);
    expect((await login(1)).status).toBe(403);
    expect((await times(5, (index) => login(index, 8))).map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  });

  it('ASVS 7.1.2: a remembered login is counted as every other, and refused where it is one too many', async () => {
    await start({ maxSessionsPerUser: { max: 1, onTooMany: 'refuse' } });
    const browser = running.jar();
    await browser.fetch('/login', post({ user: 7, remember: true }));
    const remembered = browser.copy();
    await browser.fetch('/everywhere', post({ user: 8 }));
    remembered.set('session', '');
    expect(await isIn(remembered)).toBe(false);
    expect(remembered.get('remember_token')).toBeDefined();
    const [device] = (await browser.json('/devices')) as { publicId: string }[];
    expect(device).toBeDefined();
  });

  it('logging out everywhere ends every login that was there when it began, whatever logs in meanwhile', async () => {
    await start();
    for (let round = 0; round < 15; round++) {
      const before = await times(3, (index) => login(index));
      const during = times(6, (index) => login(index));
      const ended = running.jar().json('/everywhere', post({ user: 7 }));
      const [logins] = await Promise.all([during, ended]);
      expect(await live(before.map(({ browser }) => browser))).toBe(0);
      // One that came between is told so, and has no session; every other one can be ended again.
      const refused = logins.filter(({ status }) => status !== 201);
      expect(refused.filter(({ status }) => status !== 409)).toEqual([]);
      expect(await live(refused.map(({ browser }) => browser))).toBe(0);
      await running.jar().json('/everywhere', post({ user: 7 }));
      expect(await live(logins.map(({ browser }) => browser))).toBe(0);
    }
  });

  it('a session that is ended from elsewhere is not brought back by a request that is under way', async () => {
    await start();
    const { browser } = await login(0);
    for (let round = 0; round < 10; round++) {
      const victim = (await login(round)).browser;
      await Promise.all([
        ...Array.from({ length: 5 }, (_, index) => victim.copy().fetch(`/set/key${String(index)}`, post())),
        browser.fetch('/elsewhere', post()),
      ]);
      expect(await isIn(victim)).toBe(false);
    }
  });

  it('logs out of a thousand sessions with ten commands at most', async () => {
    const session = await start();
    for (let batch = 0; batch < 10; batch++) await times(100, (index) => login(index));
    const { browser: last } = await login(0);
    if (server === null) {
      expect(await last.json('/elsewhere', post())).toEqual({ ended: 1000 });
      return;
    }
    // Logins make an application look for stale entries now and then, in the background: this one has had none.
    await running.close();
    running = await startApp({ session, controllers: [DevicesController] });
    await another?.close();
    another = null;
    const browser = running.jar();
    browser.set('session', last.get('session') ?? '');
    let answer: unknown;
    const counts = await server.commandCounts(async () => {
      answer = await browser.json('/elsewhere', post());
    });
    expect(answer).toEqual({ ended: 1000 });
    // And one that tells the other processes.
    const { publish, ...ending } = counts;
    expect(publish).toBe(1);
    const commands = Object.values(ending).reduce((sum, count) => sum + count, 0);
    expect(commands).toBeLessThanOrEqual(10);
  });
});
