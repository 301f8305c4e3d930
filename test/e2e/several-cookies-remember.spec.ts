import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from 'nestjs-session-auth/memory';
import type { SessionModuleOptions, SessionStore } from 'nestjs-session-auth';
import type { RunningApp } from '../support/app.js';
import { HeardEvents } from '../support/heard-events.js';
import { SiteJar } from '../support/site-jar.js';
import { standaloneContext } from '../../lib/stores/store-context.js';
import { startSite } from './several-cookies-app.js';
import { afterGrace, second } from './remember-app.js';

// The remember cookie's path was changed from /app to /: below /app a browser sends both, the former one first.

let time: number;
let store: SessionStore;
let heard: HeardEvents;
let running: RunningApp | null = null;
let jar: SiteJar;

beforeEach(() => {
  time = Date.UTC(2026, 5, 1);
  store = new MemoryStore({}, { ...standaloneContext, now: () => time });
  heard = new HeardEvents();
  jar = new SiteJar('');
});
afterEach(() => running?.close());

async function restart(remember: NonNullable<SessionModuleOptions['remember']>): Promise<void> {
  await running?.close();
  running = await startSite({
    store,
    remember,
    clock: () => time,
    observer: heard.observer,
    userLoader: (id) => ({ id }),
  });
  jar.url = running.url;
}

/** The browser's session is over, and it comes back. */
async function comeBack(browser = jar, path = '/app/who'): Promise<unknown> {
  return browser.drop('session').json(path);
}

/** Remembered as user 1 by a cookie of /app that has had its turn, and by its successor. */
async function usedUpBesideGood(): Promise<void> {
  await restart({ path: '/app' });
  await jar.post('/app/login', { user: 1, remember: true });
  await restart({});
  expect(await comeBack()).toEqual({ user: 1 });
  expect(jar.places).toContain('remember_token@www.shop.example/app');
}

describe('a remember cookie that stands at two places', () => {
  it.each([0, second, afterGrace])('is no theft %i ms later, and is one afterwards', async (wait) => {
    await usedUpBesideGood();
    // The good one alone goes to this path, so that the other has no business any more.
    await jar.get('/who');
    time += wait;
    expect(await comeBack()).toEqual({ user: 1 });
    expect(jar.places.filter((place) => place.startsWith('remember'))).toEqual(['remember_token@www.shop.example/']);
    expect(await comeBack(jar, '/who')).toEqual({ user: 1 });
    expect(heard.of('rememberStolen')).toEqual([]);
  });

  it('is one as soon as both are seen, though the session goes on', async () => {
    await usedUpBesideGood();
    await jar.get('/app/who');
    time += afterGrace;
    await jar.get('/app/who');
    expect(jar.places.filter((place) => place.startsWith('remember'))).toEqual(['remember_token@www.shop.example/']);
    expect(await comeBack()).toEqual({ user: 1 });
    expect(heard.of('rememberStolen')).toEqual([]);
  });

  it('is a theft where the good one is not among them', async () => {
    await usedUpBesideGood();
    const stolen = jar.copy();
    for (let turn = 0; turn < 2; turn++) {
      time += afterGrace;
      expect(await comeBack()).toEqual({ user: 1 });
    }
    expect(await comeBack(stolen)).toEqual({ user: null });
    expect(heard.of('rememberStolen')).toHaveLength(1);
    expect(await jar.json('/app/who')).toEqual({ user: null });
  });
});

describe('remember cookies of two logins', () => {
  async function twoLogins(): Promise<void> {
    await restart({ path: '/app' });
    await jar.post('/app/login', { user: 1, remember: true });
    await restart({});
    time += second;
    jar.drop('session');
    await jar.post('/login', { user: 2, remember: true });
  }

  it('let in as the one issued last, and as the other where that has ended', async () => {
    await twoLogins();
    const copy = jar.copy();
    expect(await comeBack()).toEqual({ user: 2 });
    await jar.post('/logout');
    expect(await comeBack(copy)).toEqual({ user: 1 });
    expect(heard.of('rememberStolen')).toEqual([]);
  });

  it('are both ended by a logout', async () => {
    await twoLogins();
    const copy = jar.copy();
    await jar.post('/app/logout');
    expect(jar.places).toEqual([]);
    for (const browser of [jar, copy]) expect(await comeBack(browser)).toEqual({ user: null });
  });

  it('are replaced by that of a login of somebody else', async () => {
    await twoLogins();
    const copy = jar.copy();
    await jar.drop('session').post('/app/login', { user: 3, remember: true });
    expect(await comeBack()).toEqual({ user: 3 });
    expect(await comeBack(copy)).toEqual({ user: null });
  });

  it('are one where the settings name the former place, though it was not sent along', async () => {
    await twoLogins();
    await restart({ former: [{ path: '/app' }] });
    expect(await comeBack(jar, '/who')).toEqual({ user: 2 });
    expect(jar.places.filter((place) => place.startsWith('remember'))).toEqual(['remember_token@www.shop.example/']);
  });
});
