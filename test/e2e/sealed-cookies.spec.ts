import { afterEach, describe, expect, it } from '@jest/globals';
import { SESSION_STORE, type SessionModuleOptions } from 'nestjs-session-auth';
import { NoStore } from '../../lib/session/sealed-no-store.js';
import { platforms, testSecret } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import type { CookieJar } from '../support/jar.js';
import { checkpoints, cookieNames, dataOf, noise, post, startSealed, type SealedApp } from './sealed-app.js';

describe.each(inTurn(platforms))('on %s', (platform) => {
  let running: SealedApp;
  const others: SealedApp[] = [];

  async function start(options: SessionModuleOptions = {}): Promise<SealedApp> {
    return (running = await startSealed(options, { platform }));
  }

  afterEach(async () => {
    await Promise.all([running, ...others.splice(0)].map((app) => app.close()));
  });

  /** A request that has changed the session and is about to answer; `answer` lets it. */
  async function underway(jar: CookieJar, data: Record<string, unknown>): Promise<{ answer(): Promise<Response> }> {
    const { name, checkpoint } = checkpoints.next();
    const response = jar.fetch(`/slow/${name}`, post(data));
    await checkpoint.reached;
    return {
      answer: () => {
        checkpoint.release();
        return response;
      },
    };
  }

  describe('a session in its cookie', () => {
    it('ASVS 14.3.3: is there with the next request, and nobody can read it', async () => {
      await start();
      const jar = running.jar();
      const response = await jar.fetch('/set', post({ secret: 'a-word-in-confidence' }));
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.getSetCookie()[0]).toMatch(/^session=[\w-]+; HttpOnly; Path=\/; SameSite=Lax$/);
      expect(await dataOf(jar)).toEqual({ secret: 'a-word-in-confidence' });
      expect(Buffer.from(jar.get('session') ?? '', 'base64url').toString('latin1')).not.toContain('confidence');
      expect(running.app.get<object>(SESSION_STORE)).toBeInstanceOf(NoStore);
      expect(running.heard.names).toEqual(['created']);
    });

    it('sets nothing where nothing was written, and nothing again where it was only read', async () => {
      await start();
      const jar = running.jar();
      expect((await jar.fetch('/read')).headers.getSetCookie()).toEqual([]);
      await jar.fetch('/set', post({ a: 1 }));
      const read = await jar.fetch('/read');
      expect([read.headers.getSetCookie(), read.headers.get('vary')]).toEqual([[], 'Cookie']);
      const untouched = await jar.fetch('/untouched');
      expect([untouched.headers.getSetCookie(), untouched.headers.get('vary')]).toEqual([[], null]);
    });

    it('goes with its cookie where it is emptied', async () => {
      await start();
      const jar = running.jar();
      await jar.fetch('/set', post({ a: noise(5000) }));
      await jar.fetch('/clear', post());
      expect(jar.header).toBe('');
    });

    it('is permanent, with the expiry in every cookie, where it is asked to be', async () => {
      await start({ permanent: true, idleTimeout: '1h' });
      const response = await running.jar().fetch('/set', post({ a: noise(5000) }));
      const set = response.headers.getSetCookie().filter((line) => !line.includes('Max-Age=0'));
      expect(set.map((line) => /Max-Age=\d+/.exec(line)?.[0])).toEqual(['Max-Age=3600', 'Max-Age=3600']);
    });

    it('drops what is changed when the answer is under way, and says so', async () => {
      await start();
      const jar = running.jar();
      await jar.fetch('/set', post({ a: 1 }));
      const response = await jar.fetch('/late', post());
      expect(await response.text()).toBe('begun ended');
      expect(await dataOf(jar)).toEqual({ a: 1 });
      expect(running.heard.of('droppedChange')).toHaveLength(1);
    });
  });

  describe('a session over several cookies', () => {
    it('grows and shrinks with what it holds, and leaves none behind', async () => {
      await start();
      const jar = running.jar();
      for (const [length, names] of [
        [100, ['session']],
        [5000, ['session', 'session.1']],
        [8500, ['session', 'session.1', 'session.2']],
        [5000, ['session', 'session.1']],
        [10, ['session']],
      ] as const) {
        const data = { text: noise(length) };
        expect((await jar.fetch('/set', post(data))).status).toBe(201);
        expect(cookieNames(jar)).toEqual(names);
        expect(await dataOf(jar)).toEqual(data);
      }
    });

    it.each([
      ['grows', 10, 8000],
      ['shrinks', 8000, 10],
    ])('in two tabs, of which one %s it: the last answer stands, whole', async (_, firstLength, secondLength) => {
      await start();
      const jar = running.jar();
      await jar.fetch('/set', post({ text: noise(5000) }));
      const tabs = [
        await underway(jar, { text: noise(firstLength) }),
        await underway(jar, { text: noise(secondLength) }),
      ];
      for (const [index, length] of [
        [0, firstLength],
        [1, secondLength],
      ] as const) {
        await tabs[index]?.answer();
        expect(await dataOf(jar)).toEqual({ text: noise(length) });
        const count = length > 100 ? 3 : 1;
        expect(cookieNames(jar)).toHaveLength(count);
      }
    });

    it('in two tabs, of which one ends it: no part of what the other has made of it is left', async () => {
      await start();
      const jar = running.jar();
      await jar.fetch('/set', post({ a: 1 }));
      const { name, checkpoint } = checkpoints.next();
      const ending = jar.fetch(`/slow-clear/${name}`, post());
      await checkpoint.reached;
      await jar.fetch('/set', post({ text: noise(8000) }));
      expect(cookieNames(jar)).toHaveLength(3);
      checkpoint.release();
      await ending;
      expect(jar.header).toBe('');
    });

    it('is empty, and never a mixture, where parts of two issues meet, or one is missing or cut', async () => {
      await start();
      const [one, two] = [running.jar(), running.jar()];
      await one.fetch('/set', post({ whose: 'one', text: noise(8000) }));
      await two.fetch('/set', post({ whose: 'two', text: noise(8000) }));
      for (const name of cookieNames(one)) {
        const own = one.get(name) ?? '';
        for (const other of [two.get(name) ?? '', own.slice(0, -1), own.slice(0, 100), '', 'x']) {
          const mixed = one.copy();
          mixed.set(name, other);
          const response = await mixed.fetch('/read');
          expect(await response.json()).toMatchObject({ data: {}, user: null, isNew: true });
          expect(response.headers.getSetCookie()).toEqual([]);
        }
        const without = one.header.replace(`${name}=${own}`, 'x=y');
        expect(await (await one.copy().fetch('/read', { headers: { cookie: without } })).json()).toMatchObject({
          data: {},
        });
      }
      expect(await dataOf(one)).toMatchObject({ whose: 'one' });
    });

    it('begins anew over the remains of another', async () => {
      await start();
      const jar = running.jar();
      await jar.fetch('/set', post({ text: noise(8000) }));
      jar.set('session.1', 'cut');
      await jar.fetch('/set', post({ a: 1 }));
      expect(cookieNames(jar)).toEqual(['session']);
      expect(await dataOf(jar)).toEqual({ a: 1 });
    });

    it('ASVS 3.3.5: is refused where it is too large, with the reason in the log, and stays as it was', async () => {
      await start();
      const jar = running.jar();
      await jar.fetch('/set', post({ small: 1 }));
      const response = await jar.fetch('/set', post({ blob: noise(12_000), other: 'x'.repeat(50) }));
      expect([response.status, response.headers.getSetCookie()]).toEqual([413, []]);
      expect(await response.json()).toEqual({
        statusCode: 413,
        message: 'The session would be too large.',
        error: expect.anything(),
      });
      expect(running.logger.text).toMatch(
        /SESSION_SEALED_MAX_SIZE.*Largest keys: blob \(12006 bytes\), other \(\d+ bytes\), small/,
      );
      expect(await dataOf(jar)).toEqual({ small: 1 });
    });

    it('comes back through a real server when it is as large as may be', async () => {
      await start();
      const jar = running.jar();
      let length = 8900;
      while ((await jar.fetch('/set', post({ text: noise(length + 10) }))).status === 201) length += 10;
      expect(length).toBeGreaterThan(8900);
      expect(await dataOf(jar)).toEqual({ text: noise(length) });
      expect(`${jar.header}; `.length).toBeGreaterThan(12_200);
    });

    it('is compressed where that was asked for, and only there', async () => {
      const data = { text: 'the same words again and again, '.repeat(250) };
      const plain = await startSealed({}, { platform });
      others.push(plain);
      const long = plain.jar();
      await long.fetch('/set', post(data));
      expect(cookieNames(long)).toHaveLength(3);
      const former = { compress: true };
      await start({ sealed: former });
      const jar = running.jar();
      await jar.fetch('/set', post(data));
      expect(cookieNames(jar)).toEqual(['session']);
      expect(await dataOf(jar)).toEqual(data);
      expect(jar.header.length).toBeLessThan(500);
    });
  });

  describe('a cookie that somebody has changed', () => {
    it('ASVS 7.2.1: is no session, wherever the change is, and no error', async () => {
      await start();
      const jar = running.jar();
      await jar.fetch('/login', post({ user: 'ada' }));
      const value = jar.get('session') ?? '';
      const forged = Array.from({ length: value.length }, (_, at) => {
        const other = value[at] === 'A' ? 'B' : 'A';
        return value.slice(0, at) + other + value.slice(at + 1);
      });
      const statuses = new Set<number>();
      for (const other of [...forged, `${value}A`, value.slice(1), '', '"', '%00', '2.AAAAAA.x', 'a'.repeat(9000)]) {
        const response = await fetch(`${running.url}/me`, { headers: { cookie: `session=${other}` } });
        await response.arrayBuffer();
        statuses.add(response.status);
      }
      expect([...statuses]).toEqual([401]);
      expect((await jar.fetch('/me')).status).toBe(200);
    });

    it('ASVS 9.2.3: is no session where it was made for another cookie or another application', async () => {
      await start();
      const jar = running.jar();
      await jar.fetch('/login', post({ user: 'ada' }));
      const renamed = await startSealed({ cookie: { name: 'sid' } }, { platform });
      const foreign = await startSealed({ secretKey: 'the secret of another application, 32' }, { platform });
      const signed = await startSealed({ type: 'memory' }, { platform });
      others.push(renamed, foreign, signed);
      const value = jar.get('session') ?? '';
      for (const [app, name] of [
        [renamed, 'sid'],
        [foreign, 'session'],
        [signed, 'session'],
      ] as const) {
        const cookie = `${name}=${value}`;
        expect((await fetch(`${app.url}/me`, { headers: { cookie } })).status).toBe(401);
      }
      const stored = signed.jar();
      await stored.fetch('/login', post({ user: 'ada' }));
      expect((await fetch(`${running.url}/me`, { headers: { cookie: stored.header } })).status).toBe(401);
    });
  });

  it('ASVS 11.2.2: a new secret takes over: nobody is logged out, and what the former one has sealed is sealed again', async () => {
    const former = testSecret;
    const secretKey = 'the secret that follows, of 32 bytes and more';
    await start();
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 'ada' }));
    const old = jar.header;
    const during = await startSealed({ secretKey, secretKeyFallbacks: [former] }, { platform });
    const after = await startSealed({ secretKey }, { platform });
    others.push(during, after);

    const response = await fetch(`${during.url}/me`, { headers: { cookie: old } });
    expect(response.status).toBe(200);
    const again = String(response.headers.getSetCookie()[0]?.split(';')[0]);
    expect((await fetch(`${after.url}/me`, { headers: { cookie: again } })).status).toBe(200);
    expect((await fetch(`${after.url}/me`, { headers: { cookie: old } })).status).toBe(401);
    const settled = await fetch(`${during.url}/me`, { headers: { cookie: again } });
    expect([settled.status, settled.headers.getSetCookie()]).toEqual([200, []]);
  });

  describe('the timeouts', () => {
    it('ASVS 7.3.1, 7.3.2: hold, by what is in the cookie and not by its expiry', async () => {
      let time = Date.UTC(2026, 5, 1);
      await start({ clock: () => time, idleTimeout: '1h', absoluteTimeout: '3h', permanent: true });
      const jar = running.jar();
      await jar.fetch('/login', post({ user: 'ada' }));
      const first = jar.copy();
      const statuses: number[] = [];
      for (let half = 0; half < 6; half++) {
        time += 30 * 60_000;
        statuses.push((await jar.fetch('/me')).status);
      }
      expect(statuses).toEqual([200, 200, 200, 200, 200, 401]);
      time -= 2 * 3_600_000;
      expect((await first.fetch('/me')).status).toBe(401);
      expect(running.heard.of('expired')).toHaveLength(2);
    });

    it('go on where the request is no use of the session, and what it changes is kept all the same', async () => {
      let time = Date.UTC(2026, 5, 1);
      await start({ clock: () => time, idleTimeout: '1h' });
      const jar = running.jar();
      await jar.fetch('/set', post({ a: 1 }));
      time += 59 * 60_000;
      await jar.fetch('/passive', post());
      expect(await dataOf(jar.copy())).toEqual({ a: 1, polled: true });
      time += 60_000;
      expect(await dataOf(jar)).toEqual({});
    });

    it('extend a session in use once in a refresh interval, and not more often', async () => {
      let time = Date.UTC(2026, 5, 1);
      await start({ clock: () => time, idleTimeout: '1h' });
      const jar = running.jar();
      await jar.fetch('/set', post({ a: 1 }));
      const refreshed: boolean[] = [];
      for (let minute = 1; minute <= 6; minute++) {
        time += 60_000;
        refreshed.push((await jar.fetch('/read')).headers.getSetCookie().length > 0);
      }
      expect(refreshed).toEqual([false, false, true, false, false, true]);
    });
  });
});
