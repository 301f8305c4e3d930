import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { CurrentUser, SessionAuthGuard } from 'nestjs-session-auth';
import { hash as bcrypt } from 'bcryptjs';
import {
  AccountsService,
  changedAccount,
  MemoryAccountRepository,
  type Account,
  type StoredAccount,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';

@Controller()
class HomeController {
  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() account: Account): Account {
    return account;
  }
}

const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
const setup = { controllers: [HomeController] };
let app: AccountsApp;

afterEach(() => app.close());

async function startWithAda(...[options, more]: Parameters<typeof startAccounts>): Promise<void> {
  app = await startAccounts(options, { ...setup, ...more });
  await app.app.get(AccountsService).create(ada);
}

const logIn = { identity: ada.email, password: ada.password };

describe.each(inTurn(platforms))('a login on %s', (platform) => {
  it('C2-25: with the address and the password enters the account, whose password nobody sees', async () => {
    await startWithAda({}, { platform });
    const jar = app.jar();
    const { status, body } = await send(jar, '/auth/login', { ...logIn, next: '/cart?page=2' });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        status: 'in',
        next: '/cart?page=2',
        user: { id: expect.any(String), email: 'Ada@Example.com', emailConfirmed: true, username: null, roles: [] },
      },
    });
    const me = await jar.json('/me');
    expect(me).toMatchObject({ email: 'Ada@Example.com', active: true });
    expect(Object.keys(me as object)).not.toContain('password');
    expect(JSON.stringify(me)).not.toContain('argon2');
  });

  it('C2-25: by a form leads a browser where it wanted to go', async () => {
    await startWithAda({ afterLogin: '/home' }, { platform });
    const to = await sendForm(app.jar(), '/auth/login', { ...logIn, next: '/cart' });
    expect([to.status, to.headers.get('location')]).toEqual([303, '/cart']);
    const home = await sendForm(app.jar(), '/auth/login', { ...logIn, next: 'https://evil.example/' });
    expect([home.status, home.headers.get('location')]).toEqual([303, '/home']);
  });

  it('by a wrong form shows it again with what was typed, but no password', async () => {
    await startWithAda({}, { platform });
    const response = await sendForm(app.jar(), '/auth/login', {
      identity: '"><b>',
      password: 'my secret words',
      remember: 'on',
    });
    const html = await response.text();
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toContain('value="&quot;&gt;&lt;b&gt;"');
    expect(html).toContain('The address or the password is wrong.');
    expect(html).toMatch(/name="remember" value="on"\s+checked/);
    expect(html).not.toContain('my secret words');
  });

  it('is proposed to be remembered where that is set', async () => {
    for (const [remember, checked] of [
      [true, true],
      [undefined, false],
    ] as const) {
      app = await startAccounts({ remember }, { platform });
      const { html } = await readPage(app.jar(), '/auth/login');
      expect([remember, /name="remember" value="on"\s+checked/.test(html)]).toEqual([remember, checked]);
      if (remember === true) await app.close();
    }
  });

  it('C2-33: ends by a logout, for a script and for a browser', async () => {
    await startWithAda({ afterLogout: '/bye' }, { platform });
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    expect((await send(jar, '/auth/logout', {})).status).toBe(204);
    expect((await jar.fetch('/me')).status).toBe(401);
    await send(jar, '/auth/login', logIn);
    const response = await sendForm(jar, '/auth/logout', {});
    expect([response.status, response.headers.get('location')]).toEqual([303, '/bye']);
    expect((await jar.fetch('/auth/logout')).status).toBe(404);
  });
});

describe('a login', () => {
  it.each(['ada@example.com', ' ADA@EXAMPLE.COM ', 'Ada@example.COM'])(
    'C2-26: finds the account by %j',
    async (identity) => {
      await startWithAda();
      expect((await send(app.jar(), '/auth/login', { ...logIn, identity })).status).toBe(200);
    },
  );

  it('C2-31: takes the username where there are usernames, and the address as well', async () => {
    app = await startAccounts({ usernames: true });
    await app.app.get(AccountsService).create({ ...ada, username: 'Ada.L' });
    expect((await send(app.jar(), '/auth/login', { ...logIn, identity: 'ada.l' })).status).toBe(200);
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
  });

  it('C2-29: is not made where somebody is logged in: 409, and a browser goes on', async () => {
    await startWithAda();
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    expect(await send(jar, '/auth/login', logIn)).toMatchObject({ status: 409, body: { code: 'ALREADY_IN' } });
    const page = await readPage(jar, '/auth/login?next=/auth/login');
    expect([page.status, page.headers.get('location')]).toEqual([302, '/']);
  });

  it('C2-36: has the same bytes, header names and cookies for an unknown address and for every account that lets nobody in', async () => {
    app = await startAccounts({ confirmation: true }, setup);
    const accounts = app.app.get(AccountsService);
    const password = ada.password;
    await accounts.create(ada);
    await accounts.create({ email: 'disabled@example.com', password, active: false });
    await accounts.create({ email: 'unconfirmed@example.com', password, emailConfirmed: false });
    await accounts.create({ email: 'no-password@example.com' });
    const answers: unknown[] = [];
    for (const name of ['unknown', 'disabled', 'unconfirmed', 'no-password', 'Ada']) {
      const response = await app.jar().fetch('/auth/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          identity: `${name}@example.com`,
          password: name === 'Ada' ? 'not the right one' : password,
        }),
      });
      const headers = [...response.headers].filter(([header]) => header !== 'date');
      answers.push({ status: response.status, headers, body: await response.text() });
    }
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect(answers[0]).toMatchObject({ status: 401 });
  });

  it('with the right password of an unconfirmed account mails its owner', async () => {
    app = await startAccounts({ confirmation: true });
    await app.app.get(AccountsService).create({ ...ada, emailConfirmed: false });
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(401);
    expect(await app.box.mail()).toMatchObject({ kind: 'confirm', to: 'Ada@Example.com' });
  });

  it('C2-80: replaces the hash of another library by one of its own, once the answer is sent', async () => {
    const repository = new MemoryAccountRepository();
    app = await startAccounts({ repository });
    const { id } = await app.app.get(AccountsService).create(ada);
    const stored = async (): Promise<StoredAccount> => {
      const account = await repository.find(id);
      if (account === null) throw new Error('There is no account.');
      return account;
    };
    const former = await stored();
    await repository.update(changedAccount(former, { password: await bcrypt(ada.password, 4) }), former.version);
    expect((await send(app.jar(), '/auth/login', { ...logIn, password: 'not the right one' })).status).toBe(401);
    await app.app.get(AfterAnswer).settled(60_000);
    expect((await stored()).password).toMatch(/^\$2/);
    for (let time = 0; time < 2; time++) {
      expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
      await app.app.get(AfterAnswer).settled(60_000);
      expect((await stored()).password).toMatch(/^\$argon2id\$/);
    }
  });

  it('leads to a place below the path of publicUrl, which a proxy takes off, and so does a logout', async () => {
    await startWithAda({ publicUrl: 'https://shop.example/eu', afterLogin: '/home', afterLogout: '/bye' });
    const jar = app.jar();
    const [into, out] = [await sendForm(jar, '/auth/login', logIn), await sendForm(jar, '/auth/logout', {})];
    expect([into, out].map(({ headers }) => headers.get('location'))).toEqual(['/eu/home', '/eu/bye']);
  });

  it('is limited after some guesses', async () => {
    const now = Date.now();
    await startWithAda({}, { session: { clock: () => now } });
    const statuses: number[] = [];
    for (let guess = 0; guess < 12; guess++) {
      const { status } = await send(app.jar(), '/auth/login', {
        ...logIn,
        password: `a guess that is wrong ${String(guess)}`,
      });
      statuses.push(status);
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });

  it('clears the guesses at its own account, and not those at one whose name is folded further', async () => {
    const now = Date.now();
    app = await startAccounts({ usernames: true }, { session: { clock: () => now } });
    await app.app.get(AccountsService).create({ ...ada, username: 'strasse' });
    await app.app.get(AccountsService).create({ ...ada, email: 'eve@example.com', username: 'straße' });
    const statuses: number[] = [];
    for (let guess = 0; guess < 12; guess++) {
      const wrong = { identity: 'strasse', password: `a guess that is wrong ${String(guess)}` };
      statuses.push((await send(app.jar(), '/auth/login', wrong)).status);
      await send(app.jar(), '/auth/login', { identity: 'straße', password: ada.password });
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });

  it.each<[string, unknown, Record<string, string[]>]>([
    ['nothing', {}, { identity: ['REQUIRED'], password: ['REQUIRED'] }],
    ['no object', [1], { identity: ['REQUIRED'], password: ['REQUIRED'] }],
    [
      'C2-28: values of another type',
      { identity: {}, password: 7, remember: 'maybe', next: ['/cart'] },
      { identity: ['NOT_TEXT'], password: ['NOT_TEXT'], remember: ['NOT_BOOLEAN'], next: ['NOT_TEXT'] },
    ],
    ['NUL', { identity: 'a\0', password: 'b\0' }, { identity: ['NOT_TEXT'], password: ['PASSWORD_INVALID'] }],
    [
      'lone surrogates',
      { identity: '\ud800', password: '\udc00' },
      { identity: ['NOT_TEXT'], password: ['PASSWORD_INVALID'] },
    ],
    [
      'megabytes',
      { identity: 'a'.repeat(50_000), password: 'b'.repeat(30_000) },
      { identity: ['TOO_LONG'], password: ['PASSWORD_TOO_LONG'] },
    ],
    [
      'a password that is long in another form of Unicode',
      { identity: 'ada', password: '\ufdfa'.repeat(500) },
      { password: ['PASSWORD_TOO_LONG'] },
    ],
  ])('names the fields of what it cannot use: %s', async (_what, body, fields) => {
    await startWithAda();
    expect(await send(app.jar(), '/auth/login', body)).toMatchObject({
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', code: 'INPUT_INVALID', fields },
    });
  });
});

describe('GET /auth', () => {
  it('says what there is and who is logged in, and begins no session', async () => {
    await startWithAda({ registration: true, confirmation: true });
    const jar = app.jar();
    expect(await jar.json('/auth')).toEqual({
      features: {
        registration: true,
        confirmation: true,
        recovery: false,
        verify: true,
        passwordChange: true,
        sessions: true,
        deletion: true,
        emailChange: true,
        usernameChange: false,
        mailLogin: false,
        passkeys: false,
        passkeyLogin: false,
        factors: false,
        totp: false,
        recoveryCodes: false,
        usernames: false,
        apiKeys: false,
        impersonation: false,
        oauth: false,
        tokens: false,
        trustedDevices: false,
        sms: false,
      },
      user: null,
      pending: null,
      impersonator: null,
      csrfToken: null,
    });
    expect(jar.header).toBe('');
    await send(jar, '/auth/login', logIn);
    expect(await jar.json('/auth')).toMatchObject({ user: { email: 'Ada@Example.com' }, csrfToken: null });
  });

  it('has a token for forms with csrf.mode token', async () => {
    await startWithAda({}, { session: { csrf: { mode: 'token' } } });
    const jar = app.jar();
    const page = await readPage(jar, '/auth/login');
    const token = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    expect((await sendForm(jar, '/auth/login', logIn)).status).toBe(403);
    expect((await sendForm(jar, '/auth/login', { ...logIn, _csrf: token })).status).toBe(303);
    const { csrfToken } = (await jar.json('/auth')) as { csrfToken: string };
    expect((await sendForm(jar, '/auth/logout', { _csrf: csrfToken })).status).toBe(303);
  });
});
