import { expect, it } from '@jest/globals';
import { keyBehind } from '../support/stored-keys.js';
import { describePlaces, post } from './races-table.js';

describePlaces((place) => {
  it('a login stands when a logout that began before it ends after it', async () => {
    const jar = await place.user('42');
    const slowLogout = await place.hold(jar, '/held-logout');
    await jar.fetch('/login/7', post);
    const response = await slowLogout.finish();

    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect((await place.at(jar.get('session'))).user).toBe('7');
  });

  it('a login stands when a logout came while it ran, without the data of the session that was ended', async () => {
    const jar = await place.user('42');
    const former = jar.get('session');
    const slowLogin = await place.hold(jar, '/held-login/42');
    await jar.fetch('/logout', post);
    await slowLogin.finish();

    expect(await place.at(slowLogin.jar.get('session'))).toEqual({ data: {}, user: '42' });
    expect(await place.at(former)).toEqual({ data: {}, user: null });
    expect(await place.keys()).not.toContain(keyBehind(former));
  });

  it('a login takes along what a parallel request has stored meanwhile', async () => {
    const jar = await place.visitor('cart');
    const slowLogin = await place.hold(jar, '/held-login/42');
    await jar.fetch('/set/coupon', post);
    await slowLogin.finish();

    expect(await place.at(slowLogin.jar.get('session'))).toEqual({ data: { cart: true, coupon: true }, user: '42' });
  });

  it("a login of another user takes along nothing of the former user's, not even what comes while it runs", async () => {
    const jar = await place.user('42');
    const former = jar.get('session');
    const slowLogin = await place.hold(jar, '/held-login/7');
    await jar.fetch('/set/secret', post);
    await slowLogin.finish();

    expect(await place.at(slowLogin.jar.get('session'))).toEqual({ data: {}, user: '7' });
    expect(await place.at(former)).toEqual({ data: {}, user: null });
  });

  it('ASVS 7.2.4: a session id that somebody planted is worth nothing after the login', async () => {
    const attacker = await place.visitor('planted');
    const planted = attacker.get('session');
    const victim = attacker.copy();
    await victim.fetch('/login/42', post);

    expect(victim.get('session')).not.toBe(planted);
    expect(await place.at(victim.get('session'))).toEqual({ data: { planted: true }, user: '42' });
    expect(await place.at(planted)).toEqual({ data: {}, user: null });
    await attacker.fetch('/set/again', post);
    expect(attacker.get('session')).not.toBe(planted);
    expect((await place.at(victim.get('session'))).data).not.toHaveProperty('again');
  });

  it('OWASP SM: an id is never adopted: one that was used up leads to a session with another one', async () => {
    const jar = await place.user('42');
    const former = jar.get('session');
    await jar.fetch('/logout', post);
    const thief = place.running.jar();
    thief.set('session', String(former));
    await thief.fetch('/set/again', post);

    expect(thief.get('session')).toEqual(expect.any(String));
    expect(keyBehind(thief.get('session'))).not.toBe(keyBehind(former));
    expect(await place.at(former)).toEqual({ data: {}, user: null });
  });

  it('ASVS 7.2.4: the id changes at each login and logout, also of the same user', async () => {
    const jar = await place.visitor();
    const cookies = [jar.get('session')];
    for (const path of ['/login/42', '/login/42', '/logout-and-flash', '/login/7']) {
      await jar.fetch(path, post);
      cookies.push(jar.get('session'));
    }

    expect(cookies).not.toContain(undefined);
    expect(new Set(cookies.map((cookie) => keyBehind(cookie))).size).toBe(cookies.length);
    for (const former of cookies.slice(0, -1)) expect(await place.at(former)).toEqual({ data: {}, user: null });
  });

  it('two parallel logins both stand, each with a session of its own', async () => {
    const jar = await place.visitor('cart');
    const before = new Set(await place.keys());
    const [first, second] = [await place.hold(jar, '/held-login/1'), await place.hold(jar, '/held-login/2')];
    await Promise.all([first.finish(), second.finish()]);

    const [one, two] = await Promise.all([first, second].map((held) => place.at(held.jar.get('session'))));
    expect([one?.user, two?.user]).toEqual(['1', '2']);
    expect([one, two].filter((session) => session?.data['cart'] === true)).toHaveLength(1);
    expect(await place.at(jar.get('session'))).toEqual({ data: {}, user: null });
    const sessions = (await place.keys()).filter((key) => !before.has(key) && !key.includes(':owner:'));
    expect(sessions).toHaveLength(2);
  });
});
