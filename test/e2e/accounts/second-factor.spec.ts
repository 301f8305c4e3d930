import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, Fresh, Session, SessionAuthGuard } from 'nestjs-session-auth';
import { AccountsService, changedAccount, MemoryAccountRepository, type Account } from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import { ada, Factors, logIn } from '../../support/second-factors.js';

@Controller()
class HomeController {
  constructor(
    private readonly auth: AuthService,
    private readonly accounts: AccountsService,
  ) {}

  @Get('me')
  me(@CurrentUser() account: Account | null): object {
    return { me: account?.email ?? null };
  }

  @Get('id')
  id(@Session() session: Session): object {
    return { id: session.id, keys: Object.keys(session), isRemembered: this.auth.isRemembered(session) };
  }

  @Get('guarded')
  @UseGuards(SessionAuthGuard)
  guarded(): object {
    return {};
  }

  @Post('all-factors')
  @UseGuards(SessionAuthGuard)
  @Fresh({ factors: 'all' })
  allFactors(): object {
    return {};
  }

  @Post('enter')
  async enter(@Session() session: Session, @Body() body: { factors?: string[]; force?: boolean }): Promise<void> {
    const account = await this.accounts.findByEmail(ada.email);
    await this.auth.login(session, account?.id ?? 'nobody', body);
  }
}

const setup = { controllers: [HomeController] };
let factors: Factors;

beforeEach(() => {
  factors = new Factors();
});

afterEach(() => factors.app.close());

describe.each(inTurn(platforms))('a second factor on %s', (platform) => {
  it('C2-69: is asked before there is a login, and logs in as the first request said', async () => {
    await factors.start({}, { ...setup, platform });
    const { secret } = await factors.withTotp();
    const jar = await factors.pending({ remember: true, next: '/orders' });
    const waiting = (await jar.json('/id')) as { id: string };
    expect(await jar.json('/me')).toEqual({ me: null });
    expect((await jar.fetch('/guarded')).status).toBe(401);
    expect(await jar.json('/auth')).toMatchObject({
      user: null,
      pending: { status: 'second-factor', methods: ['totp'] },
      features: { totp: true, recoveryCodes: true },
    });
    const wrong = await send(jar, '/auth/second-factor', { method: 'totp', code: factors.wrongCode(secret) });
    expect([wrong.status, wrong.body['code']]).toEqual([401, 'CODE_WRONG']);
    expect(await jar.json('/id')).toMatchObject({ id: waiting.id });
    expect(await send(jar, '/auth/second-factor', { method: 'totp', code: factors.code(secret) })).toMatchObject({
      status: 200,
      body: { status: 'in', user: { email: ada.email }, next: '/orders' },
    });
    const after = (await jar.json('/id')) as { id: string; keys: string[] };
    expect(after).toEqual({ id: expect.any(String), keys: [], isRemembered: true });
    expect(after.id).not.toBe(waiting.id);
    expect(await jar.json('/me')).toEqual({ me: ada.email });
    expect(await jar.json('/auth')).toMatchObject({ pending: null });
  });

  it('is asked by a page, which works without script', async () => {
    await factors.start({}, { ...setup, platform });
    const { secret } = await factors.withTotp();
    const jar = factors.app.jar();
    expect((await readPage(jar, '/auth/second-factor')).headers.get('location')).toBe('/auth/login');
    const sent = await sendForm(jar, '/auth/login', logIn);
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/auth/second-factor']);
    const page = await readPage(jar, '/auth/second-factor');
    expect(page.html).toContain('Enter the code that your authenticator app shows.');
    expect(page.html).not.toContain('recovery codes');
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const wrong = await sendForm(jar, '/auth/second-factor', {
      method: 'totp',
      code: factors.wrongCode(secret),
      _csrf: csrf,
    });
    expect([wrong.status, await wrong.text()]).toEqual([
      401,
      expect.stringContaining('This is wrong, or has already been used.'),
    ]);
    const done = await sendForm(jar, '/auth/second-factor', {
      ...{ method: 'totp', code: factors.code(secret), _csrf: csrf },
    });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/']);
    expect(await jar.json('/me')).toEqual({ me: ada.email });
  });
});

describe('a pending login', () => {
  it('gets a new id of the session when it begins', async () => {
    await factors.start({}, setup);
    await factors.withTotp();
    const jar = factors.app.jar();
    await send(jar, '/auth/login', { identity: ada.email, password: 'a wrong phrase' });
    const cookie = jar.header;
    await send(jar, '/auth/login', logIn);
    expect(jar.header).not.toBe(cookie);
  });

  it.each<[string, object, Record<string, string[]>]>([
    ['nothing', {}, { method: ['REQUIRED'] }],
    ['a method that the account does not have', { method: 'code', code: '1' }, { method: ['METHOD_UNKNOWN'] }],
    ['a first factor', { method: 'password', password: ada.password }, { method: ['METHOD_UNKNOWN'] }],
    ['no code', { method: 'totp' }, { code: ['REQUIRED'] }],
    ['another type', { method: 'totp', code: 123_456 }, { code: ['NOT_TEXT'] }],
    ['a method of another type', { method: ['totp'], code: '1' }, { method: ['NOT_TEXT'] }],
  ])('names the fields of what it cannot use, and counts no guess: %s', async (_what, body, fields) => {
    await factors.start({}, setup);
    const { secret } = await factors.withTotp();
    const jar = await factors.pending();
    for (let time = 0; time < 12; time++) {
      expect(await send(jar, '/auth/second-factor', body)).toMatchObject({ status: 400, body: { fields } });
    }
    const right = { method: 'totp', code: factors.code(secret) };
    expect((await send(jar, '/auth/second-factor', right)).status).toBe(200);
  });

  it('C2-72: there is none, after ten minutes no longer, and not for who is logged in', async () => {
    await factors.start({}, setup);
    const { jar, secret } = await factors.withTotp();
    const none = { status: 401, body: { code: 'NOTHING_PENDING' } };
    expect(await send(factors.app.jar(), '/auth/second-factor', { method: 'totp', code: '1' })).toMatchObject(none);
    expect(await send(jar, '/auth/second-factor', { method: 'totp', code: '1' })).toMatchObject(none);
    expect(await jar.json('/me')).toEqual({ me: ada.email });
    const late = await factors.pending();
    factors.now += 10 * 60_000 + 1;
    const code = factors.code(secret);
    expect(await send(late, '/auth/second-factor', { method: 'totp', code })).toMatchObject(none);
    for (const path of ['/auth/second-factor/send', '/auth/second-factor/options']) {
      expect(await send(late, path, {})).toMatchObject(none);
    }
    expect(await late.json('/auth')).toMatchObject({ pending: null });
  });

  it('ends with everything that ends the logins of its account', async () => {
    const repository = new MemoryAccountRepository();
    await factors.start({ repository }, setup);
    const { secret } = await factors.withTotp();
    const jar = await factors.pending();
    const account = await repository.findBy('email', '1:ada@example.com');
    if (account === null) throw new Error('no account');
    await repository.update(changedAccount(account, { epoch: account.epoch + 1 }), account.version);
    const body = { method: 'totp', code: factors.code(secret) };
    expect(await send(jar, '/auth/second-factor', body)).toMatchObject({
      status: 401,
      body: { code: 'NOTHING_PENDING' },
    });
  });

  it('meets the gate again: nobody gets in who was disabled in between', async () => {
    const repository = new MemoryAccountRepository();
    await factors.start({ repository }, setup);
    const { secret } = await factors.withTotp();
    const jar = await factors.pending();
    const account = await repository.findBy('email', '1:ada@example.com');
    if (account === null) throw new Error('no account');
    await repository.update(changedAccount(account, { active: false }), account.version);
    const body = { method: 'totp', code: factors.code(secret) };
    expect(await send(jar, '/auth/second-factor', body)).toMatchObject({
      status: 401,
      body: { code: 'INVALID_CREDENTIALS' },
    });
    expect(await jar.json('/me')).toEqual({ me: null });
  });

  it('limits guesses, those of other pending logins and of confirmations together', async () => {
    await factors.start({}, setup);
    const { jar: mine, secret } = await factors.withTotp();
    const statuses: number[] = [];
    for (let guess = 0; guess < 6; guess++) {
      const jar = await factors.pending();
      statuses.push(
        (await send(jar, '/auth/second-factor', { method: 'totp', code: factors.wrongCode(secret) })).status,
      );
      statuses.push((await send(mine, '/auth/verify', { method: 'totp', code: factors.wrongCode(secret) })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.at(-1)).toBe(429);
  });

  it('counts wrong codes on, whatever password is right in between', async () => {
    await factors.start({}, setup);
    const { jar, secret } = await factors.withTotp();
    const codes: number[] = [];
    for (let round = 0; round < 30; round++) {
      codes.push((await send(jar, '/auth/verify', { method: 'totp', code: factors.wrongCode(secret) })).status);
      expect((await send(jar, '/auth/verify', { password: ada.password })).status).toBe(200);
    }
    expect(new Set(codes)).toEqual(new Set([401, 429]));
  });

  it('is set up by nobody whose account has been disabled, though the session keeps it', async () => {
    const repository = new MemoryAccountRepository();
    await factors.start({ repository, accountCache: { maxAge: '10m' } }, setup);
    const jar = await factors.loggedIn();
    expect(await jar.json('/me')).toEqual({ me: ada.email });
    const [account] = (await repository.list()).accounts;
    if (account === undefined) throw new Error('There is no account.');
    await repository.update(changedAccount(account, { active: false }), account.version);
    expect((await send(jar, '/auth/factors/totp', {})).status).toBe(401);
    expect((await send(jar, '/auth/password', { current: ada.password, password: 'another long phrase' })).status).toBe(
      401,
    );
    expect(await repository.credentials(account.id)).toEqual([]);
  });

  it('C2-75: offers every method that the account has, and keeps where to go', async () => {
    await factors.start({}, setup);
    const { jar: mine } = await factors.withTotp();
    const made = await send(mine, '/auth/factors/recovery-codes', {});
    const [code = ''] = (made.body as { codes: string[] }).codes;
    const jar = await factors.pending({ next: '/basket' });
    expect(await jar.json('/auth')).toMatchObject({ pending: { methods: ['totp', 'recovery-code'] } });
    expect(await send(jar, '/auth/second-factor', { method: 'recovery-code', code })).toMatchObject({
      status: 200,
      body: { status: 'in', next: '/basket' },
    });
  });
});

describe('a login by the application', () => {
  it('is refused while a second factor is owed, unless it has proved it or is forced', async () => {
    const refused: string[] = [];
    const session = { observer: { refused: ({ reason }: { reason: string }) => refused.push(reason) } };
    await factors.start({}, { ...setup, session });
    await factors.withTotp();
    expect((await send(factors.app.jar(), '/enter', {})).status).toBe(403);
    expect(refused).toEqual(['factors-owed']);
    for (const body of [{ factors: ['pwd', 'mfa'] }, { force: true }]) {
      const jar = factors.app.jar();
      expect((await send(jar, '/enter', body)).status).toBe(201);
      expect(await jar.json('/me')).toEqual({ me: ada.email });
    }
  });

  it('needs all factors of the account where a route asks for all', async () => {
    await factors.start({}, setup);
    const { jar, secret } = await factors.withTotp();
    expect((await send(jar, '/all-factors', {})).status).toBe(201);
    const other = factors.app.jar();
    await send(other, '/enter', { force: true });
    expect((await send(other, '/all-factors', {})).status).toBe(401);
    expect((await send(other, '/auth/verify', { method: 'totp', code: factors.code(secret) })).status).toBe(200);
    expect((await send(other, '/all-factors', {})).status).toBe(201);
  });
});

describe('a second factor that is required', () => {
  it.each<[string, NonNullable<Parameters<Factors['start']>[0]>['secondFactor']]>([
    ['of everybody', { required: true }],
    ['by a role', { required: ['admin'] }],
    ['by a function', { required: ({ roles }) => roles.includes('admin') }],
  ])('C2-70: has to be set up before there is a login, after a code by mail: %s', async (_how, secondFactor) => {
    await factors.start({ secondFactor }, setup);
    await factors.app.app.get(AccountsService).create({ ...ada, email: 'root@example.com', roles: ['admin'] });
    const jar = factors.app.jar();
    const root = { identity: 'root@example.com', password: ada.password };
    expect(await send(jar, '/auth/login', { ...root, next: '/orders' })).toEqual({
      status: 200,
      body: { status: 'enroll', methods: ['totp'] },
    });
    expect(await send(jar, '/auth/factors/totp', {})).toMatchObject({
      status: 401,
      body: { code: 'MAIL_CODE_NEEDED' },
    });
    expect((await send(jar, '/auth/second-factor/send', {})).status).toBe(202);
    const mail = await factors.app.box.mail();
    expect(mail).toMatchObject({ kind: 'code', to: 'root@example.com' });
    const wrong = await send(jar, '/auth/second-factor', { code: 'AAAA-AAAA' });
    expect([wrong.status, wrong.body['code']]).toEqual([401, 'CODE_WRONG']);
    expect(await send(jar, '/auth/second-factor', { code: mail.data.code?.toLowerCase() })).toEqual({
      status: 200,
      body: { status: 'enroll', methods: ['totp'] },
    });
    expect(await jar.json('/me')).toEqual({ me: null });
    const { id, secret } = (await send(jar, '/auth/factors/totp', {})).body as { id: string; secret: string };
    expect((await send(jar, `/auth/factors/totp/${id}/enable`, { code: factors.wrongCode(secret) })).status).toBe(400);
    expect(await send(jar, `/auth/factors/totp/${id}/enable`, { code: factors.code(secret) })).toMatchObject({
      status: 200,
      body: { status: 'in', next: '/orders' },
    });
    expect(await jar.json('/me')).toEqual({ me: 'root@example.com' });
    expect(await send(jar, `/auth/factors/${id}`, {}, 'DELETE')).toMatchObject({
      status: 409,
      body: { code: 'LAST_FACTOR' },
    });
  });

  it('is asked of nobody else', async () => {
    await factors.start({ secondFactor: { required: ['admin'] } }, setup);
    await factors.loggedIn();
  });

  it('is set up by pages, without script', async () => {
    await factors.start({ secondFactor: { required: true } }, setup);
    const jar = factors.app.jar();
    await sendForm(jar, '/auth/login', logIn);
    const first = await readPage(jar, '/auth/second-factor');
    expect(first.html).toContain('We will first email you a code');
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(first.html)?.[1] ?? '';
    await sendForm(jar, '/auth/second-factor/send', { _csrf });
    const { code = '' } = (await factors.app.box.mail()).data;
    await sendForm(jar, '/auth/second-factor', { code, _csrf });
    expect((await readPage(jar, '/auth/second-factor')).html).toContain('Add an authenticator app');
    const setUp = await (await sendForm(jar, '/auth/factors/totp', { _csrf })).text();
    expect(setUp).toContain('<svg');
    const secret = (/<code class="key">([A-Z2-7 ]+)</.exec(setUp)?.[1] ?? '').replaceAll(' ', '');
    const action = /action="([^"]+\/enable)"/.exec(setUp)?.[1] ?? '';
    const wrong = await sendForm(jar, action, { code: factors.wrongCode(secret), _csrf });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.not.stringContaining(secret)]);
    expect((await sendForm(jar, action, { code: factors.code(secret), _csrf })).status).toBe(303);
    expect(await jar.json('/me')).toEqual({ me: ada.email });
  });
});
