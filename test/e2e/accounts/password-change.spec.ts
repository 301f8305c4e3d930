import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, Fresh, Session, SessionAuthGuard } from 'nestjs-session-auth';
import { AccountsService, MemoryAccountRepository, type Account } from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';

@Controller()
class HomeController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly auth: AuthService,
  ) {}

  @Get('me')
  me(@CurrentUser() account: Account | null): { me: Account | null } {
    return { me: account };
  }

  @Post('pay')
  @UseGuards(SessionAuthGuard)
  @Fresh({ action: 'pay', within: '5m' })
  pay(): object {
    return {};
  }

  @Post('enter')
  async enter(@Session() session: Session): Promise<object> {
    const account = await this.accounts.findByEmail(ada.email);
    return account === null ? {} : this.accounts.enter(session, account, ['otp']);
  }

  @Get('id')
  id(@Session() session: Session): object {
    return { id: session.id, isRemembered: this.auth.isRemembered(session) };
  }
}

const setup = { controllers: [HomeController] };
const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
const renewed = 'an entirely new phrase';
const logIn = { identity: ada.email, password: ada.password };
let app: AccountsApp;

afterEach(() => app.close());

async function startWithAda(...[options, more]: Parameters<typeof startAccounts>): Promise<void> {
  app = await startAccounts(options, { ...setup, ...more });
  await app.app.get(AccountsService).create(ada);
}

describe.each(inTurn(platforms))('a change of password on %s', (platform) => {
  it('C2-51: keeps this session under a new id, remembered as it was, ends the others, and tells the owner', async () => {
    await startWithAda({ recovery: true }, { platform });
    const [mine, other, remembered] = [app.jar(), app.jar(), app.jar()];
    await send(mine, '/auth/login', { ...logIn, remember: true });
    await send(other, '/auth/login', logIn);
    await send(remembered, '/auth/login', { ...logIn, remember: true });
    const before = (await mine.json('/id')) as { id: string };
    expect(await send(mine, '/auth/password', { current: ada.password, password: renewed })).toMatchObject({
      status: 200,
      body: { status: 'changed', user: { email: 'Ada@Example.com' } },
    });
    const after = (await mine.json('/id')) as { id: string };
    expect(after).toEqual({ id: expect.any(String), isRemembered: true });
    expect(after.id).not.toBe(before.id);
    expect(await mine.json('/me')).toMatchObject({ me: { email: 'Ada@Example.com' } });
    for (const jar of [other, remembered]) expect(await jar.json('/me')).toEqual({ me: null });
    // Its device is remembered under the new epoch, too.
    mine.set('session', '');
    expect(await mine.json('/me')).toMatchObject({ me: { email: 'Ada@Example.com' } });
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(401);
    const mail = await app.box.mail();
    expect(mail).toMatchObject({ kind: 'password-changed', to: 'Ada@Example.com' });
    expect(mail.text).toContain('127.0.0.1');
    expect(mail.data.link).toMatch(/\/auth\/recover$/);
  });

  it('is done with a form, which asks for the current password, by who is logged in', async () => {
    await startWithAda({}, { platform });
    const jar = app.jar();
    const out = await readPage(jar, '/auth/account/password');
    expect([out.status, out.headers.get('location')]).toEqual([302, '/auth/login?next=%2Fauth%2Faccount%2Fpassword']);
    await send(jar, '/auth/login', logIn);
    expect((await readPage(jar, '/auth/account/password')).html).toContain('name="current"');
    expect((await readPage(jar, '/auth/account')).html).toContain('You are logged in as Ada@Example.com.');
    const page = await readPage(jar, '/auth/account/password');
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const done = await sendForm(jar, '/auth/password', { current: ada.password, password: renewed, _csrf: csrf });
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('Your password has been changed.')]);
  });
});

describe('a change of password', () => {
  it.each<[string, object, Record<string, string[]>]>([
    ['nothing', {}, { current: ['REQUIRED'], password: ['REQUIRED'] }],
    [
      'C2-51: a wrong current one',
      { current: 'not the right phrase', password: renewed },
      { current: ['PASSWORD_WRONG'] },
    ],
    ['C2-51: the same one', { current: ada.password, password: ada.password }, { password: ['PASSWORD_SAME'] }],
    ['C2-51: a weak one', { current: ada.password, password: 'password123' }, { password: ['PASSWORD_COMMON'] }],
    ['another type', { current: 7, password: [] }, { current: ['NOT_TEXT'], password: ['NOT_TEXT'] }],
  ])('names the fields of what it cannot use: %s', async (_what, body, fields) => {
    await startWithAda();
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    expect(await send(jar, '/auth/password', body)).toMatchObject({ status: 400, body: { fields } });
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
  });

  it('needs a login', async () => {
    await startWithAda();
    const body = { current: ada.password, password: renewed };
    expect((await send(app.jar(), '/auth/password', body)).status).toBe(401);
  });

  it('counts a wrong current password as a guess', async () => {
    const now = Date.now();
    await startWithAda({}, { session: { clock: () => now } });
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    const statuses = new Set<number>();
    for (let guess = 0; guess < 12; guess++) {
      const { status } = await send(jar, '/auth/password', { current: `a guess ${String(guess)}`, password: renewed });
      statuses.add(status);
    }
    expect(statuses).toEqual(new Set([400, 429]));
  });

  it('C2-53: of an account without one needs a fresh login instead', async () => {
    let now = Date.now();
    app = await startAccounts({}, { ...setup, session: { clock: () => now, freshFor: '10m' } });
    await app.app.get(AccountsService).create({ email: ada.email });
    const jar = app.jar();
    await send(jar, '/enter', {});
    expect((await readPage(jar, '/auth/account/password')).html).not.toContain('name="current"');
    now += 16 * 60_000;
    expect(await send(jar, '/auth/password', { password: renewed })).toMatchObject({
      status: 401,
      body: { code: 'VERIFICATION_REQUIRED' },
    });
    await send(jar, '/enter', {});
    now += 14 * 60_000;
    expect((await send(jar, '/auth/password', { password: renewed })).status).toBe(200);
    expect((await send(app.jar(), '/auth/login', { ...logIn, password: renewed })).status).toBe(200);
  });

  it('loses against a reset in between, whose password stays', async () => {
    const repository = new MemoryAccountRepository();
    let between: (() => Promise<unknown>) | null = null;
    const { update } = repository;
    repository.update = async (...args) => {
      const work = between;
      between = null;
      await work?.();
      return update.apply(repository, args);
    };
    await startWithAda({ repository, recovery: true });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const token = (await app.box.mail()).data.token ?? '';
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    between = () => send(app.jar(), '/auth/reset', { token, password: 'the phrase of the reset' });
    expect(await send(jar, '/auth/password', { current: ada.password, password: renewed })).toMatchObject({
      status: 409,
      body: { code: 'CHANGED_MEANWHILE' },
    });
    expect(await jar.json('/me')).toEqual({ me: null });
    expect((await send(app.jar(), '/auth/login', { ...logIn, password: 'the phrase of the reset' })).status).toBe(200);
  });

  it('is made, ends the other logins and tells the owner, even if this session has been ended in between', async () => {
    const repository = new MemoryAccountRepository();
    let between: (() => Promise<unknown>) | null = null;
    const { update } = repository;
    repository.update = async (...args) => {
      const result = await update.apply(repository, args);
      const work = between;
      between = null;
      await work?.();
      return result;
    };
    await startWithAda({ repository });
    const [jar, remembered] = [app.jar(), app.jar()];
    await send(jar, '/auth/login', logIn);
    await send(remembered, '/auth/login', { ...logIn, remember: true });
    const { id } = (await jar.json('/id')) as { id: string };
    const { me } = (await jar.json('/me')) as { me: Account };
    between = () => app.app.get(AuthService).revoke(me.id, id);
    expect(await send(jar, '/auth/password', { current: ada.password, password: renewed })).toMatchObject({
      status: 200,
      body: { status: 'changed' },
    });
    expect(await jar.json('/me')).toEqual({ me: null });
    expect(await remembered.json('/me')).toEqual({ me: null });
    expect(await app.box.mail()).toMatchObject({ kind: 'password-changed' });
  });
});

describe('verify', () => {
  it('C2-66: makes the login fresh for an action, by the password', async () => {
    await startWithAda();
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    expect((await send(jar, '/pay', {})).status).toBe(401);
    expect(await send(jar, '/auth/verify', { password: 'not the right phrase', action: 'pay' })).toMatchObject({
      status: 401,
      body: { code: 'WRONG_PASSWORD' },
    });
    expect(await send(jar, '/auth/verify', { password: ada.password, action: 'pay', next: '/pay' })).toEqual({
      status: 200,
      body: { status: 'verified', next: '/pay' },
    });
    expect((await send(jar, '/pay', {})).status).toBe(201);
  });

  it('leads a browser back where it came from, or says that it is done', async () => {
    await startWithAda();
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    expect((await readPage(jar, '/auth/verify?next=/pay&action=pay')).html).toContain('name="action" value="pay"');
    const back = await sendForm(jar, '/auth/verify', { password: ada.password, next: '/pay' });
    expect([back.status, back.headers.get('location')]).toEqual([303, '/pay']);
    const done = await sendForm(jar, '/auth/verify', { password: ada.password, next: '//evil.example' });
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('Thank you.')]);
  });

  it('needs a login', async () => {
    await startWithAda();
    expect((await send(app.jar(), '/auth/verify', { password: ada.password })).status).toBe(401);
  });
});
