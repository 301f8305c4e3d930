import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceSession } from 'nestjs-session-auth';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import type { CookieJar } from '../support/jar.js';
import {
  afterGrace,
  json,
  linesOf,
  minute,
  post,
  RememberPlace,
  rememberCookieOf,
  times,
  type Seen,
} from './remember-app.js';
import { GatedStore } from './remember-gated-store.js';

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: RememberPlace;
  let store: GatedStore;
  beforeEach(async () => {
    const make = (now: () => number): GatedStore => (store = new GatedStore(now));
    place = await RememberPlace.start({ platform, store: make });
  });
  afterEach(() => place.stop());

  async function sessions(): Promise<string[]> {
    return (await place.keys()).filter((key) => /^session:[\w-]{43}$/.test(key));
  }

  async function rows(): Promise<string[]> {
    return (await place.keys()).filter((key) => key.includes(':remember:'));
  }

  /** What ends a login, and by whom: a browser that is logged in there, and one that has only the remember cookie. */
  const endings: [string, (jar: CookieJar, away: CookieJar) => Promise<unknown>][] = [
    ['a logout', (jar) => jar.fetch('/logout', post)],
    ['a logout by the same remember cookie alone', (_jar, away) => away.copy().fetch('/logout', post)],
    ['logoutEverywhere', (jar) => jar.fetch('/everywhere', json({ user: 7 }))],
    [
      'a revoke of the session that the login began',
      async (jar) => {
        const [device] = (await jar.json('/devices?user=7')) as DeviceSession[];
        return jar.fetch('/revoke', json({ user: 7, publicId: device?.publicId }));
      },
    ],
  ];

  describe.each(endings)('%s that comes between', (_what, end) => {
    it('the read and the write of a row wins: nobody, no cookie, no session', async () => {
      const jar = await place.remembered();
      const away = place.withCookie(rememberCookieOf(jar));
      const held = store.hold('write', 'remember');
      const restoring = away.copy().fetch('/who');
      await held.reached;
      await end(jar, away);
      held.release();
      await expectLost(await restoring);
    });

    it('the write of the row and that of the session wins: nobody, no cookie, no session', async () => {
      const jar = await place.remembered();
      const away = place.withCookie(rememberCookieOf(jar));
      const held = store.hold('write', 'session');
      const restoring = away.copy().fetch('/who');
      await held.reached;
      await end(jar, away);
      held.release();
      await expectLost(await restoring);
    });

    it('the write of the session and the last look at the row wins: nobody, no cookie, no session', async () => {
      const jar = await place.remembered();
      const away = place.withCookie(rememberCookieOf(jar));
      const held = store.hold('read', 'remember', 1);
      const restoring = away.copy().fetch('/who');
      await held.reached;
      expect(await sessions()).toHaveLength(2);
      await end(jar, away);
      held.release();
      await expectLost(await restoring);
    });

    it('twenty restores and their sessions wins over all of them', async () => {
      const jar = await place.remembered();
      const away = place.withCookie(rememberCookieOf(jar));
      const held = store.hold('write', 'session');
      const restoring = times(20, () => away.copy().fetch('/who'));
      await held.reached;
      await end(jar, away);
      held.release();
      for (const response of await restoring) await expectNoWayIn(response);
      expect([await sessions(), await rows()]).toEqual([[], []]);
    });
  });

  /** The request has lost: it is nobody's, and says nothing to the client that could hit a newer login. */
  async function expectLost(response: Response): Promise<void> {
    expect([response.status, ((await response.json()) as Seen).user]).toEqual([200, null]);
    expect(linesOf(response)).toEqual([]);
    expect(linesOf(response, 'session')).toEqual([]);
    expect([await sessions(), await rows()]).toEqual([[], []]);
    expect(place.heard.of('remembered')).toEqual([]);
  }

  /** Whatever the request was answered with leads nowhere now. */
  async function expectNoWayIn(response: Response): Promise<void> {
    const jar = place.jar();
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value !== '') jar.set(name, value);
    }
    expect(await place.who(jar)).toMatchObject({ user: null });
  }

  it('a logout under way, whose session goes last, lets no restore in', async () => {
    const jar = await place.remembered();
    const away = place.withCookie(rememberCookieOf(jar));
    const held = store.hold('delete', 'session');
    const leaving = jar.copy().fetch('/logout', post);
    await held.reached;
    const response = await away.fetch('/who');
    expect(await response.json()).toMatchObject({ user: null });
    held.release();
    expect((await leaving).status).toBe(201);
    expect([await sessions(), await rows()]).toEqual([[], []]);
  });

  it('logoutAllUsers that comes between: the session that is restored ends with the next request', async () => {
    const away = await place.away();
    const held = store.hold('write', 'session');
    const restoring = away.fetch('/who');
    await held.reached;
    place.pass(1);
    await place.jar().fetch('/everyone', post);
    place.pass(1);
    held.release();
    await restoring;
    expect(await place.userAt(away.get('session'))).toBeNull();
    expect(await place.who(away)).toMatchObject({ user: null });
  });

  it('an alarm that comes between ends what the good token was about to begin', async () => {
    const victim = await place.away();
    const thief = victim.copy();
    await place.who(victim);
    await place.who(victim);
    place.pass(afterGrace);
    victim.set('session', '');
    const held = store.hold('write', 'session');
    const restoring = victim.copy().fetch('/who');
    await held.reached;
    place.pass(afterGrace);
    // Its successor has not been shown, but the one before that has had its turn twice by now.
    await thief.fetch('/who');
    held.release();
    expect(await (await restoring).json()).toMatchObject({ user: null });
    expect([await sessions(), await rows()]).toEqual([[], []]);
    expect(place.heard.of('rememberStolen')).toHaveLength(1);
  });

  describe('a request that dies', () => {
    it('between the row and the session lets the others in, as one', async () => {
      const away = await place.away();
      store.failNext('write', 'session');
      const first = await away.copy().fetch('/who');
      expect(first.status).toBe(503);
      place.forget();
      const all = await times(20, async () => {
        const jar = away.copy();
        return [(await place.who(jar)).user, jar.get('session'), rememberCookieOf(jar)].join(' ');
      });
      expect(new Set(all).size).toBe(1);
      expect(all[0]).toMatch(/^7 /);
      expect([place.heard.of('login').length, place.heard.of('remembered').length]).toEqual([1, 1]);
      expect(await sessions()).toHaveLength(2);
    });

    it('there, and is not followed by another for long: the token is honoured once more', async () => {
      const away = await place.away();
      store.failNext('write', 'session');
      expect((await away.copy().fetch('/who')).status).toBe(503);
      place.pass(10 * minute);
      expect(await place.who(away)).toMatchObject({ user: 7, remembered: true });
      expect(place.heard.of('rememberStolen')).toEqual([]);
    });

    it('leaves its browser with the successor, so that the next request of it is let in', async () => {
      const away = await place.away();
      const token = rememberCookieOf(away);
      store.failNext('write', 'session');
      expect((await away.fetch('/who')).status).toBe(503);
      expect(rememberCookieOf(away)).not.toBe(token);
      place.pass(10 * minute);
      expect(await place.who(away)).toMatchObject({ user: 7, remembered: true });
    });

    it('between the session and the last look at the row leaves nothing that outlives a logout', async () => {
      const jar = await place.remembered();
      const away = place.withCookie(rememberCookieOf(jar));
      store.failNext('read', 'remember', 1);
      const response = await away.fetch('/who');
      expect(response.status).toBe(503);
      // Its cookies are a pair: whoever comes back with them is logged in.
      expect(await place.who(away.copy())).toMatchObject({ user: 7, remembered: true });
      place.forget();
      await jar.fetch('/logout', post);
      expect([await sessions(), await rows()]).toEqual([[], []]);
      expect(await place.who(away)).toMatchObject({ user: null });
    });

    it('after the session, when its login has just been ended: the session ends with its first request', async () => {
      const jar = await place.remembered();
      const away = place.withCookie(rememberCookieOf(jar));
      const held = store.hold('write', 'session');
      const restoring = away.fetch('/who');
      await held.reached;
      await jar.fetch('/logout', post);
      store.failNext('read', 'remember');
      held.release();
      expect((await restoring).status).toBe(503);
      expect(away.get('session')).toEqual(expect.any(String));
      away.set('remember_token', '');
      expect(await place.who(away)).toMatchObject({ user: null });
      expect(await sessions()).toEqual([]);
    });
  });

  it('a straggler does not begin the session again that its user has ended by a confirmation', async () => {
    const away = await place.away();
    const straggler = away.copy();
    await place.who(away);
    await place.who(away);
    const restored = away.get('session');
    await away.fetch('/confirm', post);
    const response = await straggler.fetch('/who');
    expect(await response.json()).toMatchObject({ user: null });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await place.userAt(restored)).toBeNull();
    expect(await place.who(away)).toMatchObject({ user: 7, remembered: false });
    expect(place.heard.of('rememberStolen')).toEqual([]);
  });

  describe('a login that is to be remembered', () => {
    it('stands where logoutEverywhere comes before its session is there, and is not remembered', async () => {
      const held = store.hold('write', 'session');
      const jar = place.jar();
      const login = jar.fetch('/login', json({ user: 7, options: { remember: true } }));
      await held.reached;
      expect(await rows()).toHaveLength(1);
      await place.jar().fetch('/everywhere', json({ user: 7 }));
      held.release();
      expect((await login).status).toBe(201);
      expect(await place.who(jar)).toMatchObject({ user: 7 });
      expect(await rows()).toEqual([]);
      jar.set('session', '');
      expect(await place.who(jar)).toMatchObject({ user: null });
    });

    it('and is refused leaves no row, and no cookie', async () => {
      await place.stop();
      const options = { maxSessionsPerUser: { max: 1, onTooMany: 'refuse' } } as const;
      place = await RememberPlace.start({ platform, options });
      await place.remembered();
      const before = await place.keys();
      const response = await place.jar().fetch('/login', json({ user: 7, options: { remember: true } }));
      expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
      expect((await place.keys()).sort()).toEqual(before.sort());
    });

    it('twice at once on one device: each stands, and the browser is remembered by the last answer', async () => {
      const jar = place.jar();
      const [one, two] = [jar.copy(), jar.copy()];
      await Promise.all([one, two].map((own) => own.fetch('/login', json({ user: 7, options: { remember: true } }))));
      for (const own of [one, two]) {
        own.set('session', '');
        expect(await place.who(own)).toMatchObject({ user: 7, remembered: true });
      }
    });
  });
});
