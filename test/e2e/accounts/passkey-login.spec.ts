import { afterEach, describe, expect, it } from '@jest/globals';
import { changedAccount, MemoryAccountRepository, type AccountsModuleOptions } from 'nestjs-session-auth/accounts';
import { generateKeyPairSync } from 'node:crypto';
import { platforms } from '../../support/app.js';
import { send, sendForm } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import {
  ada,
  addPasskey,
  begin,
  beginLogin,
  bob,
  logInWith,
  startPasskeys,
  withPasskey,
  type PasskeysApp,
} from '../../support/passkeys-app.js';
import type { CreationOptions, Deviation, RequestOptions } from '../../support/software-authenticator.js';
import { totpCode } from '../../support/totp.js';

let app: PasskeysApp;

afterEach(() => app.close());

const refused = { status: 401, body: { code: 'INVALID_CREDENTIALS' } };

describe.each(inTurn(platforms))('a login with a passkey on %s', (platform) => {
  it('C2-78: finds the account by itself, and counts as two factors where the user was verified', async () => {
    app = await startPasskeys({}, { platform });
    const authenticator = app.authenticator();
    await withPasskey(app, authenticator);
    const jar = app.jar();
    const { flow, options } = await beginLogin(jar);
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: 'localhost',
      timeout: 300_000,
      userVerification: 'required',
    });
    const credential = authenticator.get(options);
    expect(await send(jar, '/auth/passkeys/login', { flow, credential, remember: true, next: '/cart' })).toEqual({
      status: 200,
      body: {
        status: 'in',
        next: '/cart',
        user: { id: expect.any(String), email: 'Ada@Example.com', emailConfirmed: true, username: null, roles: [] },
      },
    });
    expect(await jar.json('/me')).toEqual({ me: 'Ada@Example.com' });
    expect(await jar.json('/login-facts')).toEqual({ factors: ['hwk', 'user', 'mfa'], isRemembered: true });
  });

  it('is sent by a form as well, and leads a browser where it wanted to go', async () => {
    app = await startPasskeys({}, { platform });
    const authenticator = app.authenticator();
    await withPasskey(app, authenticator);
    const jar = app.jar();
    const { flow, options } = await beginLogin(jar);
    const credential = JSON.stringify(authenticator.get(options));
    const response = await sendForm(jar, '/auth/passkeys/login', { flow, credential, next: '/cart' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/cart']);
  });

  it('C2-78: is refused with the same bytes, whatever is wrong, and the flow is used up', async () => {
    app = await startPasskeys({}, { platform });
    const authenticator = app.authenticator();
    await withPasskey(app, authenticator);
    const answers: unknown[] = [];
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const deviations: Readonly<Record<string, Deviation>> = {
      'another origin': { origin: 'https://evil.example' },
      'another port of the host': { origin: 'http://localhost:1' },
      'another relying party': { rpId: 'evil.example' },
      'a registration': { type: 'webauthn.create' },
      'another challenge': { challenge: Buffer.alloc(32).toString('base64url') },
      'a page inside another site': { client: { crossOrigin: true } },
      'a page inside a named site': { client: { topOrigin: 'https://evil.example' } },
      'nobody present': { isUserPresent: false },
      'a user who is not verified': { isUserVerified: false },
      'another key': { key: other },
      'an unknown credential': { id: 'A'.repeat(22) },
      'no user handle': { userHandle: null },
      'another user handle': { userHandle: Buffer.alloc(32).toString('base64url') },
      'one that may be copied now': { isSyncable: true },
      'one that is backed up but may not be copied': { isBackedUp: true },
    };
    for (const [name, deviation] of Object.entries(deviations)) {
      const jar = app.jar();
      const { flow, options } = await beginLogin(jar);
      const body = { flow, credential: authenticator.get(options, deviation) };
      const response = await jar.fetch('/auth/passkeys/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
        body: JSON.stringify(body),
      });
      const headers = [...response.headers].filter(([header]) => header !== 'date');
      answers.push({ status: response.status, headers, text: await response.text() });
      expect({
        name,
        ...(await send(jar, '/auth/passkeys/login', { flow, credential: authenticator.get(options) })),
      }).toMatchObject({ name, ...refused });
    }
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect(answers[0]).toMatchObject({ status: 401, text: expect.stringContaining('INVALID_CREDENTIALS') });
    expect(await logInWith(app.jar(), authenticator)).toMatchObject({ status: 200 });
  });
});

describe('a login with a passkey', () => {
  it('of one that is copied to other devices proves a key in software', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator({ isSyncable: true });
    await withPasskey(app, authenticator);
    const jar = app.jar();
    expect((await logInWith(jar, authenticator)).status).toBe(200);
    expect(await jar.json('/login-facts')).toEqual({ factors: ['swk', 'user', 'mfa'], isRemembered: false });
  });

  it('C2-78: is made once with one flow, by whichever of twenty requests', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator();
    await withPasskey(app, authenticator);
    const jar = app.jar();
    const { flow, options } = await beginLogin(jar);
    const credential = authenticator.get(options);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(jar.copy(), '/auth/passkeys/login', { flow, credential })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 401)]);
  });

  it('C2-78: is refused to another session than the one that asked', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator();
    await withPasskey(app, authenticator);
    const [asking, other] = [app.jar(), app.jar()];
    const { flow, options } = await beginLogin(asking);
    await beginLogin(other);
    const credential = authenticator.get(options);
    expect(await send(other, '/auth/passkeys/login', { flow, credential })).toMatchObject(refused);
    expect(await send(app.jar(), '/auth/passkeys/login', { flow, credential })).toMatchObject(refused);
  });

  it('C2-78: is refused when the flow is five minutes old', async () => {
    let now = Date.now();
    app = await startPasskeys({}, { session: { clock: () => now } });
    const authenticator = app.authenticator();
    const owner = await withPasskey(app, authenticator);
    const jar = app.jar();
    const login = await beginLogin(jar);
    const registration = await begin<CreationOptions>(owner, '/auth/passkeys/options');
    now += 5 * 60_000;
    const credential = authenticator.get(login.options);
    expect(await send(jar, '/auth/passkeys/login', { flow: login.flow, credential })).toMatchObject(refused);
    const created = authenticator.create(registration.options);
    expect(await send(owner, '/auth/passkeys', { flow: registration.flow, credential: created })).toMatchObject({
      status: 400,
      body: { fields: { flow: ['FLOW_INVALID'] } },
    });
  });

  it('is refused with the flow of a registration, and the other way round', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator();
    const owner = await withPasskey(app, authenticator);
    const registration = (await send(owner, '/auth/passkeys/options', {})).body as {
      flow: string;
      options: { challenge: string };
    };
    const jar = app.jar();
    const { options } = await beginLogin(jar);
    const credential = authenticator.get({ ...options, challenge: registration.options.challenge });
    expect(await send(jar, '/auth/passkeys/login', { flow: registration.flow, credential })).toMatchObject(refused);
  });

  it('notices a copy of the passkey by its counter', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator({ counts: true });
    await withPasskey(app, authenticator);
    expect((await logInWith(app.jar(), authenticator, { counter: 7 })).status).toBe(200);
    for (const counter of [7, 6, 0]) {
      expect(await logInWith(app.jar(), authenticator, { counter })).toMatchObject(refused);
    }
    expect((await logInWith(app.jar(), authenticator, { counter: 8 })).status).toBe(200);
  });

  it('is begun 60 times a minute by one network address, with cookies or without', async () => {
    let now = Date.now();
    app = await startPasskeys({}, { session: { clock: () => now } });
    const begun = () => send(app.jar(), '/auth/passkeys/login/options', {});
    const answers = await Promise.all(Array.from({ length: 61 }, begun));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
    expect(await begun()).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS', retryAfter: 1 } });
    now += 60_000;
    expect((await begun()).status).toBe(200);
  });

  it('leaves room for the links of mails, however many are begun', async () => {
    app = await startPasskeys({ recovery: true }, { session: { memory: { maxNotes: 20 } } });
    const begun = () => send(app.jar(), '/auth/passkeys/login/options', {});
    const answers = await Promise.all(Array.from({ length: 40 }, begun));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const mailed = app.box.mail();
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const { token } = (await mailed).data;
    expect((await send(app.jar(), '/auth/reset', { token, password: 'an entirely new phrase' })).status).toBe(200);
  });

  it('counts uses by compare-and-set: of twenty with one counter, one is made', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator({ counts: true });
    await withPasskey(app, authenticator);
    const jars = Array.from({ length: 20 }, () => app.jar());
    const flows = await Promise.all(jars.map(beginLogin));
    const answers = await Promise.all(
      jars.map((jar, index) => {
        const { flow, options } = flows[index] ?? { flow: '', options: { challenge: '', rpId: '' } };
        return send(jar, '/auth/passkeys/login', { flow, credential: authenticator.get(options, { counter: 5 }) });
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('without a verified user is one factor, where that is allowed', async () => {
    app = await startPasskeys({ passkeys: { enabled: true, userVerification: 'preferred' } });
    const authenticator = app.authenticator();
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: ada.email, password: ada.password });
    expect((await addPasskey(jar, authenticator, { isUserVerified: false })).status).toBe(201);
    expect((await beginLogin(app.jar())).options).toMatchObject({ userVerification: 'preferred' });
    const alone = app.jar();
    expect(await logInWith(alone, authenticator, { isUserVerified: false })).toMatchObject({ body: { status: 'in' } });
    expect(await alone.json('/login-facts')).toMatchObject({ factors: ['hwk'] });
  });

  it.each<[string, AccountsModuleOptions['passkeys'], Deviation]>([
    ['without a verified user', { enabled: true, userVerification: 'preferred' }, { isUserVerified: false }],
    ['where none counts as both factors', { enabled: true, multiFactor: false }, {}],
  ])('%s owes a second factor, which no passkey is then', async (_what, options, deviation) => {
    app = await startPasskeys({ passkeys: options, totp: true, recoveryCodes: true });
    const authenticator = app.authenticator();
    const owner = app.jar();
    await send(owner, '/auth/login', { identity: ada.email, password: ada.password });
    expect((await addPasskey(owner, authenticator, deviation)).status).toBe(201);
    const { codes } = (await send(owner, '/auth/factors/recovery-codes', {})).body as { codes: string[] };
    const { id, secret } = (await send(owner, '/auth/factors/totp', {})).body as { id: string; secret: string };
    await send(owner, `/auth/factors/totp/${id}/enable`, { code: totpCode(secret, Date.now()) });
    const jar = app.jar();
    expect((await logInWith(jar, authenticator, deviation)).body).toEqual({
      status: 'second-factor',
      methods: ['totp', 'recovery-code'],
    });
    const unknown = { status: 400, body: { fields: { method: ['METHOD_UNKNOWN'] } } };
    expect(await send(jar, '/auth/second-factor/options', { method: 'passkey' })).toMatchObject(unknown);
    const proof = { method: 'recovery-code', code: codes[0] };
    expect(await send(jar, '/auth/second-factor', proof)).toMatchObject({ body: { status: 'in' } });
  });

  it('by which alone one is logged in proves no more when it is used again', async () => {
    app = await startPasskeys({ passkeys: { enabled: true, userVerification: 'preferred' } });
    const authenticator = app.authenticator();
    await withPasskey(app, authenticator);
    const jar = app.jar();
    expect(await logInWith(jar, authenticator, { isUserVerified: false })).toMatchObject({ body: { status: 'in' } });
    const { flow, options } = await begin<RequestOptions>(jar, '/auth/verify/options', { method: 'passkey' });
    const credential = authenticator.get(options, { isUserVerified: false });
    expect((await send(jar, '/auth/verify', { method: 'passkey', flow, credential })).status).toBe(200);
    expect(await jar.json('/login-facts')).toMatchObject({ factors: ['hwk'] });
  });

  it('is refused where somebody is logged in, before anything is used up', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator();
    const jar = await withPasskey(app, authenticator);
    expect(await logInWith(jar, authenticator)).toMatchObject({ status: 409, body: { code: 'ALREADY_IN' } });
  });

  it.each([
    ['disabled', { active: false }],
    ['unconfirmed', { emailConfirmedAt: null }],
  ])(
    'D14: is refused for an account that is %s with the same bytes as for an unknown passkey',
    async (_state, changes) => {
      const repository = new MemoryAccountRepository();
      app = await startPasskeys({ repository, confirmation: true });
      const authenticator = app.authenticator();
      await withPasskey(app, authenticator);
      const account = await repository.findBy('email', '1:ada@example.com');
      if (account === null) throw new Error('There is no account.');
      await repository.update(changedAccount(account, changes), account.version);
      const jar = app.jar();
      const answer = await logInWith(jar, authenticator);
      expect(answer).toEqual(await logInWith(app.jar(), authenticator, { id: 'A'.repeat(22) }));
      expect(answer).toMatchObject(refused);
      expect(await jar.json('/me')).toEqual({ me: null });
    },
  );

  it('is not there where passkeys are off, or are no first factor', async () => {
    app = await startPasskeys({ passkeys: false });
    expect((await send(app.jar(), '/auth/passkeys/login/options', {})).status).toBe(404);
    await app.close();
    app = await startPasskeys({ passkeys: { enabled: true, firstFactor: false } });
    expect((await send(app.jar(), '/auth/passkeys/login/options', {})).status).toBe(404);
    expect((await send(app.jar(), '/auth/passkeys/login', { flow: 'x', credential: {} })).status).toBe(404);
  });

  it('keeps the passkeys of two accounts apart', async () => {
    app = await startPasskeys();
    const [adas, bobs] = [app.authenticator(), app.authenticator()];
    await withPasskey(app, adas);
    await withPasskey(app, bobs, bob);
    const jar = app.jar();
    const stolen = { userHandle: adas.passkeys[0]?.handle ?? '' };
    expect(await logInWith(jar, bobs, stolen)).toMatchObject(refused);
    expect((await logInWith(jar, bobs)).status).toBe(200);
    expect(await jar.json('/me')).toEqual({ me: 'bob@example.com' });
  });
});
