import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionModule } from 'nestjs-session-auth';
import type { RunningApp } from '../support/app.js';
import { boot, post } from '../support/boot.js';
import { CollectedLog } from '../support/collected-log.js';
import { HeardEvents } from '../support/heard-events.js';
import { HeldStore } from '../support/held-store.js';
import { storedKeys } from '../support/stored-keys.js';

const minute = 60_000;

let now: number;
let heard: HeardEvents;
let store: HeldStore;
let running: RunningApp;
/** Another process, whose requests do not wait for those of the first one. */
let elsewhere: RunningApp;

beforeEach(async () => {
  now = Date.now();
  heard = new HeardEvents();
  store = new HeldStore({}, { log: new CollectedLog(), now: () => now });
  const options = { secretKey: 'a-secret-for-tests-of-32-bytes-and-more', store };
  const rotation = { rotateEvery: '10m', rotateGrace: '30s', clock: () => now, observer: heard.observer };
  running = await boot([SessionModule.forRoot({ ...options, ...rotation })]);
  elsewhere = await boot([SessionModule.forRoot({ ...options, ...rotation })]);
});
afterEach(async () => {
  await running.close();
  await elsewhere.close();
});

async function userDue() {
  const jar = running.jar();
  await jar.fetch('/login/42', post);
  await jar.fetch('/set/a', post);
  const cookie = jar.get('session');
  heard.forget();
  now += 10 * minute;
  return { jar, cookie, former: jar.copy() };
}

const session = { data: { a: true }, user: '42', isNew: false };
const nobody = { data: {}, user: null, isNew: true };

describe('SESSION_ROTATE_EVERY', () => {
  it('gives a session in use a new id when it is due, and not before', async () => {
    const { jar, cookie } = await userDue();
    now -= 1000;
    expect(await jar.json('/read')).toEqual(session);
    expect(idIn(jar.get('session'))).toBe(idIn(cookie));
    now += 1000;
    expect(await jar.json('/read')).toEqual(session);

    expect(idIn(jar.get('session'))).not.toBe(idIn(cookie));
    expect(heard.names).toEqual(['rotated']);
    expect(await jar.json('/read')).toEqual(session);
    expect(heard.names).toEqual(['rotated']);
  });

  it('OWASP SM: lets requests with the former cookie arrive for the grace time, and gives them the new one', async () => {
    const { jar, former } = await userDue();
    await jar.fetch('/read');
    now += 29_000;
    await former.fetch('/set/b', post);

    expect(idIn(former.get('session'))).toBe(idIn(jar.get('session')));
    expect(await jar.json('/read')).toEqual({ ...session, data: { a: true, b: true } });
  });

  it('OWASP SM: refuses the former cookie after the grace time', async () => {
    const { jar, former } = await userDue();
    await jar.fetch('/read');
    now += 30_000;

    expect(await former.json('/read')).toEqual(nobody);
    expect(await jar.json('/read')).toEqual(session);
  });

  it('leads twenty parallel requests that find it due to one new session, which has what each of them changed', async () => {
    const { jar } = await userDue();
    const jars = Array.from({ length: 20 }, () => jar.copy());
    await Promise.all(jars.map((one, index) => one.fetch(`/set/key${String(index)}`, post)));

    const ids = new Set(jars.map((one) => idIn(one.get('session'))));
    expect(ids.size).toBe(1);
    expect(ids).not.toContain(idIn(jar.get('session')));
    const { data } = (await jars[0]?.json('/read')) as { data: object };
    expect(Object.keys(data)).toHaveLength(21);
    expect(heard.of('rotated')).toHaveLength(1);
    expect(await storedKeys(running.app)).toHaveLength(2);
  });

  it.each(['former', 'new'])('ASVS 7.4.1: a logout with the %s cookie ends the session under both', async (which) => {
    const { jar, former } = await userDue();
    await jar.fetch('/read');
    const unchanged = former.copy();
    await (which === 'former' ? former.copy() : jar.copy()).fetch('/logout', post);

    expect(await jar.json('/read')).toEqual(nobody);
    expect(await unchanged.json('/read')).toEqual(nobody);
    expect(heard.of('logout')).toHaveLength(1);
  });

  it('does not save a session from a logout that read it before the rotation', async () => {
    const jar = running.jar();
    await jar.fetch('/login/42', post);
    const [leaving, staying] = [jar.copy(), jar.copy(elsewhere.url)];
    const held = store.holdNext('delete');
    const logout = leaving.fetch('/logout', post);
    await held.reached;
    now += 10 * minute;
    await staying.fetch('/read');
    held.release();
    const response = await logout;

    expect(idIn(staying.get('session'))).not.toBe(idIn(jar.get('session')));
    expect(response.headers.getSetCookie()).toEqual([expect.stringContaining('Max-Age=0')]);
    for (const other of [jar, staying]) expect(await other.json('/read')).toEqual(nobody);
    expect(heard.of('destroyed')).toHaveLength(1);
  });

  it('leaves nothing in the store from which the new id could be read', async () => {
    const { jar } = await userDue();
    await jar.fetch('/read');
    for (const key of await storedKeys(running.app)) expect(key).not.toContain(idIn(jar.get('session')).slice(0, 10));
  });
});

function idIn(cookie: string | undefined): string {
  return (cookie ?? '').replace(/\..*/, '');
}
