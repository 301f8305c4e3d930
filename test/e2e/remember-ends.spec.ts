import { afterEach, describe, expect, it } from '@jest/globals';
import type { DeviceSession, SessionModuleOptions } from 'nestjs-session-auth';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { afterGrace, clearing, json, linesOf, minute, post, RememberPlace, rememberCookieOf } from './remember-app.js';

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: RememberPlace;
  afterEach(() => place.stop());

  async function start(options: SessionModuleOptions = {}): Promise<RememberPlace> {
    return (place = await RememberPlace.start({ platform, options }));
  }

  /** A remember cookie that is shown by itself logs nobody in, and is removed. */
  async function expectForgotten(cookie: string): Promise<void> {
    const response = await place.withCookie(cookie).fetch('/who');
    expect(await response.json()).toMatchObject({ user: null });
    expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
  }

  describe('a logout', () => {
    it('Flask-Login row 16: removes the cookie, and ends what it stands for', async () => {
      await start();
      const jar = await place.remembered();
      const cookie = rememberCookieOf(jar);
      const response = await jar.fetch('/logout', post);

      expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
      expect(linesOf(response, 'session')).toHaveLength(1);
      expect(jar.header).toBe('');
      await expectForgotten(cookie);
      expect(place.heard.names).toEqual(['destroyed', 'logout']);
    });

    it('ASVS 7.4.1: after a restore ends every token and every session of the login, old and new', async () => {
      await start();
      const jar = await place.remembered();
      const cookies = [rememberCookieOf(jar)];
      const sessions = [jar.get('session')];
      for (let turn = 0; turn < 2; turn++) {
        jar.set('session', '');
        await jar.fetch('/who');
        cookies.push(rememberCookieOf(jar));
        sessions.push(jar.get('session'));
        place.pass(minute);
      }
      expect(new Set(cookies).size).toBe(3);
      place.forget();
      await jar.fetch('/logout', post);

      for (const session of sessions) expect(await place.userAt(session)).toBeNull();
      for (const cookie of cookies) await expectForgotten(cookie);
      expect(place.heard.of('logout')).toHaveLength(1);
      expect(place.heard.of('rememberStolen')).toEqual([]);
    });

    it('of a session that has ended before ends what the cookie stands for all the same', async () => {
      await start();
      const away = await place.away();
      const copy = away.copy();
      await copy.fetch('/who');
      const response = await away.fetch('/logout', post);

      expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
      expect(await place.userAt(copy.get('session'))).toBeNull();
      await expectForgotten(rememberCookieOf(copy));
    });

    it('with a cookie that is worth nothing removes it, and asks the store nothing', async () => {
      await start();
      const response = await place.withCookie('nonsense').fetch('/logout', post);
      expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
      expect(place.calls).toBe(0);
    });

    it('without any cookie sends none', async () => {
      await start();
      const response = await place.jar().fetch('/logout', post);
      expect([response.status, response.headers.getSetCookie()]).toEqual([201, []]);
    });

    it("leaves the user's other devices alone, and other users", async () => {
      await start();
      const [phone, other, jar] = [await place.away(), await place.away(8), await place.remembered()];
      await jar.fetch('/logout', post);
      expect([(await place.who(phone)).user, (await place.who(other)).user]).toEqual([7, 8]);
    });
  });

  it('ASVS 7.4.3: logoutEverywhere ends all remembered logins of the user, restored sessions included', async () => {
    await start();
    const [first, second, other] = [await place.away(), await place.away(), await place.away(8)];
    await second.fetch('/who');
    await place.jar().fetch('/everywhere', json({ user: 7 }));

    await expectForgotten(rememberCookieOf(first));
    expect(await place.userAt(second.get('session'))).toBeNull();
    await expectForgotten(rememberCookieOf(second));
    expect(await place.who(other)).toMatchObject({ user: 8 });
  });

  it.each([true, false])(
    'logoutEverywhere leaves the device remembered whose session goes on; restored: %s',
    async (isRestored) => {
      await start();
      const [phone, jar] = [await place.away(), isRestored ? await place.away() : await place.remembered()];
      await jar.fetch('/who');
      await jar.fetch('/elsewhere', post);

      await expectForgotten(rememberCookieOf(phone));
      expect(await place.who(jar)).toMatchObject({ user: 7 });
      jar.set('session', '');
      expect(await place.who(jar)).toMatchObject({ user: 7, remembered: true });
    },
  );

  it('ASVS 7.5.2: revoking a device ends what it is remembered by', async () => {
    await start();
    const jar = await place.remembered();
    const cookie = rememberCookieOf(jar);
    const [device] = (await jar.json('/devices?user=7')) as DeviceSession[];
    expect(device).toMatchObject({ remembered: true, current: false });
    expect(await place.jar().json('/revoke', json({ user: 7, publicId: device?.publicId }))).toEqual({ ended: true });

    expect(await place.who(jar)).toMatchObject({ user: null });
    await expectForgotten(cookie);
  });

  it('a restored session is in the list of devices as the login that it continues', async () => {
    await start();
    const loginTime = place.clock.now;
    const away = await place.away();
    place.pass(3 * minute);
    const { id } = await place.who(away);
    const devices = (await away.json('/devices?user=7')) as DeviceSession[];
    expect(devices.find(({ publicId }) => publicId === id)).toMatchObject({
      remembered: true,
      createdAt: new Date(loginTime).toISOString(),
      lastSeenAt: new Date(place.clock.now).toISOString(),
    });
  });

  describe('logoutAllUsers', () => {
    it('ASVS 7.4.5: ends all remembered logins, and those that come later stand', async () => {
      await start();
      const away = await place.away();
      await place.jar().fetch('/everyone', post);
      await expectForgotten(rememberCookieOf(away));
      place.pass(1);
      expect(await place.who(await place.away())).toMatchObject({ user: 7 });
    });

    it('ends a session that was restored before', async () => {
      await start();
      const away = await place.away();
      await away.fetch('/who');
      place.pass(1);
      await place.jar().fetch('/everyone', post);
      expect(await place.userAt(away.get('session'))).toBeNull();
    });

    it('ASVS 7.4.5: ends a session that another process restores before it has heard of it, once it has', async () => {
      place = await RememberPlace.start({ platform, instances: 2, options: { logoutAllUsersInterval: '5s' } });
      const away = await place.away();
      const elsewhere = place.app(1).jar();
      elsewhere.set('remember_token', rememberCookieOf(away));
      place.pass(2);
      await place.jar().fetch('/everyone', post);
      place.pass(2);
      // The other process has looked when it started, and does so again after five seconds.
      expect(await place.who(elsewhere)).toMatchObject({ user: 7 });
      place.pass(6_000);
      const cookie = rememberCookieOf(elsewhere);
      expect(await place.who(elsewhere)).toMatchObject({ user: null });
      await expectForgotten(cookie);
    });
  });

  it.each(['gone', 'inactive'] as const)('a user who is %s is not remembered any more', async (how) => {
    await start();
    const away = await place.away();
    const live = away.copy();
    await live.fetch('/who');
    place.users[how].add(7);
    place.pass(afterGrace);
    await expectForgotten(rememberCookieOf(live));
    expect(place.heard.of('rememberStolen')).toEqual([]);
    place.users[how].delete(7);
    // The family has ended with it, and its sessions.
    await expectForgotten(rememberCookieOf(live));
    expect(await place.userAt(live.get('session'))).toBeNull();
  });

  it('an inactive user who was let in by force stays so', async () => {
    await start();
    place.users.inactive.add(7);
    const jar = place.jar();
    await jar.fetch('/login', json({ user: 7, options: { remember: true } }));
    jar.set('session', '');
    expect(await place.who(jar)).toMatchObject({ user: null });
    const forced = await place.away(7, { force: true });
    expect(await place.who(forced)).toMatchObject({ user: 7, remembered: true });
    expect(await place.who(forced)).toMatchObject({ user: 7 });
  });

  it('keeps the timeouts that the login brought', async () => {
    await start();
    const away = await place.away(7, { idleTimeout: '10m', absoluteTimeout: '1h' });
    await away.fetch('/who');
    place.pass(11 * minute);
    expect(await place.userAt(away.get('session'))).toBeNull();
    expect(await place.who(away)).toMatchObject({ user: 7, remembered: true });
    for (let passed = 0; passed < 12; passed++) {
      place.pass(5 * minute);
      await away.fetch('/session');
    }
    expect(await place.userAt(away.get('session'))).toBeNull();
  });

  it('ASVS 7.3.2: the absolute timeout of a session is not put off by the remember cookie that comes along', async () => {
    await start({ absoluteTimeout: '1h', remember: { refreshEachRequest: true } });
    const jar = await place.remembered();
    const session = jar.get('session');
    for (let passed = 0; passed < 11; passed++) {
      place.pass(5 * minute);
      expect(await place.who(jar)).toMatchObject({ user: 7, remembered: false });
    }
    place.pass(5 * minute);
    expect(await place.userAt(session)).toBeNull();
    // What comes after it is another session, in which nobody has proved anything.
    expect(await place.who(jar)).toMatchObject({ user: 7, remembered: true, fresh: false });
  });
});
