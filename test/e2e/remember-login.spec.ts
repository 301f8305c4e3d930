import { afterEach, describe, expect, it } from '@jest/globals';
import type { LoginOptions, SessionModuleOptions } from 'nestjs-session-auth';
import { platforms } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { inTurn } from '../support/combinations.js';
import { clearing, day, json, linesOf, minute, post, RememberPlace, second } from './remember-app.js';

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: RememberPlace;
  const logger = new CapturedLogger();
  afterEach(() => place.stop());

  async function start(options: SessionModuleOptions = {}): Promise<RememberPlace> {
    return (place = await RememberPlace.start({ platform, logger, options }));
  }

  /** The Set-Cookie line of a login that is to be remembered. */
  async function lineOfLogin(options: LoginOptions = {}): Promise<string> {
    const response = await place.jar().fetch('/login', json({ user: 7, options: { remember: true, ...options } }));
    expect(response.status).toBe(201);
    const [line = '', ...others] = linesOf(response);
    expect(others).toEqual([]);
    return line;
  }

  /** How long the cookie of a line stays, in seconds. */
  function lifetimeIn(line: string): { expires: number; maxAge: number } {
    const [, date = '', maxAge = ''] = /; Expires=([^;]+); Max-Age=(\d+);/.exec(line) ?? [];
    return { expires: (Date.parse(date) - place.clock.now) / second, maxAge: Number(maxAge) };
  }

  it('Flask-Login row 11: a login with remember, without its session cookie: logged in again, not fresh, and told so', async () => {
    await start();
    const jar = await place.remembered();
    expect(await place.who(jar)).toMatchObject({ user: 7, remembered: false, fresh: true });

    const away = place.withCookie(String(jar.get('remember_token')));
    const seen = await place.who(away);
    expect(seen).toMatchObject({ user: 7, remembered: true, fresh: false });
    expect(place.heard.all.filter(({ name }) => name !== 'created')).toEqual([
      { name: 'login', event: { publicId: seen.id, userId: 7, restored: true, factors: [], address: '127.0.0.1' } },
      { name: 'remembered', event: { publicId: seen.id, userId: 7, address: '127.0.0.1' } },
    ]);
    // From here on it is a session like any other, until it has ended, too.
    expect(await place.who(away)).toEqual(seen);
    away.set('session', '');
    expect(await place.who(away)).toMatchObject({ user: 7, remembered: true, fresh: false });
  });

  it('is fresh again once the user has confirmed who it is, and not remembered any more', async () => {
    await start();
    const away = await place.away();
    await away.fetch('/guarded');
    expect((await away.fetch('/confirm', post)).status).toBe(201);
    expect(await place.who(away)).toMatchObject({ user: 7, remembered: false, fresh: true });
    away.set('session', '');
    expect(await place.who(away)).toMatchObject({ user: 7, remembered: true, fresh: false });
  });

  it('is told as the wish of the user from the login on, restored or confirmed, and can be kept over a new password', async () => {
    await start();
    const jar = await place.remembered();
    expect(await jar.json('/wish')).toEqual({ isRemembered: true });
    const away = place.withCookie(String(jar.get('remember_token')));
    expect(await away.json('/wish')).toEqual({ isRemembered: true });
    await away.fetch('/confirm', post);
    expect(await away.json('/wish')).toEqual({ isRemembered: true });
    await away.fetch('/new-password', post);
    const later = place.withCookie(String(away.get('remember_token')));
    expect(await place.who(later)).toMatchObject({ user: 7, remembered: true });

    const other = place.jar();
    await other.fetch('/login', json({ user: 8 }));
    expect(await other.json('/wish')).toEqual({ isRemembered: false });
    await other.fetch('/new-password', post);
    expect(await other.json('/wish')).toEqual({ isRemembered: false });
    expect(other.get('remember_token')).toBeUndefined();
  });

  it('ASVS 7.6.2: nobody is remembered who has not asked for it, and reading sets no cookie', async () => {
    await start();
    for (const options of [{}, { remember: false }, { remember: null }, { duration: 60 }]) {
      const response = await place.jar().fetch('/login', json({ user: 7, options }));
      expect([response.status, linesOf(response)]).toEqual([201, []]);
    }
    expect((await place.jar().fetch('/who')).headers.getSetCookie()).toEqual([]);
    expect(place.store.calls).toMatchObject({ write: 4 });
  });

  it.each(['on', 'false', 1, {}])(
    'takes no %j for a wish: that is a mistake, and the log says so',
    async (remember) => {
      await start();
      const jar = place.jar();
      expect((await jar.fetch('/login', json({ user: 7, options: { remember } }))).status).toBe(500);
      expect(logger.text).toContain('remember of a login: expected true or false');
      expect(await place.who(jar)).toMatchObject({ user: null });
    },
  );

  describe('the cookie', () => {
    it('Flask-Login row 12: has safe attributes where nothing is set, and lasts a year', async () => {
      await start();
      const line = await lineOfLogin();
      expect(line).toMatch(
        /^remember_token=[\w-]+\.\w+\.[\w-]{43}; Expires=[^;]+ GMT; Max-Age=31536000; HttpOnly; Path=\/; SameSite=Lax$/,
      );
      expect(Math.abs(lifetimeIn(line).expires - 365 * 86_400)).toBeLessThanOrEqual(1);
    });

    it.each<[string, Record<string, string>, RegExp]>([
      ['NAME', { REMEMBER_COOKIE_NAME: 'keep' }, /^keep=/],
      ['DURATION in seconds', { REMEMBER_COOKIE_DURATION: '3600' }, /; Max-Age=3600;/],
      ['DURATION as a text', { REMEMBER_COOKIE_DURATION: '14d' }, /; Max-Age=1209600;/],
      ['DOMAIN', { REMEMBER_COOKIE_DOMAIN: '.shop.example' }, /; Domain=shop\.example;/],
      ['PATH', { REMEMBER_COOKIE_PATH: '/shop' }, /; Path=\/shop;/],
      ['SECURE', { REMEMBER_COOKIE_SECURE: 'true' }, /; Secure; HttpOnly;/],
      ['HTTPONLY', { REMEMBER_COOKIE_HTTPONLY: 'false' }, /; Max-Age=31536000; Path=\//],
      ['SAMESITE', { REMEMBER_COOKIE_SAMESITE: 'Strict' }, /; SameSite=Strict$/],
    ])('Flask-Login row 12, 16: goes by REMEMBER_COOKIE_%s, set and removed', async (_key, environment, expected) => {
      const before = { ...process.env };
      Object.assign(process.env, environment);
      try {
        await start();
      } finally {
        for (const key of Object.keys(environment)) delete process.env[key];
        Object.assign(process.env, before);
      }
      const name = environment['REMEMBER_COOKIE_NAME'] ?? 'remember_token';
      const jar = place.jar();
      const login = await jar.fetch('/login', json({ user: 7, options: { remember: true } }));
      const [line = ''] = linesOf(login, name);
      expect(line).toMatch(expected);
      const [removed = ''] = linesOf(await jar.fetch('/logout', post), name);
      expect(removed).toBe(
        line
          .replace(/=[^;]*/, '=')
          .replace(/Expires=[^;]*; Max-Age=\d+/, 'Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0'),
      );
    });

    it('Flask-Login row 12: has a name that browsers guard in production', async () => {
      const before = process.env['NODE_ENV'];
      process.env['NODE_ENV'] = 'production';
      try {
        await start();
      } finally {
        process.env['NODE_ENV'] = before;
      }
      const response = await place.jar().fetch('/login', json({ user: 7, options: { remember: true } }));
      expect(linesOf(response, '__Host-remember_token')).toEqual([
        expect.stringMatching(/; Secure; HttpOnly; Path=\/; SameSite=Lax$/),
      ]);
    });

    it.each<[unknown, number]>([
      [90, 90],
      [1.5, 2],
      ['90', 90],
      ['12h', 43_200],
      ['400d', 34_560_000],
    ])('Flask-Login row 13: lasts for the duration of its login, %j', async (duration, seconds) => {
      await start({ remember: { duration: '7d' } });
      const { expires, maxAge } = lifetimeIn(await lineOfLogin({ duration } as LoginOptions));
      expect(maxAge).toBe(seconds);
      expect(Math.abs(expires - seconds)).toBeLessThanOrEqual(1);
    });

    it.each(['soon', '', 0, -1, '401d', true, {}, Number.MAX_SAFE_INTEGER])(
      'Flask-Login row 13: a duration of %j is a mistake, and the log names it',
      async (duration) => {
        await start();
        const jar = place.jar();
        const response = await jar.fetch('/login', json({ user: 7, options: { remember: true, duration } }));
        expect([response.status, response.headers.getSetCookie()]).toEqual([500, []]);
        expect(logger.text).toContain('duration of a login: expected a number of seconds above 0');
        expect(await place.who(jar)).toMatchObject({ user: null });
      },
    );
  });

  describe('the end of it', () => {
    it('is enforced by the server, whatever the browser does with the cookie', async () => {
      await start();
      const away = await place.away(7, { duration: '10m' });
      place.pass(10 * minute - second);
      expect(await place.who(away.copy())).toMatchObject({ user: 7 });
      const still = await place.away(8, { duration: '10m' });
      place.pass(10 * minute);
      const response = await still.fetch('/who');
      expect(await response.json()).toMatchObject({ user: null });
      expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
    });

    it('Flask-Login row 14: is not put off by use, where refresh is off: neither by requests nor by restores', async () => {
      await start();
      const jar = await place.remembered(7, { duration: '10d' });
      for (let passed = 0; passed < 9; passed++) {
        place.pass(day);
        expect(linesOf(await jar.fetch('/who'))).toEqual([]);
      }
      jar.set('session', '');
      const [line = ''] = linesOf(await jar.fetch('/who'));
      expect(Math.abs(lifetimeIn(line).maxAge - 86_400)).toBeLessThanOrEqual(1);
      place.pass(day);
      jar.set('session', '');
      expect(await place.who(jar)).toMatchObject({ user: null });
    });

    it('Flask-Login row 14: is put off by use, where refresh is on, and noted once a day', async () => {
      await start({
        remember: { refreshEachRequest: true },
        absoluteTimeout: null,
        idleTimeout: null,
        logoutAllUsersInterval: '400d',
      });
      const jar = await place.remembered(7, { duration: '30d' });
      place.pass(day - second);
      place.forget();
      expect(linesOf(await jar.fetch('/who'))).toEqual([]);
      expect(place.store.calls).toMatchObject({ read: 1, write: 0 });
      place.pass(second);
      const before = jar.get('remember_token');
      const [line = ''] = linesOf(await jar.fetch('/who'));
      expect(lifetimeIn(line).maxAge).toBe(30 * 86_400);
      // The same token, issued again: nothing is used up.
      expect(jar.get('remember_token')?.split('.')[0]).toBe(before?.split('.')[0]);
      expect(linesOf(await jar.fetch('/who'))).toEqual([]);

      for (let passed = 0; passed < 40; passed++) {
        place.pass(day);
        await jar.fetch('/who');
      }
      place.pass(29 * day);
      jar.set('session', '');
      const [restored = ''] = linesOf(await jar.fetch('/who'));
      expect(lifetimeIn(restored).maxAge).toBe(30 * 86_400);
      place.pass(30 * day);
      jar.set('session', '');
      expect(await place.who(jar)).toMatchObject({ user: null });
    });

    it('Flask-Login row 14: is put off in time where a login is remembered for less than the others', async () => {
      await start({ remember: { refreshEachRequest: true, duration: '365d' } });
      const jar = await place.remembered(7, { duration: '20m' });
      for (let passed = 0; passed < 60; passed++) {
        place.pass(minute);
        await jar.fetch('/who');
      }
      jar.set('session', '');
      expect(await place.who(jar)).toMatchObject({ user: 7, remembered: true });
    });

    it('Flask-Login row 14: twenty requests at once put it off once', async () => {
      await start({ remember: { refreshEachRequest: true } });
      const jar = await place.remembered();
      place.pass(2 * day);
      place.forget();
      const lines = await Promise.all(
        Array.from({ length: 20 }, async () => linesOf(await jar.copy().fetch('/who')).join('\n')),
      );
      expect(new Set(lines).size).toBe(1);
      expect(lines[0]).toContain('Max-Age=31536000');
    });

    it('Flask-Login row 15: refresh on gives no cookie to who never asked for one', async () => {
      await start({ remember: { refreshEachRequest: true } });
      const jar = place.jar();
      await jar.fetch('/login', json({ user: 7 }));
      place.pass(2 * day);
      expect(linesOf(await jar.fetch('/who'))).toEqual([]);
      expect(await place.who(jar)).toMatchObject({ user: 7 });
    });
  });

  it.each([
    ['of Polish letters', 'Żółć'],
    ['of Japanese ones', '日本語'],
    ["with a cookie's own signs", 'a|b;c="d"'],
    ['of 500 characters', 'ü'.repeat(500)],
    ['of a space', ' '],
  ])('Flask-Login row 18: knows the user again by an id %s', async (_kind, user) => {
    await start();
    expect(await place.who(await place.away(user))).toMatchObject({ user, remembered: true });
    expect(place.users.asked).toEqual([user]);
  });

  it('Flask-Login row 18: takes 7 and "7" for two users', async () => {
    await start();
    const [number, text] = [await place.away(7), await place.away('7')];
    expect([(await place.who(number)).user, (await place.who(text)).user]).toEqual([7, '7']);
    await place.jar().fetch('/everywhere', json({ user: 7 }));
    expect(await place.who(await place.away(7))).toMatchObject({ user: 7 });
    const [numberAgain, textAgain] = [await place.away(7), await place.away('7')];
    await place.jar().fetch('/everywhere', json({ user: '7' }));
    expect([(await place.who(numberAgain)).user, (await place.who(textAgain)).user]).toEqual([7, null]);
  });

  describe('a login on a device that is remembered', () => {
    it('replaces what it was remembered by: a copy of the former cookie is worth nothing', async () => {
      await start();
      const jar = await place.remembered();
      const former = place.withCookie(String(jar.get('remember_token')));
      await jar.fetch('/login', json({ user: 7, options: { remember: true } }));
      expect(await place.who(former)).toMatchObject({ user: null });
      expect(place.heard.of('rememberStolen')).toEqual([]);
      jar.set('session', '');
      expect(await place.who(jar)).toMatchObject({ user: 7, remembered: true });
    });

    it('replaces it also where the session has ended before', async () => {
      await start();
      const away = await place.away();
      const former = away.copy();
      await away.fetch('/login', json({ user: 7, options: { remember: true } }));
      expect(await place.who(former)).toMatchObject({ user: null });
    });

    it('without remember leaves it as it was, and ends it by its logout', async () => {
      await start();
      const away = await place.away();
      const copy = away.copy();
      expect(linesOf(await away.fetch('/login', json({ user: 7 })))).toEqual([]);
      expect(await place.who(away)).toMatchObject({ user: 7, remembered: false, fresh: true });
      expect(
        ((await away.json('/devices?user=7')) as { remembered: boolean }[]).map((one) => one.remembered),
      ).toContain(true);
      await away.fetch('/logout', post);
      expect(await place.who(copy)).toMatchObject({ user: null });
    });

    it.each([{}, { remember: true }])('of somebody else forgets the other one: %j', async (options) => {
      await start();
      const away = await place.away(7);
      const copy = away.copy();
      const response = await away.fetch('/login', json({ user: 8, options }));
      expect(linesOf(response)).toHaveLength(1);
      expect(await place.who(copy)).toMatchObject({ user: null });
      away.set('session', '');
      expect(await place.who(away)).toMatchObject({ user: 'remember' in options ? 8 : null });
    });

    it('notices that its cookie is a copy of one that has been used up', async () => {
      await start();
      const stolen = await place.away();
      const owner = stolen.copy();
      await owner.fetch('/who');
      await owner.fetch('/who');
      place.pass(minute);
      await stolen.fetch('/login', json({ user: 7, options: { remember: true } }));
      expect(place.heard.of('rememberStolen')).toEqual([{ userId: 7, address: '127.0.0.1', sessions: 2 }]);
      expect(await place.who(owner)).toMatchObject({ user: null });
      expect(await place.who(stolen)).toMatchObject({ user: 7 });
    });
  });
});
