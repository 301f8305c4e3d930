import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { SessionListener, type SessionEventOf, type SessionObserver } from 'nestjs-session-auth';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { send } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import {
  ada,
  addPasskey,
  begin,
  bob,
  logInWith,
  startPasskeys,
  withPasskey,
  type PasskeysApp,
} from '../../support/passkeys-app.js';
import type { CreationOptions, RequestOptions } from '../../support/software-authenticator.js';

const heard: unknown[] = [];

@Injectable()
@SessionListener()
class Listener implements SessionObserver {
  factorProved({ userId, address, method }: SessionEventOf<'factorProved'>): void {
    heard.push({ proved: method, userId, address });
  }

  factorFailed({ userId, address, method }: SessionEventOf<'factorFailed'>): void {
    heard.push({ failed: method, userId, address });
  }

  passkeyCloned({ userId, address }: SessionEventOf<'passkeyCloned'>): void {
    heard.push({ cloned: true, userId, address });
  }

  passkeyBackedUp({ userId, address, isBackedUp }: SessionEventOf<'passkeyBackedUp'>): void {
    heard.push({ isBackedUp, userId, address });
  }
}

let app: PasskeysApp;

afterEach(() => app.close());

/** A browser that has entered the password, and waits for the second factor. */
async function waiting({ email: identity, password } = ada): Promise<CookieJar> {
  const jar = app.jar();
  expect(await send(jar, '/auth/login', { identity, password })).toMatchObject({
    status: 200,
    body: { status: 'second-factor', methods: ['passkey'] },
  });
  return jar;
}

const nobody = { me: null };
const wrong = { status: 401, body: { code: 'CODE_WRONG' } };

describe.each(inTurn(platforms))('a passkey as a second factor on %s', (platform) => {
  it('C2-78: of the pending account completes its login; a passkey of another account does not', async () => {
    app = await startPasskeys({}, { platform });
    const [adas, bobs] = [app.authenticator(), app.authenticator()];
    await withPasskey(app, adas);
    await withPasskey(app, bobs, bob);
    const jar = await waiting();
    const first = await begin<RequestOptions>(jar, '/auth/second-factor/options');
    expect(first.options).toMatchObject({
      userVerification: 'preferred',
      allowCredentials: [{ id: adas.passkeys[0]?.id, type: 'public-key' }],
    });
    const foreign = { method: 'passkey', flow: first.flow, credential: bobs.get(first.options) };
    expect(await send(jar, '/auth/second-factor', foreign)).toMatchObject(wrong);
    const { flow, options } = await begin<RequestOptions>(jar, '/auth/second-factor/options');
    const credential = adas.get(options, { isUserVerified: false, userHandle: null });
    expect(await jar.json('/me')).toEqual(nobody);
    expect(await send(jar, '/auth/second-factor', { method: 'passkey', flow, credential })).toMatchObject({
      status: 200,
      body: { status: 'in', user: { email: 'Ada@Example.com' } },
    });
    expect(await jar.json('/me')).toEqual({ me: 'Ada@Example.com' });
    expect(await jar.json('/login-facts')).toMatchObject({ factors: ['pwd', 'hwk', 'mfa'] });
  });
});

describe('a passkey as a second factor', () => {
  it('whose user was verified is all that changes of an account ask for', async () => {
    app = await startPasskeys({ usernames: true });
    const authenticator = app.authenticator();
    await withPasskey(app, authenticator);
    const jar = app.jar();
    const { flow, options } = await begin<RequestOptions>(jar, '/auth/passkeys/login/options');
    const login = await send(jar, '/auth/passkeys/login', { flow, credential: authenticator.get(options) });
    expect(login.body).toMatchObject({ status: 'in' });
    expect((await send(jar, '/auth/username', { username: 'ada_l' })).status).toBe(200);
    expect((await jar.fetch('/auth/account/export')).status).toBe(200);
    expect((await send(jar, '/auth/sessions/delete', {})).status).toBe(200);
  });

  it("C2-78: is refused with another account's or another session's flow, or one of another ceremony", async () => {
    app = await startPasskeys();
    const [adas, bobs] = [app.authenticator(), app.authenticator()];
    await withPasskey(app, adas);
    await withPasskey(app, bobs, bob);
    const jar = await waiting();
    const others = [
      await begin<RequestOptions>(await waiting(bob), '/auth/second-factor/options'),
      await begin<RequestOptions>(await waiting(), '/auth/second-factor/options'),
      await begin<RequestOptions>(jar, '/auth/passkeys/login/options'),
    ];
    for (const { flow, options } of others) {
      const answer = await send(jar, '/auth/second-factor', { method: 'passkey', flow, credential: adas.get(options) });
      expect(answer).toMatchObject(wrong);
    }
    expect(await jar.json('/me')).toEqual(nobody);
  });

  it('is set up by a login that owes one', async () => {
    app = await startPasskeys({ secondFactor: { required: true } });
    const jar = app.jar();
    const authenticator = app.authenticator();
    const login = await send(jar, '/auth/login', { identity: ada.email, password: ada.password });
    expect(login.body).toMatchObject({ status: 'enroll', methods: ['passkey'] });
    expect((await send(jar, '/auth/passkeys/options', {})).body).toMatchObject({ code: 'MAIL_CODE_NEEDED' });
    expect((await send(jar, '/auth/second-factor/send', {})).status).toBe(202);
    const { data } = await app.box.mail();
    expect((await send(jar, '/auth/second-factor', { code: data.code })).status).toBe(200);
    const { flow, options } = await begin<CreationOptions>(jar, '/auth/passkeys/options');
    const added = await send(jar, '/auth/passkeys', { flow, credential: authenticator.create(options) });
    expect(added.body).toMatchObject({ status: 'in', user: { email: 'Ada@Example.com' } });
    expect(await jar.json('/me')).toMatchObject({ me: 'Ada@Example.com' });
    const [listed] = (await jar.json('/auth/passkeys')) as { id: string }[];
    expect(await send(jar, `/auth/passkeys/${listed?.id ?? ''}`, {}, 'DELETE')).toMatchObject({
      status: 409,
      body: { code: 'LAST_FACTOR' },
    });
  });
});

describe('a passkey that confirms a login', () => {
  it('C2-78: has to be one of the account that is logged in', async () => {
    let now = Date.now();
    app = await startPasskeys({}, { session: { clock: () => now } });
    const [adas, bobs] = [app.authenticator(), app.authenticator()];
    const jar = await withPasskey(app, adas);
    await withPasskey(app, bobs, bob);
    now += 16 * 60_000;
    const change = { status: 401, body: { code: 'VERIFICATION_REQUIRED' } };
    expect(await send(jar, '/auth/passkeys/options', {})).toMatchObject(change);
    const other = await begin<RequestOptions>(jar, '/auth/verify/options');
    const foreign = { method: 'passkey', flow: other.flow, credential: bobs.get(other.options) };
    expect(await send(jar, '/auth/verify', foreign)).toMatchObject(wrong);
    expect(await send(jar, '/auth/passkeys/options', {})).toMatchObject(change);
    const weak = await begin<RequestOptions>(jar, '/auth/verify/options');
    const unverified = adas.get(weak.options, { isUserVerified: false });
    expect(
      (await send(jar, '/auth/verify', { method: 'passkey', flow: weak.flow, credential: unverified })).status,
    ).toBe(200);
    // Without its user verified, it is one factor, and the password is the other one.
    expect(await send(jar, '/auth/passkeys/options', {})).toMatchObject(change);
    const { flow, options } = await begin<RequestOptions>(jar, '/auth/verify/options');
    expect(await send(jar, '/auth/verify', { method: 'passkey', flow, credential: adas.get(options) })).toMatchObject({
      status: 200,
      body: { status: 'verified' },
    });
    expect((await send(jar, '/auth/passkeys/options', {})).status).toBe(200);
  });

  it('has to have verified its user where the account has no password', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator();
    const jar = app.jar();
    await send(jar, '/enter-without-password', {});
    expect((await addPasskey(jar, authenticator)).status).toBe(201);
    const asked = () => begin<RequestOptions>(jar, '/auth/verify/options');
    const { flow, options } = await asked();
    expect(options).toMatchObject({ userVerification: 'required' });
    const unverified = { method: 'passkey', flow, credential: authenticator.get(options, { isUserVerified: false }) };
    expect(await send(jar, '/auth/verify', unverified)).toMatchObject(wrong);
    const again = await asked();
    const verified = { method: 'passkey', flow: again.flow, credential: authenticator.get(again.options) };
    expect((await send(jar, '/auth/verify', verified)).status).toBe(200);
  });

  it('is told to listeners, and so is one that is wrong, but no password', async () => {
    app = await startPasskeys({}, { providers: [Listener] });
    const authenticator = app.authenticator();
    const jar = await withPasskey(app, authenticator);
    const user = { userId: (await app.app.get(AccountsService).findByEmail(ada.email))?.id, address: '127.0.0.1' };
    heard.length = 0;
    for (const deviation of [{ type: 'webauthn.create' }, {}]) {
      const { flow, options } = await begin<RequestOptions>(jar, '/auth/verify/options');
      await send(jar, '/auth/verify', { method: 'passkey', flow, credential: authenticator.get(options, deviation) });
    }
    for (const password of ['not the right phrase', ada.password]) await send(jar, '/auth/verify', { password });
    expect(heard).toEqual([
      { failed: 'passkey', ...user },
      { proved: 'passkey', ...user },
    ]);
  });
});

describe('a passkey that has been copied', () => {
  it('is told to listeners when its counter goes back, at a login as well', async () => {
    app = await startPasskeys({}, { providers: [Listener] });
    const authenticator = app.authenticator({ counts: true });
    await withPasskey(app, authenticator);
    const user = { userId: (await app.app.get(AccountsService).findByEmail(ada.email))?.id, address: '127.0.0.1' };
    expect((await logInWith(app.jar(), authenticator, { counter: 7 })).status).toBe(200);
    heard.length = 0;
    expect((await logInWith(app.jar(), authenticator, { counter: 6 })).status).toBe(401);
    expect(heard).toEqual([{ cloned: true, ...user }]);
  });
});

describe('a passkey that a password manager keeps', () => {
  it('is told to listeners when it is copied to other devices for the first time, and when it no longer is', async () => {
    app = await startPasskeys({}, { providers: [Listener] });
    const authenticator = app.authenticator({ isSyncable: true });
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: ada.email, password: ada.password });
    expect((await addPasskey(jar, authenticator, { isBackedUp: false })).status).toBe(201);
    const user = { userId: (await app.app.get(AccountsService).findByEmail(ada.email))?.id, address: '127.0.0.1' };
    heard.length = 0;
    for (const isBackedUp of [false, true, true, false]) {
      expect((await logInWith(app.jar(), authenticator, { isBackedUp })).status).toBe(200);
    }
    expect(heard).toEqual([
      { isBackedUp: true, ...user },
      { isBackedUp: false, ...user },
    ]);
  });
});
