import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { standaloneContext } from '../../lib/stores/store-context.js';
import type { RunningApp } from '../support/app.js';
import { SiteJar } from '../support/site-jar.js';
import { startSite } from './several-cookies-app.js';

// Sessions in cookies whose path was changed from /app to /: below /app a browser sends the parts of both, mixed.

/** Takes two cookies: random, so that nothing of it can be compressed away. */
const large = randomBytes(2000).toString('hex');

let time: number;
let running: RunningApp | null = null;
let jar: SiteJar;

beforeEach(() => {
  time = Date.UTC(2026, 5, 1);
  jar = new SiteJar('');
});
afterEach(() => running?.close());

describe.each([
  ['with', true],
  ['without', false],
] as const)('%s a list of what has ended', (_, hasList) => {
  let list: MemoryStore;
  beforeEach(() => {
    list = new MemoryStore({}, { ...standaloneContext, now: () => time });
  });

  async function restart(cookie: NonNullable<SessionModuleOptions['cookie']>): Promise<void> {
    await running?.close();
    const options: SessionModuleOptions = { type: 'cookie', cookie, clock: () => time };
    running = await startSite(hasList ? { ...options, sealed: { revocations: list } } : options, 'fastify');
    jar.url = running.url;
  }

  /** User 1 logged in before the path was changed, user 2 since. */
  async function twoLogins(): Promise<void> {
    await restart({ path: '/app' });
    await jar.post('/app/login', { user: 1 });
    await jar.post('/app/set', { large });
    time += 60_000;
    await restart({});
    await jar.post('/login', { user: 2 });
    await jar.post('/set', { large: large.toUpperCase() });
  }

  it('the newer session counts, with all its parts', async () => {
    await twoLogins();
    expect(jar.places.filter((place) => place.endsWith('/app')).length).toBeGreaterThan(1);
    expect(await jar.json('/app/look')).toEqual({ user: 2, data: { large: large.toUpperCase() } });
  });

  it('it is the only one after a request that saw both', async () => {
    await twoLogins();
    await jar.get('/app/read');
    expect(jar.places.filter((place) => place.endsWith('/app'))).toEqual([]);
    expect(await jar.json('/app/read')).toEqual({ user: 2, data: { large: large.toUpperCase() } });
  });

  it('a logout leaves nothing of either: nobody sees what the former user had', async () => {
    await twoLogins();
    await jar.post('/app/logout');
    expect(jar.places).toEqual([]);
    expect(await jar.json('/app/read')).toEqual({ user: null, data: {} });
  });

  it('what somebody else has planted does not keep the newer session from counting', async () => {
    await twoLogins();
    jar.take('session=2.abcdef.planted; Path=/app/look');
    jar.take('session.1=abcdef.planted; Path=/app/look');
    expect(await jar.json('/app/look')).toMatchObject({ user: 2 });
  });

  if (hasList) {
    it('a logout ends both also for who has copies of the cookies', async () => {
      await twoLogins();
      const copy = jar.copy();
      await jar.post('/app/logout');
      expect(await copy.json('/app/read')).toEqual({ user: null, data: {} });
    });
  }
});
