import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { CurrentUser } from 'nestjs-session-auth';
import {
  AccountsService,
  MemoryAccountRepository,
  type Account,
  type UpdateAccountResult,
} from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';

@Controller()
class HomeController {
  @Get('me')
  me(@CurrentUser() account: Account | null): { me: Account | null } {
    return { me: account };
  }
}

const setup = { controllers: [HomeController] };
const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
const renewed = 'an entirely new phrase';
const logIn = { identity: ada.email, password: ada.password };
const recovering = { recovery: true };
let app: AccountsApp;

afterEach(() => app.close());

const accounts = (): AccountsService => app.app.get(AccountsService);
const tokenOf = async (mail = 1): Promise<string> => (await app.box.mail(mail)).data.token ?? '';
const invalidToken = { status: 400, body: { fields: { token: ['TOKEN_INVALID'] } } };

async function startWithAda(...[options, more]: Parameters<typeof startAccounts>): Promise<void> {
  app = await startAccounts({ ...recovering, ...options }, { ...setup, ...more });
  await accounts().create(ada);
}

describe.each(inTurn(platforms))('a recovery on %s', (platform) => {
  it('C2-47: sets a new password, ends every session and remembered login, and tells the owner', async () => {
    await startWithAda({}, { platform });
    const [one, remembered] = [app.jar(), app.jar()];
    await send(one, '/auth/login', logIn);
    await send(remembered, '/auth/login', { ...logIn, remember: true });
    expect(await send(app.jar(), '/auth/recover', { email: 'ADA@example.com' })).toEqual({
      status: 202,
      body: { status: 'sent' },
    });
    const mail = await app.box.mail();
    expect(mail).toMatchObject({ kind: 'reset', to: 'Ada@Example.com' });
    expect(mail.text).toContain(mail.data.link);
    expect(await send(app.jar(), '/auth/reset', { token: await tokenOf(), password: renewed })).toEqual({
      status: 200,
      body: { status: 'reset' },
    });
    for (const jar of [one, remembered]) expect(await jar.json('/me')).toEqual({ me: null });
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(401);
    expect((await send(app.jar(), '/auth/login', { ...logIn, password: renewed })).status).toBe(200);
    expect(await app.box.mail(2)).toMatchObject({ kind: 'password-changed', to: 'Ada@Example.com' });
  });

  it('is done with forms alone', async () => {
    await startWithAda({}, { platform });
    const jar = app.jar();
    expect((await readPage(jar, '/auth/recover')).html).toContain('action="/auth/recover"');
    const asked = await sendForm(jar, '/auth/recover', { email: ada.email });
    expect([asked.status, await asked.text()]).toEqual([202, expect.stringContaining('If there is an account')]);
    const { pathname, search } = new URL((await app.box.mail()).data.link ?? '');
    expect((await readPage(jar, pathname + search)).html).toContain(`name="token" value="${await tokenOf()}"`);
    const weak = await sendForm(jar, '/auth/reset', { token: await tokenOf(), password: 'password' });
    const html = await weak.text();
    expect(weak.status).toBe(400);
    expect(html).toContain('aria-describedby="password-hint password-error"');
    expect(html).toContain(`name="token" value="${await tokenOf()}"`);
    expect((await sendForm(jar, '/auth/reset', { token: await tokenOf(), password: renewed })).status).toBe(200);
  });
});

describe('a request for recovery', () => {
  it('C2-36: has the same answer for an address without an account, and sends nothing there', async () => {
    await startWithAda();
    await accounts().create({ email: 'disabled@example.com', password: ada.password, active: false });
    const answers: unknown[] = [];
    for (const email of ['nobody@example.com', 'disabled@example.com', ada.email]) {
      const response = await app.jar().fetch('/auth/recover', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email }),
      });
      const headers = [...response.headers].filter(([name]) => name !== 'date');
      answers.push({ status: response.status, headers, body: await response.text() });
    }
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect((await app.box.mail()).to).toBe('Ada@Example.com');
    expect(app.box.mails).toHaveLength(1);
  });

  it('mails the address of the account, however it was spelled in the request', async () => {
    await startWithAda();
    await send(app.jar(), '/auth/recover', { email: ' aDa@eXample.com ' });
    expect((await app.box.mail()).to).toBe('Ada@Example.com');
  });

  it('leads to the application’s own page where it has one, and names the username', async () => {
    app = await startAccounts({
      ...recovering,
      usernames: true,
      links: { reset: 'https://app.example/reset#{token}' },
    });
    await accounts().create({ ...ada, username: 'ada.l' });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const { data, text } = await app.box.mail();
    expect(data.link).toBe(`https://app.example/reset#${String(data.token)}`);
    expect(text).toContain('Your username is ada.l.');
  });

  it('names the host of publicUrl, whatever the request says', async () => {
    await startWithAda({ publicUrl: 'https://shop.example/eu' });
    await app.jar().fetch('/auth/recover', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-host': 'evil.example', host: 'evil.example' },
      body: JSON.stringify({ email: ada.email }),
    });
    expect((await app.box.mail()).data.link).toMatch(/^https:\/\/shop\.example\/eu\/auth\/reset\?token=/);
    expect((await app.box.mail()).from).toBe('no-reply@shop.example');
  });
});

describe('a reset', () => {
  it('C2-48: is made once by a link, by twenty requests at once as well', async () => {
    await startWithAda();
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const token = await tokenOf();
    const uses = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        send(app.jar(), '/auth/reset', { token, password: `${renewed} ${String(index)}` }),
      ),
    );
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(uses.filter(({ status }) => status === 400)).toHaveLength(19);
  });

  it.each<[string, (token: string) => unknown]>([
    ['cut', (token) => token.slice(0, -1)],
    ['doubled', (token) => token + token],
    ['of another spelling', (token) => `${token}=`],
    ['empty', () => 'x'],
    ['very long', (token) => token.repeat(7)],
  ])('C2-48: is not made by a token that is %s', async (_what, change) => {
    await startWithAda();
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const answer = await send(app.jar(), '/auth/reset', { token: change(await tokenOf()), password: renewed });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
  });

  it('C2-48: is not made by an expired link, nor of a deleted or a disabled account', async () => {
    let now = Date.now();
    const repository = new MemoryAccountRepository();
    await startWithAda({ repository, recovery: { enabled: true, validFor: '1h' } }, { session: { clock: () => now } });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const token = await tokenOf();
    now += 3_600_001;
    expect(await send(app.jar(), '/auth/reset', { token, password: renewed })).toMatchObject(invalidToken);
    await send(app.jar(), '/auth/recover', { email: ada.email });
    await repository.delete((await accounts().findByEmail(ada.email))?.id ?? '');
    expect(await send(app.jar(), '/auth/reset', { token: await tokenOf(2), password: renewed })).toMatchObject(
      invalidToken,
    );
  });

  it('uses nothing up with a weak password', async () => {
    await startWithAda();
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const token = await tokenOf();
    expect(await send(app.jar(), '/auth/reset', { token, password: 'password123' })).toMatchObject({
      status: 400,
      body: { fields: { password: ['PASSWORD_COMMON'] } },
    });
    expect((await send(app.jar(), '/auth/reset', { token, password: renewed })).status).toBe(200);
  });

  it('by one of the three newest links voids the others, and older ones are void before', async () => {
    await startWithAda({ sending: { perRecipient: 9 } });
    for (let time = 0; time < 4; time++) await send(app.jar(), '/auth/recover', { email: ada.email });
    await app.box.mail(4);
    expect(await send(app.jar(), '/auth/reset', { token: await tokenOf(1), password: renewed })).toMatchObject(
      invalidToken,
    );
    expect((await send(app.jar(), '/auth/reset', { token: await tokenOf(2), password: renewed })).status).toBe(200);
    expect(await send(app.jar(), '/auth/reset', { token: await tokenOf(4), password: `${renewed}!` })).toMatchObject(
      invalidToken,
    );
  });

  it('whose database fails gives the link back', async () => {
    let fails = true;
    class Failing extends MemoryAccountRepository {
      override update(...args: Parameters<MemoryAccountRepository['update']>): Promise<UpdateAccountResult> {
        return fails ? Promise.reject(new Error('The database is away.')) : super.update(...args);
      }
    }
    await startWithAda({ repository: new Failing() });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const use = { token: await tokenOf(), password: renewed };
    expect((await send(app.jar(), '/auth/reset', use)).status).toBe(500);
    fails = false;
    expect((await send(app.jar(), '/auth/reset', use)).status).toBe(200);
  });

  it('C2-45: by a browser that is logged in as somebody else leaves it logged in', async () => {
    await startWithAda();
    const grace = { email: 'grace@example.com', password: 'another long phrase' };
    await accounts().create(grace);
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: grace.email, password: grace.password });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    expect((await send(jar, '/auth/reset', { token: await tokenOf(), password: renewed })).status).toBe(200);
    expect(await jar.json('/me')).toMatchObject({ me: { email: grace.email } });
  });

  it('forgets the guesses of others', async () => {
    const now = Date.now();
    await startWithAda({}, { session: { clock: () => now } });
    for (let guess = 0; guess < 12; guess++) {
      await send(app.jar(), '/auth/login', { ...logIn, password: `a guess that is wrong ${String(guess)}` });
    }
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(429);
    await send(app.jar(), '/auth/recover', { email: ada.email });
    await send(app.jar(), '/auth/reset', { token: await tokenOf(), password: renewed });
    expect((await send(app.jar(), '/auth/login', { ...logIn, password: renewed })).status).toBe(200);
  });

  it('confirms the address of an account that was not confirmed', async () => {
    app = await startAccounts({ ...recovering, confirmation: true });
    await accounts().create({ ...ada, emailConfirmed: false });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    await send(app.jar(), '/auth/reset', { token: await tokenOf(), password: renewed });
    expect((await send(app.jar(), '/auth/login', { ...logIn, password: renewed })).status).toBe(200);
  });
});
