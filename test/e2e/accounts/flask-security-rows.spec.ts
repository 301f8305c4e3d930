import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { send } from '../../support/accounts-app.js';
import type { CookieJar } from '../../support/jar.js';
import { ada, Factors, logIn } from '../../support/second-factors.js';

/** Where Flask-Security does something else: what is done here, and why it is different, is in `docs/accounts/coming-from-flask-security.md`. */
describe('what Flask-Security does otherwise', () => {
  const factors = new Factors();

  beforeAll(() =>
    factors.start({
      registration: true,
      confirmation: true,
      recovery: true,
      usernames: true,
      mailLogin: true,
      afterLogin: '/home',
      links: { confirm: 'https://app.example/confirm#{token}', reset: 'https://app.example/reset#{token}' },
    }),
  );

  afterAll(() => factors.app.close());

  const mailsAfter = async (work: () => Promise<unknown>) => {
    const before = factors.app.box.mails.length;
    await work();
    await factors.app.app.get(AfterAnswer).settled(60_000);
    return factors.app.box.mails.slice(before);
  };
  const placeOf = async (response: Promise<Response>): Promise<unknown> => {
    const { status, headers } = await response;
    return [status, headers.get('location')];
  };

  it('C2-30: leads who is logged in from each page before a login to the application, whatever its next', async () => {
    const jar = await factors.loggedIn();
    const headers = { accept: 'text/html' };
    for (const path of ['/auth/login', '/auth/register', '/auth/login/mail']) {
      const page = jar.fetch(`${path}?next=/guarded`, { headers, redirect: 'manual' });
      expect([path, await placeOf(page)]).toEqual([path, [302, '/home']]);
      expect([path, (await factors.app.jar().fetch(path, { headers })).status]).toEqual([path, 200]);
    }
    expect(await send(jar, '/auth/login', logIn)).toMatchObject({ status: 409, body: { code: 'ALREADY_IN' } });
  });

  it('C2-38: says of a taken username that it is taken, and mails nobody', async () => {
    await factors.app.app.get(AccountsService).create({ email: 'grace@example.com', username: 'grace' });
    const mails = await mailsAfter(async () => {
      const body = { email: 'new@example.com', password: ada.password, username: 'Grace' };
      expect(await send(factors.app.jar(), '/auth/register', body)).toMatchObject({
        status: 400,
        body: { fields: { username: ['USERNAME_TAKEN'] } },
      });
    });
    expect(mails).toEqual([]);
  });

  it('C2-46: hands the token of a confirmation to the page of a single-page application, and nothing of whose it is', async () => {
    const jar = factors.app.jar();
    const [mail] = await mailsAfter(() =>
      send(jar, '/auth/register', { email: 'eve@example.com', password: ada.password }),
    );
    const token = mail?.data.token ?? '';
    expect(mail?.data.link).toBe(`https://app.example/confirm#${token}`);
    expect(await send(jar, '/auth/confirm', { token })).toEqual({ status: 200, body: { status: 'confirmed' } });
    const again = await send(jar, '/auth/confirm', { token });
    expect(again).toMatchObject({ status: 400, body: { fields: { token: ['TOKEN_INVALID'] } } });
    expect(JSON.stringify(again.body)).not.toContain('eve');
  });

  it('C2-49: hands the token of a recovery to the page of a single-page application, and nothing of whose it is', async () => {
    const [mail] = await mailsAfter(() => send(factors.app.jar(), '/auth/recover', { email: ada.email }));
    expect(mail?.data.link).toBe(`https://app.example/reset#${mail?.data.token ?? ''}`);
  });

  describe('C2-71: sets up an authenticator app', () => {
    const begin = async (jar: CookieJar) =>
      (await send(jar, '/auth/factors/totp', {})).body as { id: string; secret: string };
    const enable = (jar: CookieJar, { id, secret }: { id: string; secret: string }) =>
      send(jar, `/auth/factors/totp/${id}/enable`, { code: factors.code(secret) });
    const unknown = { status: 404, body: { code: 'FACTOR_UNKNOWN' } };

    it('in no other session than one of its account', async () => {
      const setUp = await begin(await factors.loggedIn());
      expect(await enable(factors.app.jar(), setUp)).toMatchObject({ status: 401 });
      const password = 'another long enough phrase';
      await factors.app.app.get(AccountsService).create({ email: 'bob@example.com', password });
      const bob = factors.app.jar();
      await send(bob, '/auth/login', { identity: 'bob@example.com', password });
      expect(await enable(bob, setUp)).toMatchObject(unknown);
    });

    it('within half an hour', async () => {
      const jar = await factors.loggedIn();
      const setUp = await begin(jar);
      factors.now += 30 * 60_000;
      await send(jar, '/auth/verify', { password: ada.password });
      expect(await enable(jar, setUp)).toMatchObject(unknown);
    });
  });
});
