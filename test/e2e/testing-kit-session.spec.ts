import { afterEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { ServiceUnavailableException } from '@nestjs/common';
import { SessionStoreUnavailableError, SessionValueError, type SessionModuleOptions } from 'nestjs-session-auth';
import { fakeClock, TestCookies } from 'nestjs-session-auth/testing';
import { platforms, type PlatformName } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import { startKitApp, type KitApp } from './testing-kit-app.js';

let running: KitApp | null = null;

async function start(options?: SessionModuleOptions, platform?: PlatformName): Promise<KitApp> {
  return (running = await startKitApp(options, platform));
}

afterEach(async () => {
  await running?.close();
  running = null;
});

describe('session()', () => {
  it('is null for a browser that has none, and for a cookie that is forged', async () => {
    const { kit, agent } = await start();
    expect(await kit.session(agent())).toBeNull();
    expect(await kit.session('session=forged.abc.def; other=1')).toBeNull();
    expect(await kit.session('')).toBeNull();
    expect(await kit.session(new TestCookies())).toBeNull();
  });

  for (const platform of platforms) {
    it(`shows what requests have left, on ${platform}`, async () => {
      const { kit, agent } = await start({}, platform);
      const browser = agent();
      await browser.post('/set/cart').expect(201);
      expect(await kit.session(browser)).toEqual({
        id: expect.stringMatching(/^[\w-]{16,}$/),
        data: { cart: true },
        userId: null,
        isFresh: false,
        isRemembered: false,
        isRestored: false,
        flashes: [],
        permanent: false,
        createdAt: expect.any(Date),
        expiresAt: expect.any(Date),
      });
    });
  }

  it('takes a header as a request has it, with other cookies around', async () => {
    const { kit } = await start();
    const { header } = await kit.signIn(7);
    expect(await kit.session(`theme=dark; broken; ${header}`)).toMatchObject({ userId: 7, isFresh: true });
  });

  it('gives a copy, whose changes nobody sees', async () => {
    const { kit } = await start();
    const browser = await kit.signIn(7, { data: { cart: ['tea'] } });
    const seen = await kit.session(browser);
    (seen?.data['cart'] as string[]).push('milk');
    expect(await kit.session(browser)).toMatchObject({ data: { cart: ['tea'] } });
  });

  it('leaves flash messages for the next page', async () => {
    const { kit, agent } = await start();
    const browser = await kit.transaction(agent(), (session) => session.flash('info', 'hello'));
    const messages = [{ category: 'info', message: 'hello' }];
    expect((await kit.session(browser))?.flashes).toEqual(messages);
    expect((await kit.session(browser))?.flashes).toEqual(messages);
    await browser.get('/flashes').expect(200, messages);
    expect(await kit.session(browser)).toBeNull();
  });

  it('neither writes nor extends the session', async () => {
    const store = new FailingStore();
    let now = Date.now();
    const { kit } = await start({ store, idleTimeout: '30m', rotateEvery: '5m', clock: () => now });
    const browser = await kit.signIn(7);
    const before = await kit.session(browser);
    now += 20 * 60_000;
    const calls = { ...store.calls };
    expect(await kit.session(browser)).toEqual(before);
    expect(store.calls).toMatchObject({ write: calls.write, touch: calls.touch, delete: calls.delete });
  });

  it('is null once the login has ended, in whichever way', async () => {
    const { kit, auth } = await start();
    const [one, other, third] = [await kit.signIn(7), await kit.signIn(7), await kit.signIn(8)];
    const [device] = await kit.sessionsOf(8);
    await auth.revoke(8, device?.publicId ?? '');
    expect(await kit.session(third)).toBeNull();
    await auth.logoutEverywhere(7);
    expect(await kit.session(one)).toBeNull();
    const fourth = await kit.signIn(9);
    await auth.logoutAllUsers();
    expect(await kit.session(fourth)).toBeNull();
    expect(await kit.session(other)).toBeNull();
  });

  it('is rejected where the store is down, even if requests would go on without a session', async () => {
    const store = new FailingStore();
    const { kit } = await start({ store, onStoreError: 'anonymous' });
    const browser = await kit.signIn(7);
    store.fail();
    await expect(kit.session(browser)).rejects.toThrow(SessionStoreUnavailableError);
    await expect(kit.signIn(7)).rejects.toThrow(ServiceUnavailableException);
  });
});

describe('transaction()', () => {
  for (const platform of platforms) {
    it(`begins a session in a browser that has none, and hands it the cookie, on ${platform}`, async () => {
      const { kit, agent } = await start({}, platform);
      const browser = agent();
      expect(await kit.transaction(browser, (session) => session.set('cart', ['tea']))).toBe(browser);
      await browser.get('/data').expect(200, { cart: ['tea'] });
    });
  }

  it('edits the session that is there, which keeps its cookie', async () => {
    const { kit, agent } = await start();
    const browser = await kit.signInAgent(agent(), 7, { data: { cart: ['tea'] } });
    const before = await kit.session(browser);
    await kit.transaction(browser, (session) => {
      session.set('cart', [...(session.get('cart') as string[]), 'milk']);
      session.set('seen', new Date(0));
    });
    await browser.get('/me').expect(200, { id: 7 });
    expect(await kit.session(browser)).toMatchObject({
      id: before?.id,
      userId: 7,
      isFresh: true,
      data: { cart: ['tea', 'milk'], seen: new Date(0) },
    });
  });

  it('is no use of the session: it is neither rotated nor seen', async () => {
    let now = Date.now();
    const { kit } = await start({ rotateEvery: '5m', clock: () => now });
    const browser = await kit.signIn(7);
    const { header } = browser;
    const [before] = await kit.sessionsOf(7);
    now += 10 * 60_000;
    await kit.transaction(browser, () => undefined);
    expect(browser.header).toBe(header);
    expect(await kit.sessionsOf(7)).toEqual([before]);
  });

  it('gives new cookies for a header', async () => {
    const { kit, url } = await start();
    const cookies = await kit.transaction('theme=dark', (session) => session.set('a', 1));
    expect(cookies).toBeInstanceOf(TestCookies);
    expect(Object.keys(cookies.values)).toEqual(['theme', 'session']);
    expect(await (await cookies.fetch(`${url}/data`)).json()).toEqual({ a: 1 });
    const again = await kit.transaction(cookies.header, (session) => session.set('a', 2));
    expect(again.header).toBe(cookies.header);
  });

  it('hands on the new cookie where the edit gives the session a new id', async () => {
    const { kit, agent } = await start();
    const browser = await kit.transaction(agent(), (session) => session.set('a', 1));
    const before = await kit.session(browser);
    await kit.transaction(browser, (session) => session.regenerate());
    const after = await kit.session(browser);
    expect(after).toMatchObject({ data: { a: 1 } });
    expect(after?.id).not.toBe(before?.id);
  });

  it('takes the cookie away where the edit ends the session, or empties it', async () => {
    const { kit } = await start();
    const ended = await kit.signIn(7);
    await kit.transaction(ended, (session) => session.destroy());
    expect(ended.header).toBe('');
    const emptied = await kit.transaction('', (session) => session.set('a', 1));
    await kit.transaction(emptied, (session) => session.clear());
    expect(emptied.header).toBe('');
  });

  it('lets AuthService work on the session as in a handler', async () => {
    const heard = new HeardEvents();
    const { kit, auth, agent } = await start({ observer: heard.observer, protection: { mode: 'strong' } });
    const browser = await kit.transaction(agent(), (session) =>
      auth.login(session, 7, { remember: true, fresh: false }),
    );
    await browser.get('/secret').expect(401);
    await kit.transaction(browser, (session) => auth.confirm(session));
    await browser.get('/secret').expect(200);
    await kit.transaction(browser, (session) => auth.logout(session));
    await browser.get('/me').expect(401);
    expect(heard.names).toEqual(expect.arrayContaining(['login', 'confirmed', 'logout']));
    expect(heard.of('protected')).toEqual([]);
  });

  it('saves nothing where the edit throws', async () => {
    const { kit } = await start();
    const browser = await kit.signIn(7);
    const failing = kit.transaction(browser, (session) => {
      session.set('a', 1);
      throw new Error('not this time');
    });
    await expect(failing).rejects.toThrow('not this time');
    expect(await kit.session(browser)).toMatchObject({ data: {} });
  });

  it('says what cannot be stored, as the commit of a request does', async () => {
    const { kit } = await start();
    const browser = await kit.signIn(7);
    const failing = kit.transaction(browser, (session) => session.set('a', () => 1));
    await expect(failing).rejects.toMatchObject({ status: 500, cause: expect.any(SessionValueError) });
    await expect(kit.signIn(7, { data: { get: 1 } })).rejects.toThrow(/"get" is a reserved name/);
  });

  it('loses nothing of what requests write at the same time', async () => {
    const { kit, agent } = await start();
    const browser = await kit.signInAgent(agent(), 7);
    await kit.transaction(browser, async (session) => {
      session.set('mine', true);
      await browser.post('/set/theirs').expect(201);
    });
    expect(await kit.session(browser)).toMatchObject({ data: { mine: true, theirs: true } });
  });

  it('brings nobody back who logged out meanwhile', async () => {
    const { kit } = await start();
    const browser = await kit.signIn(7);
    const copy = new TestCookies(browser.header);
    await kit.transaction(browser, async (session) => {
      session.set('late', true);
      await kit.transaction(copy, (other) => other.destroy());
    });
    expect(await kit.session(browser)).toBeNull();
    expect(await kit.sessionsOf(7)).toEqual([]);
  });
});

describe('sessions that are in their cookies', () => {
  it('are made, read, edited and ended in the same way', async () => {
    const clock = fakeClock();
    const { kit, agent } = await start({
      type: 'cookie',
      idleTimeout: '30m',
      clock: clock.now,
      protection: { mode: 'strong' },
    });
    const browser = await kit.signInAgent(agent(), 7, { data: { cart: ['tea'] } });
    await browser.get('/secret').expect(200);
    await kit.transaction(browser, (session) => session.set('cart', ['milk']));
    await browser.get('/data').expect(200, { cart: ['milk'] });
    expect(await kit.session(browser)).toMatchObject({ userId: 7, isFresh: true });
    clock.advance('30m');
    expect(await kit.session(browser)).toBeNull();
  });

  it('may take several cookies, which go together', async () => {
    const { kit } = await start({ type: 'cookie' });
    const big = randomBytes(4_000).toString('base64url');
    const browser = await kit.transaction('', (session) => session.set('big', big));
    expect(Object.keys(browser.values)).toEqual(['session', 'session.1']);
    expect(await kit.session(browser)).toMatchObject({ data: { big } });
    await kit.transaction(browser, (session) => session.destroy());
    expect(browser.values).toEqual({});
  });
});
