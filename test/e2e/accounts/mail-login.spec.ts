import { afterEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { AuthService, CurrentUser, Session } from 'nestjs-session-auth';
import {
  AccountsService,
  changedAccount,
  MailLoginService,
  MemoryAccountRepository,
  smtpMailer,
  type Account,
  type StoredAccount,
} from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { MailServer } from '../../support/mail-server.js';

@Controller()
class HomeController {
  constructor(
    private readonly auth: AuthService,
    private readonly accounts: AccountsService,
    private readonly mailLogin: MailLoginService,
  ) {}

  @Get('me')
  async me(@CurrentUser() account: Account | null, @Session() session: Session): Promise<object> {
    const byMail = account !== null && (await this.auth.isFresh(session, account, { factors: ['mail'] }));
    return { me: account?.email ?? null, byMail };
  }

  @Post('own/ask')
  ask(@Session() session: Session, @Body() { email }: { email: string }): void {
    this.mailLogin.send(session, email, { next: '/mine' });
  }

  @Post('own/enter')
  async enter(@Session() session: Session, @Body() body: { code: string }): Promise<object> {
    const { account, epoch, remember, next } = await this.mailLogin.redeem(session, body);
    return this.accounts.enter(session, account, ['mail'], { epoch, remember, next });
  }
}

const setup = { controllers: [HomeController] };
const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
const invalidToken = { status: 400, body: { code: 'INPUT_INVALID', fields: { token: ['TOKEN_INVALID'] } } };
const invalidCode = { status: 400, body: { code: 'INPUT_INVALID', fields: { code: ['CODE_INVALID'] } } };
const otherBrowser = { status: 401, body: { code: 'OTHER_BROWSER' } };
let app: AccountsApp;

afterEach(() => app.close());

async function startWithAda(...[options, more]: Parameters<typeof startAccounts>): Promise<void> {
  app = await startAccounts({ mailLogin: true, ...options }, { ...setup, ...more });
  await app.app.get(AccountsService).create({ email: ada.email });
}

const ask = (jar: CookieJar, more: object = {}) => send(jar, '/auth/login/mail', { email: ada.email, ...more });
const enter = (jar: CookieJar, body: object) => send(jar, '/auth/login/mail/enter', body);
const mailed = async (number = 1) => {
  const { token = '', code = '', link = '' } = (await app.box.mail(number)).data;
  return { token, code, link };
};
const userOf = async (jar: CookieJar) => ((await jar.json('/me')) as { me: string | null }).me;

describe.each(inTurn(platforms))('a login by mail on %s', (platform) => {
  it('C2-77: lets an account without a password in, once, with the link of the mail, in the browser that asked', async () => {
    await startWithAda({}, { platform });
    const jar = app.jar();
    expect(await ask(jar, { next: '/orders' })).toEqual({ status: 202, body: { status: 'sent' } });
    const mail = await app.box.mail();
    expect(mail).toMatchObject({ kind: 'login', to: 'Ada@Example.com' });
    const { token, code, link } = await mailed();
    expect(code).toMatch(/^[A-Z2-7]{8}$/);
    for (const part of [link, code]) expect(mail.text).toContain(part);
    expect(await enter(jar, { token })).toMatchObject({
      status: 200,
      body: { status: 'in', user: { email: 'Ada@Example.com' }, next: '/orders' },
    });
    expect(await jar.json('/me')).toEqual({ me: 'Ada@Example.com', byMail: true });
    await send(jar, '/auth/logout', {});
    for (const again of [jar, app.jar()]) expect(await enter(again, { token })).toMatchObject(invalidToken);
  });

  it('C2-76: lets in with the code of the mail, however it is typed, and both are used up then', async () => {
    await startWithAda({}, { platform });
    const jar = app.jar();
    await ask(jar);
    const { token, code } = await mailed();
    const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
    expect((await enter(jar, { code: typed })).status).toBe(200);
    expect(await userOf(jar)).toBe('Ada@Example.com');
    expect(await enter(app.jar(), { token })).toMatchObject(invalidToken);
  });

  it('is done with forms alone, by the link', async () => {
    await startWithAda({}, { platform });
    const jar = app.jar();
    expect((await readPage(jar, '/auth/login')).html).toContain('href="/auth/login/mail"');
    expect((await readPage(jar, '/auth/login/mail')).html).toContain('action="/auth/login/mail"');
    const asked = await sendForm(jar, '/auth/login/mail', { email: ada.email, remember: 'on', next: '/orders' });
    const page = await asked.text();
    expect([asked.status, page]).toEqual([202, expect.stringContaining('action="/auth/login/mail/enter"')]);
    expect(page).toContain('name="code"');
    const { pathname, search } = new URL((await mailed()).link);
    const linked = await readPage(jar, pathname + search);
    expect(linked.html).toContain(`name="token" value="${(await mailed()).token}"`);
    expect(linked.headers.get('cache-control')).toBe('no-store');
    expect(await userOf(jar)).toBeNull();
    const csrf = /name="_csrf" value="([^"]+)"/.exec(linked.html)?.[1] ?? '';
    const { token } = await mailed();
    const entered = await sendForm(jar, '/auth/login/mail/enter', { token, _csrf: csrf });
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/orders']);
    expect(jar.header).toContain('remember');
  });

  it('is done with forms alone, by the code, which is asked for again if it is wrong', async () => {
    await startWithAda({}, { platform });
    const jar = app.jar();
    const page = await (await sendForm(jar, '/auth/login/mail', { email: ada.email })).text();
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const wrong = await sendForm(jar, '/auth/login/mail/enter', { code: 'AAAAAAAA', _csrf });
    const html = await wrong.text();
    expect(wrong.status).toBe(400);
    expect(html).toContain('This code is wrong');
    expect(html).toContain('aria-describedby="code-error"');
    const entered = await sendForm(jar, '/auth/login/mail/enter', { code: (await mailed()).code, _csrf });
    expect(entered.status).toBe(303);
  });
});

describe('a request for a login by mail', () => {
  it('has the same answer for an address without an account: bytes, headers and a session', async () => {
    await startWithAda();
    await app.app.get(AccountsService).create({ email: 'disabled@example.com', active: false });
    const answers: unknown[] = [];
    for (const email of ['nobody@example.com', 'disabled@example.com', ada.email]) {
      const jar = app.jar();
      const response = await jar.fetch('/auth/login/mail', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email }),
      });
      const headers = [...response.headers].map(([name, value]) => [
        name,
        name === 'date' ? '' : value.replace(/=[^;,]{20,}/g, '=…').replace(/Expires=[^;]+/gi, ''),
      ]);
      answers.push({ status: response.status, headers, body: await response.text(), isBegun: jar.header !== '' });
      expect(await enter(jar, { code: 'AAAAAAAA' })).toMatchObject(invalidCode);
    }
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect(answers[0]).toMatchObject({ isBegun: true });
    expect((await app.box.mail()).to).toBe('Ada@Example.com');
    expect(app.box.mails).toHaveLength(1);
  });

  it('registers nobody', async () => {
    await startWithAda({ registration: true, confirmation: true });
    await send(app.jar(), '/auth/login/mail', { email: 'new@example.com' });
    await ask(app.jar());
    await app.box.mail();
    expect(app.box.mails).toHaveLength(1);
    expect(await app.app.get(AccountsService).findByEmail('new@example.com')).toBeNull();
  });

  it('voids the mail that the same browser has asked for before, and none of another one', async () => {
    await startWithAda();
    const [one, other] = [app.jar(), app.jar()];
    await ask(one);
    await app.box.mail(1);
    await ask(other);
    await app.box.mail(2);
    await ask(one);
    await app.box.mail(3);
    expect(await enter(one, { token: (await mailed(1)).token })).toMatchObject(invalidToken);
    expect(await enter(one, { code: (await mailed(1)).code })).toMatchObject(invalidCode);
    expect((await enter(other, { token: (await mailed(2)).token })).status).toBe(200);
    expect((await enter(one, { code: (await mailed(3)).code })).status).toBe(200);
  });

  it('sends three mails to one address in 15 minutes, and leaves the last one valid', async () => {
    await startWithAda();
    const jar = app.jar();
    for (let request = 0; request < 5; request++) expect((await ask(jar)).status).toBe(202);
    await app.box.mail(3);
    expect((await enter(jar, { code: (await mailed(3)).code })).status).toBe(200);
    expect(app.box.mails).toHaveLength(3);
  });

  it.each<[string, object, Record<string, string[]>]>([
    ['nothing', {}, { email: ['REQUIRED'] }],
    ['no address', { email: 'ada' }, { email: ['EMAIL_INVALID'] }],
    ['other types', { email: {}, remember: 7 }, { email: ['NOT_TEXT'], remember: ['NOT_BOOLEAN'] }],
    ['NUL', { email: 'ada\0@example.com' }, { email: ['EMAIL_INVALID'] }],
  ])('names the fields of what it cannot use: %s', async (_what, body, fields) => {
    await startWithAda();
    expect(await send(app.jar(), '/auth/login/mail', body)).toMatchObject({ status: 400, body: { fields } });
  });

  it('is of no use to who is logged in', async () => {
    await startWithAda();
    const jar = app.jar();
    await ask(jar);
    const { token } = await mailed();
    await enter(jar, { token });
    expect(await ask(jar)).toMatchObject({ status: 409, body: { code: 'ALREADY_IN' } });
  });

  it('gets a mail in German that arrives through a real server', async () => {
    const server = await MailServer.start();
    try {
      await startWithAda({ mailer: smtpMailer(server.url) });
      await app.jar().fetch('/auth/login/mail', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-language': 'de-AT' },
        body: JSON.stringify({ email: ada.email }),
      });
      const { parsed, to } = await server.mail();
      expect(to).toEqual(['Ada@example.com']);
      expect(parsed.subject).toBe('Anmelden');
      expect(parsed.text).toMatch(/Code dort ein, wo Sie ihn verlangt haben: [A-Z2-7]{8}\n/);
      expect(parsed.text).toContain('127.0.0.1');
      expect(String(parsed.html)).toContain('/auth/login/mail?token=');
    } finally {
      await server.close();
    }
  });

  it('is not there unless it is turned on', async () => {
    app = await startAccounts({}, setup);
    expect((await ask(app.jar())).status).toBe(404);
    expect((await readPage(app.jar(), '/auth/login')).html).not.toContain('/auth/login/mail');
  });
});

describe('the link of a login by mail', () => {
  it('shows another browser the code to type where one has asked, with place and device, and stays valid', async () => {
    await startWithAda();
    const [jar, other] = [app.jar(), app.jar()];
    await jar.fetch('/auth/login/mail', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Netscape Navigator' },
      body: JSON.stringify({ email: ada.email }),
    });
    const { token, code, link } = await mailed();
    const { pathname, search } = new URL(link);
    for (const stranger of [app.jar(), other]) {
      const { html } = await readPage(stranger, pathname + search);
      for (const shown of [code, '127.0.0.1', 'Netscape Navigator']) expect(html).toContain(shown);
      expect(html).not.toContain('<form');
      expect(await enter(stranger, { token })).toMatchObject(otherBrowser);
    }
    await ask(other, { email: 'nobody@example.com' });
    expect(await enter(other, { token })).toMatchObject(otherBrowser);
    expect(await enter(other, { code })).toMatchObject(invalidCode);
    expect((await readPage(jar, pathname + search)).html).not.toContain(code);
    expect((await enter(jar, { token })).status).toBe(200);
  });

  it('lets in once, by twenty requests at once with link and code as well', async () => {
    await startWithAda();
    const jar = app.jar();
    await ask(jar);
    const { token, code } = await mailed();
    const uses = await Promise.all(
      Array.from({ length: 20 }, (_, index) => enter(jar.copy(), index < 16 ? { token } : { code })),
    );
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(uses.filter(({ status }) => status === 400)).toHaveLength(19);
  });

  it('and the code are void after ten minutes', async () => {
    let now = Date.now();
    await startWithAda({}, { session: { clock: () => now } });
    const jar = app.jar();
    await ask(jar);
    const { token, code } = await mailed();
    now += 10 * 60_000 + 1;
    expect(await enter(jar, { token })).toMatchObject(invalidToken);
    expect(await enter(jar, { code })).toMatchObject(invalidCode);
  });

  it('may be valid for longer than the code', async () => {
    let now = Date.now();
    await startWithAda({ mailLogin: { enabled: true, validFor: '1 hour' } }, { session: { clock: () => now } });
    const jar = app.jar();
    await ask(jar);
    const { token, code } = await mailed();
    now += 11 * 60_000;
    expect(await enter(jar, { code })).toMatchObject(invalidCode);
    const { html } = await readPage(app.jar(), `/auth/login/mail?token=${token}`);
    expect(html).not.toContain(code);
    for (const shown of ['Open the link there', '127.0.0.1']) expect(html).toContain(shown);
    expect(html).not.toContain('<form');
    expect((await enter(jar, { token })).status).toBe(200);
  });

  it.each<[string, (token: string) => unknown, object]>([
    ['cut', (token) => token.slice(1), invalidToken],
    ['doubled', (token) => token + token, invalidToken],
    ['with NUL', (token) => `${token}\0`, { status: 400, body: { fields: { token: ['NOT_TEXT'] } } }],
    ['1 MB long', () => 'a'.repeat(90_000), { status: 400, body: { fields: { token: ['TOO_LONG'] } } }],
    ['of another type', () => ({ token: 1 }), { status: 400, body: { fields: { token: ['NOT_TEXT'] } } }],
    ['left out', () => undefined, { status: 400, body: { fields: { token: ['REQUIRED'] } } }],
  ])('lets nobody in with a token that is %s', async (_what, change, answer) => {
    await startWithAda();
    const jar = app.jar();
    await ask(jar);
    const { token } = await mailed();
    expect(await enter(jar, { token: change(token) })).toMatchObject(answer);
    expect((await enter(jar, { token })).status).toBe(200);
  });

  it('is none for another purpose, and that of another purpose is none here', async () => {
    await startWithAda({ recovery: true });
    const jar = app.jar();
    await ask(jar);
    const { token } = await mailed();
    const reset = { token, password: 'an entirely new phrase' };
    expect(await send(jar, '/auth/reset', reset)).toMatchObject(invalidToken);
    await send(jar, '/auth/recover', { email: ada.email });
    expect(await enter(jar, { token: (await mailed(2)).token })).toMatchObject(invalidToken);
  });

  it('is not for both the token and the code at once', async () => {
    await startWithAda();
    expect(await enter(app.jar(), { token: 'a', code: 'b' })).toMatchObject({
      status: 400,
      body: { fields: { code: ['FIELD_INVALID'] } },
    });
  });

  it('is void once the account has got another password', async () => {
    await startWithAda({ recovery: true });
    const jar = app.jar();
    await ask(jar);
    const { token } = await mailed();
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const reset = { token: (await mailed(2)).token, password: ada.password };
    expect((await send(app.jar(), '/auth/reset', reset)).status).toBe(200);
    expect(await enter(jar, { token })).toMatchObject(invalidToken);
  });

  it('is given back by a database that fails, and lets in then', async () => {
    const repository = new MemoryAccountRepository();
    await startWithAda({ repository });
    const jar = app.jar();
    await ask(jar);
    const { token } = await mailed();
    const { find } = repository;
    repository.find = () => Promise.reject(new Error('the database is down'));
    expect((await enter(jar, { token })).status).toBe(500);
    repository.find = find;
    expect(await userOf(jar)).toBeNull();
    expect((await enter(jar, { token })).status).toBe(200);
  });
});

describe('the code of a login by mail', () => {
  it.each(['ada@example.com', 'nobody@example.com'])('admits five tries, for %s as well', async (email) => {
    await startWithAda();
    const jar = app.jar();
    await send(jar, '/auth/login/mail', { email });
    // So that the mail before it is made.
    await ask(app.jar());
    await app.box.mail(email === 'ada@example.com' ? 2 : 1);
    for (let wrong = 0; wrong < 5; wrong++) expect(await enter(jar, { code: 'AAAAAAAA' })).toMatchObject(invalidCode);
    const code = (await mailed(1)).code;
    expect(await enter(jar, { code })).toMatchObject(invalidCode);
  });

  it('is for code of the application, too', async () => {
    await startWithAda();
    const jar = app.jar();
    await send(jar, '/own/ask', { email: ada.email });
    expect(await send(jar, '/own/enter', { code: (await mailed()).code })).toMatchObject({
      status: 201,
      body: { status: 'in', next: '/mine' },
    });
    expect(await userOf(jar)).toBe('Ada@Example.com');
  });
});

describe('an account whose address was never confirmed', () => {
  const squatted = async (repository: MemoryAccountRepository): Promise<void> => {
    app = await startAccounts({ repository, mailLogin: true, recovery: true, confirmation: true }, setup);
    const { id } = await app.app.get(AccountsService).create({ ...ada, emailConfirmed: false });
    await repository.addCredential(id, { kind: 'passkey', externalId: 'of the squatter' });
  };
  const stored = async (repository: MemoryAccountRepository): Promise<StoredAccount> => {
    const account = await repository.findBy('email', '1:ada@example.com');
    if (account === null) throw new Error('There is no account.');
    return account;
  };

  it('goes to who first proves its mailbox, without the password and the factors set before', async () => {
    const repository = new MemoryAccountRepository();
    await squatted(repository);
    const jar = app.jar();
    await ask(jar);
    expect((await enter(jar, { token: (await mailed()).token })).status).toBe(200);
    const account = await stored(repository);
    expect(account).toMatchObject({ password: null, epoch: 2, emailConfirmedAt: expect.any(Date) });
    expect(await repository.credentials(account.id, 'passkey')).toEqual([]);
    expect((await send(app.jar(), '/auth/login', { identity: ada.email, password: ada.password })).status).toBe(401);
    expect(await userOf(jar)).toBe('Ada@Example.com');
    const [, ...notices] = await Promise.all([1, 2, 3].map((number) => app.box.mail(number)));
    expect(notices).toMatchObject([
      { kind: 'factor-changed', data: { factor: { method: 'passkey', change: 'removed' }, address: '127.0.0.1' } },
      { kind: 'password-changed', to: 'Ada@Example.com' },
    ]);
    // What the squatter has set up does not come back.
    for (const { data } of notices) expect(data.notMe).toBeUndefined();
  });

  it('stays as it was where nobody may enter it', async () => {
    const repository = new MemoryAccountRepository();
    await squatted(repository);
    const known = await stored(repository);
    const locked = changedAccount(known, { state: { ...known.state, lockedUntil: Date.now() + 3_600_000 } });
    await repository.update(locked, known.version);
    const jar = app.jar();
    await ask(jar);
    expect(await enter(jar, { token: (await mailed()).token })).toMatchObject(invalidToken);
    expect(await stored(repository)).toMatchObject({ password: known.password, emailConfirmedAt: null });
    expect(await repository.credentials(known.id, 'passkey')).toHaveLength(1);
  });

  it.each(['a reset', 'a login by mail'])('is not confirmed by %s that cannot take its factors away', async (way) => {
    const repository = new MemoryAccountRepository();
    await squatted(repository);
    const isReset = way === 'a reset';
    const jar = app.jar();
    const prove = async (mail: number) => {
      await (isReset ? send(jar, '/auth/recover', { email: ada.email }) : ask(jar));
      const { token } = await mailed(mail);
      const use = () =>
        isReset ? send(jar, '/auth/reset', { token, password: 'a new phrase' }) : enter(jar, { token });
      return { use };
    };
    const first = await prove(1);
    const { update, replaceCredentials } = repository;
    repository.update = async (account, version) => {
      const result = await update.call(repository, account, version);
      repository.update = update;
      // A request of the squatter that was on its way.
      await repository.addCredential(account.id, { kind: 'passkey', externalId: 'another one' });
      repository.replaceCredentials = () => Promise.reject(new Error('The database is away.'));
      return result;
    };
    expect((await first.use()).status).toBe(500);
    expect(await stored(repository)).toMatchObject({ password: null, emailConfirmedAt: null, epoch: 1 });
    repository.replaceCredentials = replaceCredentials;
    expect(await first.use()).toMatchObject(invalidToken);
    const again = await prove(2);
    expect((await again.use()).status).toBe(200);
    const account = await stored(repository);
    expect(account.emailConfirmedAt).toEqual(expect.any(Date));
    expect(await repository.credentials(account.id, 'passkey')).toEqual([]);
  });

  it('goes without its factors to who resets its password', async () => {
    const repository = new MemoryAccountRepository();
    await squatted(repository);
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const { token } = await mailed();
    expect((await send(app.jar(), '/auth/reset', { token, password: 'an entirely new phrase' })).status).toBe(200);
    expect(await repository.credentials((await stored(repository)).id, 'passkey')).toEqual([]);
  });

  it('stays as it was if it is changed in between', async () => {
    const repository = new MemoryAccountRepository();
    await squatted(repository);
    const jar = app.jar();
    await ask(jar);
    const { token } = await mailed();
    const { update } = repository;
    repository.update = async (account, version) => {
      repository.update = update;
      const known = await stored(repository);
      await repository.update(changedAccount(known, { epoch: known.epoch + 1 }), known.version);
      return repository.update(account, version);
    };
    expect(await enter(jar, { token })).toMatchObject(invalidToken);
    expect((await stored(repository)).password).not.toBeNull();
  });
});
