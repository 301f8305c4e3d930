import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isListable, type SessionModuleOptions } from 'nestjs-session-auth';
import type { PlatformName, RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import { SiteJar } from '../support/site-jar.js';
import { callsDuring, type Commit } from './http-table.js';
import { startSite } from './several-cookies-app.js';

// A browser that has cookies of one name from before a path or a domain was changed sends them all.

type Cookie = NonNullable<SessionModuleOptions['cookie']>;

const changes: readonly (readonly [string, Cookie, Cookie, PlatformName, Commit])[] = [
  ['a path was taken away', { path: '/app' }, {}, 'express', 'interceptor'],
  ['a path with a slash was taken away', { path: '/app/' }, {}, 'fastify', 'response'],
  ['a path was set', {}, { path: '/app' }, 'express', 'response'],
  ['a domain was set', {}, { domain: 'shop.example' }, 'fastify', 'interceptor'],
  ['a domain was taken away', { domain: 'shop.example' }, {}, 'express', 'response'],
  ['a wider domain was set', { domain: 'www.shop.example' }, { domain: 'shop.example' }, 'fastify', 'response'],
];

/** Lets something happen before a call. */
class HookedStore extends FailingStore {
  afterRead: () => Promise<void> | void = () => undefined;
  beforeDelete: () => Promise<void> | void = () => undefined;

  override async read(...args: Parameters<FailingStore['read']>): ReturnType<FailingStore['read']> {
    const found = await super.read(...args);
    await this.afterRead();
    return found;
  }

  override async delete(...args: Parameters<FailingStore['delete']>): ReturnType<FailingStore['delete']> {
    await this.beforeDelete();
    return super.delete(...args);
  }

  async keys(): Promise<string[]> {
    if (!isListable(this.inner)) throw new Error('This store cannot list its keys.');
    const keys: string[] = [];
    for await (const key of this.inner.keys()) keys.push(key);
    return keys;
  }
}

let store: HookedStore;
let time: number;
let running: RunningApp | null = null;
let jar: SiteJar;

beforeEach(() => {
  store = new HookedStore();
  time = Date.UTC(2026, 5, 1);
});
afterEach(() => running?.close());

/** Ends the application, and begins it with other settings; the browser and the store stay. */
async function restart(cookie: Cookie, options: SessionModuleOptions = {}, platform?: PlatformName): Promise<void> {
  await running?.close();
  running = await startSite({ store, cookie, clock: () => time, ...options }, platform);
  jar.url = running.url;
}

/** A browser that has a session from before the change. */
async function visitor(former: Cookie, path = '/app/set', body: unknown = { from: 'before' }): Promise<void> {
  jar = new SiteJar('');
  await restart(former);
  await jar.post(path, body);
}

/** A browser with cookies of two sessions that both live: user 1 logged in before the path was changed, user 2 since. */
async function twoLogins(options: SessionModuleOptions = {}): Promise<void> {
  await visitor({ path: '/app' }, '/app/login', { user: 1 });
  time += 60_000;
  await restart({}, options);
  await jar.post('/login', { user: 2 });
  expect(jar.places).toEqual(['session@www.shop.example/', 'session@www.shop.example/app']);
}

describe('a browser with a cookie from before', () => {
  it.each(changes)('can log in and out: %s', async (_, former, now, platform, commit) => {
    for (const before of ['/app/set', '/app/login']) {
      await visitor(former, before, { user: 1 });
      await restart(now, { commit }, platform);
      for (let login = 0; login < 2; login++) {
        await jar.post('/app/login', { user: 2 });
        expect(await jar.json('/app/read')).toMatchObject({ user: 2 });
      }
      expect(jar.places).toHaveLength(1);
      await jar.post('/app/logout');
      expect(await jar.json('/app/read')).toEqual({ user: null, data: {} });
      expect(jar.places).toEqual([]);
      expect(await store.keys()).toEqual([]);
    }
  });

  it('keeps what is changed, whatever has ended of what it sends', async () => {
    await visitor({ path: '/app' });
    await restart({});
    await jar.post('/app/logout');
    await jar.post('/set', { n: 1 });
    await jar.post('/app/set', { m: 2 });
    expect(await jar.json('/app/read')).toMatchObject({ data: { n: 1, m: 2 } });
    expect(jar.places).toEqual(['session@www.shop.example/']);
  });
});

describe('of several cookies that lead to sessions', () => {
  it('the one issued last counts, in whichever order the browser sends them', async () => {
    await twoLogins();
    const both = jar.header('/app').split('; ');
    for (const cookie of [both, both.toReversed()]) {
      const response = await fetch(`${running?.url ?? ''}/look`, { headers: { cookie: cookie.join('; ') } });
      expect(await response.json()).toMatchObject({ user: 2 });
    }
  });

  it('the one that was begun last counts, where both were issued in one second', async () => {
    await visitor({ path: '/app' }, '/app/login', { user: 1 });
    time += 5;
    await restart({});
    await jar.post('/login', { user: 2 });
    expect(await jar.json('/app/look')).toMatchObject({ user: 2 });
    const both = jar.header('/app').split('; ').toReversed().join('; ');
    const response = await fetch(`${running?.url ?? ''}/look`, { headers: { cookie: both } });
    expect(await response.json()).toMatchObject({ user: 2 });
  });

  it('a logout ends all, so that none comes to light after it', async () => {
    await twoLogins();
    const copy = jar.copy();
    await jar.post('/app/logout');
    expect(jar.places).toEqual([]);
    expect(await jar.json('/app/read')).toEqual({ user: null, data: {} });
    // Not only the browser has forgotten them.
    expect(await copy.json('/app/read')).toEqual({ user: null, data: {} });
    expect(await store.keys()).toEqual([]);
  });

  it('a login by somebody else ends all, too', async () => {
    await twoLogins();
    const copy = jar.copy();
    await jar.post('/app/login', { user: 3 });
    expect(await jar.json('/app/read')).toMatchObject({ user: 3 });
    expect(await copy.json('/app/read')).toEqual({ user: null, data: {} });
  });

  it('a logout fails where the others cannot be ended', async () => {
    await twoLogins();
    let deletes = 0;
    store.beforeDelete = () => {
      if (++deletes === 2) store.fail();
    };
    expect((await jar.post('/app/logout')).status).toBe(503);
    store.recover();
    expect(await store.keys()).toHaveLength(1);
  });

  it('one is left, which a plain read brings about', async () => {
    await twoLogins();
    const { lines } = await jar.get('/app/read');
    expect(jar.places).toEqual(['session@www.shop.example/']);
    // Whoever keeps one cookie of a name is left with the right one.
    expect(lines.at(-1)).toMatch(/^session=[\w-]{43}\./);
    expect(await jar.json('/app/read')).toMatchObject({ user: 2 });
    expect((await jar.get('/app/read')).lines).toEqual([]);
  });

  it('a reader that promises to change nothing leaves them alone', async () => {
    await twoLogins();
    expect((await jar.get('/app/look')).lines).toEqual([]);
  });

  it('a late answer to one that has ended meanwhile sets none', async () => {
    await twoLogins();
    const late = jar.copy();
    store.afterRead = async () => {
      store.afterRead = () => undefined;
      await jar.post('/login', { user: 2 });
    };
    expect((await late.get('/app/read')).lines).toEqual([]);
  });
});

describe('what is looked up', () => {
  it('is one record for one cookie, and for several whose newest one lives', async () => {
    await twoLogins();
    const one = new SiteJar(running?.url ?? '');
    await one.post('/login', { user: 3 });
    expect(await callsDuring(store, () => one.get('/app/read'))).toMatchObject({ read: 1, touch: 0, write: 0 });
    expect(await callsDuring(store, () => jar.get('/app/look'))).toMatchObject({ read: 1, touch: 0, write: 0 });
  });

  it('is nothing for what does not verify, and each session once', async () => {
    await twoLogins();
    const [first = '', second = ''] = jar.header('/app').split('; ');
    const forged = second.slice(0, -3) + (second.endsWith('AAA') ? 'BAA' : 'AAA');
    const cookie = [forged, second, forged, second, first, forged, first].join('; ');
    const read = (path: string) => fetch(`${running?.url ?? ''}${path}`, { headers: { cookie } });
    expect(await callsDuring(store, () => read('/look'))).toMatchObject({ read: 1 });
    // The newer one has ended: the older one is looked up after it.
    await jar.copy().post('/logout');
    expect(await callsDuring(store, () => read('/look'))).toMatchObject({ read: 2 });
  });

  it('is bounded, and a login is found behind any number of older cookies', async () => {
    await visitor({ path: '/app' }, '/app/login', { user: 1 });
    const dead: string[] = [];
    for (let n = 0; n < 20; n++) {
      const other = new SiteJar(running?.url ?? '');
      await other.post('/app/login', { user: 1 });
      dead.push(other.header('/app'));
      await other.post('/app/logout');
    }
    const live = jar.header('/app');
    const send = (cookie: string) => fetch(`${running?.url ?? ''}/look`, { headers: { cookie } });
    const calls = await callsDuring(store, () => send(dead.join('; ')));
    expect(calls).toMatchObject({ read: 8, write: 0, touch: 0, delete: 0 });
    time += 1000;
    const fresh = new SiteJar(running?.url ?? '');
    await fresh.post('/app/login', { user: 2 });
    const answer = await send([...dead, live, fresh.header('/app')].join('; '));
    expect(await answer.json()).toMatchObject({ user: 2 });
  });
});

describe('what stands at another place', () => {
  it('is left alone where a cookie of the name does not verify: it may be somebody else’s', async () => {
    await twoLogins();
    jar.take('session=of-another-application; Path=/app; Domain=shop.example');
    await jar.post('/app/login', { user: 3 });
    await jar.post('/app/logout');
    expect(jar.places).toEqual(['session@.shop.example/app', 'session@www.shop.example/app']);
    expect(await jar.json('/app/read')).toEqual({ user: null, data: {} });
  });

  it('is never looked for under a name that has one place', async () => {
    const name = '__Host-session';
    const secure = { name, secure: true };
    jar = new SiteJar('');
    await restart(secure, { cookie: { ...secure, former: [{ path: '/app' }] } });
    await jar.post('/login', { user: 1 });
    const former = jar.header('/').replace(`${name}=`, '');
    time += 1000;
    const other = new SiteJar(running?.url ?? '');
    await other.post('/login', { user: 2 });
    other.take(`${name}=${former}; Path=/app`);
    const { lines } = await other.post('/app/logout');
    expect(lines).toEqual([
      expect.stringMatching(/^__Host-session=; Expires=[^;]*; Max-Age=0; Secure; HttpOnly; Path=\/;/),
    ]);
    expect(await store.keys()).toEqual([]);
  });

  it('is removed with every answer that sets or clears the cookie, where the settings name it', async () => {
    await visitor({ path: '/app' });
    await restart({ former: [{ path: '/app' }] });
    expect((await jar.get('/app/read')).lines).toEqual([]);
    // Not sent along to this path, so that nobody but the settings knows of it.
    await jar.post('/login', { user: 1 });
    expect(jar.places).toEqual(['session@www.shop.example/']);
    expect((await jar.post('/logout')).lines).toHaveLength(2);
  });

  it('is removed from the jar of the site that embeds the application, and from the one without', async () => {
    const embedded = { partitioned: true, sameSite: 'none' } as const;
    const plain = { secure: true, sameSite: 'none' } as const;
    for (const [former, now] of [
      [plain, embedded],
      [embedded, plain],
    ] as const) {
      jar = new SiteJar('');
      await restart(former);
      await jar.post('/login', { user: 1 });
      const partitioned = former === embedded;
      time += 1000;
      await restart({ ...now, former: [{ partitioned }] });
      await jar.post('/login', { user: 2 });
      expect(jar.places).toEqual([expect.stringMatching(partitioned ? /\/$/ : / partitioned$/)]);
      expect(await jar.json('/read')).toMatchObject({ user: 2 });
    }
  });
});
