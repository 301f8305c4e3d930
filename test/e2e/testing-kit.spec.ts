import { afterEach, describe, expect, it } from '@jest/globals';
import { ForbiddenException } from '@nestjs/common';
import { SessionUserError, type SessionModuleOptions } from 'nestjs-session-auth';
import { TestCookies, type CookieHolder } from 'nestjs-session-auth/testing';
import type { AppSetup, PlatformName } from '../support/app.js';
import { platforms } from '../support/app.js';
import { HeardEvents } from '../support/heard-events.js';
import { startKitApp, type Ada, type KitApp } from './testing-kit-app.js';

let running: KitApp | null = null;

async function start(options?: SessionModuleOptions, platform?: PlatformName, setup?: AppSetup): Promise<KitApp> {
  return (running = await startKitApp(options, platform, setup));
}

afterEach(async () => {
  await running?.close();
  running = null;
});

for (const platform of [...platforms, 'node'] as const) {
  describe(`a user whom the kit signs in, on ${platform}`, () => {
    it('is logged in for an agent of supertest, until it logs out', async () => {
      const { kit, agent } = await start({}, platform);
      const browser = agent();
      expect(await kit.signInAgent(browser, { id: 7 })).toBe(browser);
      await browser.get('/me').expect(200, { id: 7 });
      await browser.post('/logout').expect(201);
      await browser.get('/me').expect(401);
      await agent().get('/me').expect(401);
    });

    it('is logged in for fetch, by a jar or by a plain header', async () => {
      const { kit, url } = await start({}, platform);
      const cookies = await kit.signIn('ada');
      const { header } = cookies;
      expect(header).toMatch(/^session=[\w.-]+$/);
      const plain = await fetch(`${url}/me`, { headers: { cookie: header } });
      expect(await plain.json()).toEqual({ id: 'ada' });
      expect(await (await cookies.fetch(`${url}/me`)).json()).toEqual({ id: 'ada' });
      await cookies.fetch(`${url}/logout`, { method: 'POST' });
      expect(cookies.header).toBe('');
      expect((await cookies.fetch(`${url}/me`)).status).toBe(401);
      expect((await fetch(`${url}/me`, { headers: { cookie: header } })).status).toBe(401);
    });

    it('keeps its id a number or a text', async () => {
      const { kit, agent } = await start({}, platform);
      const [number, text] = [agent(), agent()];
      await kit.signInAgent(number, 7);
      await kit.signInAgent(text, '7');
      await number.get('/me').expect(200, { id: 7 });
      await text.get('/me').expect(200, { id: '7' });
    });
  });
}

describe('what signIn() gives', () => {
  it('can be given to several agents, which then share the session', async () => {
    const { kit, agent } = await start();
    const cookies = await kit.signIn(7);
    const [one, other] = [await cookies.applyTo(agent()), await cookies.applyTo(agent())];
    await one.post('/set/seen').expect(201);
    await other.get('/data').expect(200, { seen: true });
  });

  it('can be given to a jar of another kind, whose methods may be asynchronous', async () => {
    const { kit, url } = await start();
    const jar = new SlowJar();
    await kit.signInAgent(jar, 7);
    const response = await fetch(`${url}/me`, { headers: { cookie: await jar.header } });
    expect(response.status).toBe(200);
    const copy = await (await kit.signIn(8)).applyTo(new SlowJar());
    expect(await kit.session(copy)).toMatchObject({ userId: 8 });
  });

  it('has the attributes that a browser needs, for Playwright', async () => {
    const { kit, url } = await start({ cookie: { sameSite: 'strict', path: '/' } });
    const cookies = await kit.signIn(7, { remember: true });
    const [session, remember] = cookies.forBrowser(url);
    expect(session).toEqual({
      name: 'session',
      value: cookies.values['session'],
      domain: '127.0.0.1',
      path: '/',
      expires: -1,
      httpOnly: true,
      secure: false,
      sameSite: 'Strict',
    });
    expect(remember?.name).toBe('remember_token');
    expect(remember?.expires).toBeGreaterThan(Date.now() / 1000 + 300 * 86_400);
  });
});

describe('a login by the kit', () => {
  it('passes the same gate: events are heard, and the store knows whose the session is', async () => {
    const heard = new HeardEvents();
    const { kit } = await start({ observer: heard.observer });
    await kit.signIn({ id: 7 });
    expect(heard.names).toEqual(['created', 'login']);
    expect(heard.of('login')).toEqual([expect.objectContaining({ userId: 7, restored: false })]);
    expect(await kit.sessionsOf(7)).toHaveLength(1);
    await expect(kit.sessionsOf('7')).rejects.toThrow(/a number at the login/);
    expect(await kit.sessionsOf('8')).toEqual([]);
  });

  it('counts for the limit of sessions, which ends the oldest or refuses', async () => {
    let time = Date.UTC(2026, 5, 1);
    const ending = await start({ maxSessionsPerUser: 2, clock: () => ++time });
    const first = await ending.kit.signIn(7);
    await ending.kit.signIn(7);
    await ending.kit.signIn(7);
    expect(await ending.kit.session(first)).toBeNull();
    expect(await ending.kit.sessionsOf(7)).toHaveLength(2);
    await ending.close();

    const { kit } = await start({ maxSessionsPerUser: { max: 1, onTooMany: 'refuse' } });
    await kit.signIn(7);
    await expect(kit.signIn(7)).rejects.toThrow(ForbiddenException);
  });

  it('refuses a user who is not active, unless forced', async () => {
    const { kit } = await start();
    const inactive: Ada = { id: 7, isActive: false };
    await expect(kit.signIn(inactive)).rejects.toThrow(ForbiddenException);
    expect(await kit.sessionsOf(7)).toEqual([]);
    expect(await kit.session(await kit.signIn(inactive, { force: true }))).toMatchObject({ userId: 7 });
  });

  it('is refused for what is no user', async () => {
    const { kit } = await start();
    await expect(kit.signIn('')).rejects.toThrow(SessionUserError);
  });

  it.each([
    [{}, 200],
    [{ fresh: true }, 200],
    [{ fresh: false }, 401],
    [{ factors: [] }, 401],
  ] as const)('with %j is answered with %i where freshness is asked for', async (options, status) => {
    const { kit, agent } = await start();
    const browser = await kit.signInAgent(agent(), 7, options);
    await browser.get('/secret').expect(status);
    await browser.get('/me').expect(200);
  });

  it('proves the factors that are named', async () => {
    const { kit, auth } = await start();
    const browser = await kit.signIn(7, { factors: ['pwd', 'otp'] });
    let isFresh = false;
    await kit.transaction(browser, async (session) => {
      isFresh = await auth.isFresh(session, { id: 7 }, { factors: 2 });
    });
    expect(isFresh).toBe(true);
  });

  it('brings the data of the session along', async () => {
    const { kit, agent } = await start();
    const browser = await kit.signInAgent(agent(), 7, { data: { cart: ['tea'] } });
    await browser.get('/data').expect(200, { cart: ['tea'] });
  });

  it('brings timeouts of its own along', async () => {
    let now = Date.now();
    const { kit } = await start({ clock: () => now });
    const browser = await kit.signIn(7, { idleTimeout: '10m' });
    now += 10 * 60_000;
    expect(await kit.session(browser)).toBeNull();
  });

  it('goes on in a browser that has a session: its data stay, its id does not, and another user is logged out', async () => {
    const { kit, agent } = await start();
    const browser = agent();
    await browser.post('/set/cart').expect(201);
    const before = await kit.session(browser);
    await kit.signInAgent(browser, 7);
    const after = await kit.session(browser);
    expect(after).toMatchObject({ userId: 7, data: { cart: true } });
    expect(after?.id).not.toBe(before?.id);
    await kit.signInAgent(browser, 8, { data: { theme: 'dark' } });
    const another = await kit.session(browser);
    expect(another?.userId).toBe(8);
    expect(another?.data).toEqual({ theme: 'dark' });
    expect(await kit.sessionsOf(7)).toEqual([]);
  });

  it('is remembered on demand, with a cookie that logs in again once the session has ended', async () => {
    const { kit, auth, agent } = await start();
    const browser = await kit.signInAgent(agent(), 7, { remember: true, duration: '10d' });
    await browser.get('/secret').expect(200);
    const [device] = await auth.sessions(7);
    expect(device).toMatchObject({ remembered: true });
    const cookies = new TestCookies(remembering(await headerOf(browser)));
    expect(await kit.session(cookies)).toBeNull();
    const restored = await cookies.applyTo(agent());
    await restored.get('/me').expect(200, { id: 7 });
    expect(await kit.session(restored)).toMatchObject({
      userId: 7,
      isFresh: false,
      isRemembered: true,
      isRestored: true,
    });
  });
});

describe('the device of a login by the kit', () => {
  for (const mode of ['basic', 'strong'] as const) {
    it(`is not known unless it is given, so that protection '${mode}' leaves the login alone`, async () => {
      const { kit, agent, url } = await start({ protection: { mode, ipv4: 24, ipv6: 64 } });
      const browser = await kit.signInAgent(agent(), 7);
      await browser.get('/secret').set('User-Agent', 'one').expect(200);
      await browser.get('/secret').set('User-Agent', 'another').expect(200);
      const response = await (await kit.signIn(7)).fetch(`${url}/secret`);
      expect(response.status).toBe(200);
      expect(await kit.sessionsOf(7)).toEqual([
        expect.objectContaining({ userAgent: '', ip: '' }),
        expect.objectContaining({ userAgent: '', ip: '' }),
      ]);
    });
  }

  it('is compared where it is given: another one is not fresh any more', async () => {
    const { kit, agent } = await start({ protection: { mode: 'basic' } });
    const browser = await kit.signInAgent(agent(), 7, { device: { userAgent: 'Firefox' } });
    await browser.get('/secret').set('User-Agent', 'Firefox').expect(200);
    expect(await kit.sessionsOf(7)).toEqual([expect.objectContaining({ userAgent: 'Firefox', ip: '127.0.0.1' })]);
    await browser.get('/secret').set('User-Agent', 'Opera').expect(401);
    expect(await kit.session(browser)).toMatchObject({ userId: 7, isFresh: false });
  });

  it('is compared by its network, too, and ends the session where protection is strong', async () => {
    const { kit, agent } = await start({ protection: { mode: 'strong', ipv4: 24 } });
    const near = await kit.signInAgent(agent(), 7, { device: { userAgent: 'Firefox', address: '127.0.0.99' } });
    await near.get('/me').set('User-Agent', 'Firefox').expect(200);
    const far = await kit.signInAgent(agent(), 7, { device: { userAgent: 'Firefox', address: '203.0.113.7' } });
    await far.get('/me').set('User-Agent', 'Firefox').expect(401);
    expect(await kit.session(far)).toBeNull();
  });

  it('is not taken for another by the kit itself, which only looks and edits', async () => {
    const { kit } = await start({ protection: { mode: 'strong', ipv4: 32 } });
    const browser = await kit.signIn(7, { device: { userAgent: 'Firefox', address: '203.0.113.7' } });
    await kit.transaction(browser, (session) => session.set('cart', ['tea']));
    expect(await kit.session(browser)).toMatchObject({ userId: 7, isFresh: true, data: { cart: ['tea'] } });
    expect(await kit.sessionsOf(7)).toEqual([expect.objectContaining({ userAgent: 'Firefox', ip: '203.0.113.7' })]);
  });
});

/** A jar that is no agent and answers in its own time, as tough-cookie does. */
class SlowJar implements CookieHolder {
  readonly #cookies = new TestCookies();

  get header(): Promise<string> {
    return Promise.resolve(this.#cookies.header);
  }

  async take(lines: readonly string[]): Promise<void> {
    await new Promise(setImmediate);
    this.#cookies.take(lines);
  }
}

/** The header `Cookie` that an agent sends. */
async function headerOf(browser: ReturnType<KitApp['agent']>): Promise<string> {
  const test = browser.get('/data');
  await test;
  return test.cookies;
}

/** Of a header `Cookie` the part that remembers. */
function remembering(header: string): string {
  return header.split('; ').find((pair) => pair.startsWith('remember_token=')) ?? '';
}
