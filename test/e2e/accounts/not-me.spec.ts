import { afterEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CurrentUser } from 'nestjs-session-auth';
import {
  AccountsService,
  MemoryAccountRepository,
  type Account,
  type NewCredential,
  type StoredAccount,
} from 'nestjs-session-auth/accounts';
import { FactorChanges } from '../../../lib/accounts/factors/factor-changes.js';
import { Exchanged, type Exchange } from '../../../lib/accounts/http/exchange.js';
import { CurrentAccount } from '../../../lib/accounts/login/current-account.js';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
const renewed = 'an entirely new phrase';
const logIn = { identity: ada.email, password: ada.password };
const invalidToken = { status: 400, body: { fields: { token: ['TOKEN_INVALID'] } } };
const restored = { status: 200, body: { status: 'restored' } };
const frozen = { status: 200, body: { status: 'frozen' } };
const day = 86_400_000;
let app: AccountsApp;
let repository: MemoryAccountRepository;
let id: string;

afterEach(() => app.close());

@Controller()
class HomeController {
  constructor(private readonly modules: ModuleRef) {}

  private get changes(): FactorChanges {
    return this.modules.get(FactorChanges, { strict: false });
  }

  private get current(): CurrentAccount {
    return this.modules.get(CurrentAccount, { strict: false });
  }

  @Get('me')
  me(@CurrentUser() account: Account | null): { me: string | null } {
    return { me: account?.email ?? null };
  }

  @Post('factors/add')
  async add(@Exchanged() exchange: Exchange, @Body() factor: NewCredential): Promise<object> {
    const account = await this.current.of(exchange);
    const change = { method: 'totp', change: 'added' } as const;
    await this.changes.make(exchange, account, change, () => repository.addCredential(account.id, factor));
    return {};
  }

  @Post('factors/remove')
  async remove(@Exchanged() exchange: Exchange, @Body() { name }: { name: string }): Promise<object> {
    const account = await this.current.of(exchange);
    const change = { method: 'totp', change: 'removed' } as const;
    await this.changes.make(exchange, account, change, async () => {
      const row = (await repository.credentials(account.id)).find((one) => one.name === name);
      if (row !== undefined) await repository.deleteCredential(row.id, row.version);
    });
    return {};
  }
}

async function startWithAda(...[options, more]: Parameters<typeof startAccounts>): Promise<CookieJar> {
  repository = new MemoryAccountRepository();
  app = await startAccounts({ repository, recovery: true, ...options }, { controllers: [HomeController], ...more });
  ({ id } = await app.app.get(AccountsService).create(ada));
  return enter();
}

async function enter(): Promise<CookieJar> {
  const jar = app.jar();
  await send(jar, '/auth/login', { ...logIn, remember: true });
  return jar;
}

const report = (token: unknown, more: object = {}) => send(app.jar(), '/auth/not-me', { token, ...more });
const userOf = async (jar: CookieJar) => ((await jar.json('/me')) as { me: string | null }).me;
const notMeIn = async (number = 1) => {
  const { notMe } = (await app.box.mail(number)).data;
  return notMe ?? { link: '', token: '' };
};
const stored = async (): Promise<StoredAccount> => {
  const account = await repository.find(id);
  if (account === null) throw new Error('There is no account.');
  return account;
};
const factorsOf = async (): Promise<(string | null)[]> =>
  (await repository.credentials(id, 'totp')).map(({ name }) => name);
const change = (jar: CookieJar) => send(jar, '/auth/password', { current: ada.password, password: renewed });
const add = (jar: CookieJar, name: string) =>
  send(jar, '/factors/add', { kind: 'totp', name, externalId: `of ${name}`, data: { secret: `of ${name}` } });

describe.each(inTurn(platforms))('"this was not me" on %s', (platform) => {
  it('ends every session and remembered login and owes a new password, at once', async () => {
    const jar = await startWithAda({}, { platform });
    await change(jar);
    const mail = await app.box.mail();
    expect(mail.kind).toBe('password-changed');
    expect(mail.text).toContain(mail.data.notMe?.link);
    expect(await userOf(jar)).toBe('Ada@Example.com');
    expect(await report((await notMeIn()).token)).toEqual(restored);
    expect(await userOf(jar)).toBeNull();
    expect((await stored()).state.resetOwed).toBe(true);
    for (const password of [ada.password, renewed]) {
      expect((await send(app.jar(), '/auth/login', { ...logIn, password })).status).toBe(401);
    }
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const { token } = (await app.box.mail(2)).data;
    expect((await send(app.jar(), '/auth/reset', { token, password: 'the phrase of the owner' })).status).toBe(200);
    const password = 'the phrase of the owner';
    expect((await send(app.jar(), '/auth/login', { ...logIn, password })).status).toBe(200);
  });

  it('is pressed on a page that says what was changed, when, from where, and what the button does', async () => {
    const jar = await startWithAda({}, { platform });
    await jar.fetch('/auth/password', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Netscape Navigator',
        'sec-fetch-site': 'same-origin',
      },
      body: JSON.stringify({ current: ada.password, password: renewed }),
    });
    const { link, token } = await notMeIn();
    const { pathname, search } = new URL(link);
    const stranger = app.jar();
    const { html, headers } = await readPage(stranger, pathname + search);
    for (const part of [
      'The password of your account was changed',
      '127.0.0.1',
      'Netscape Navigator',
      'logs out all',
    ]) {
      expect(html).toContain(part);
    }
    expect(html).not.toContain('name="password"');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(await userOf(jar)).toBe('Ada@Example.com');
    const done = await sendForm(stranger, '/auth/not-me', { token });
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('All devices are logged out')]);
    expect((await readPage(stranger, pathname + search)).html).not.toContain('<form');
    const again = await sendForm(stranger, '/auth/not-me', { token });
    expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('This link is not valid')]);
  });
});

describe('"this was not me"', () => {
  it('is used once, by twenty requests at once as well', async () => {
    const jar = await startWithAda();
    await change(jar);
    const { token } = await notMeIn();
    const uses = await Promise.all(Array.from({ length: 20 }, () => report(token)));
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(uses.filter(({ status }) => status === 400)).toHaveLength(19);
  });

  it('is open for seven days, whatever is sent after it', async () => {
    let now = Date.now();
    const jar = await startWithAda({}, { session: { clock: () => now } });
    await change(jar);
    for (let times = 0; times < 4; times++) await add(jar, String(times));
    const { token } = await notMeIn();
    const last = (await notMeIn(5)).token;
    now += 7 * day - 60_000;
    expect(await report(token, { password: ada.password })).toEqual(restored);
    now += 120_000;
    expect(await report(last)).toMatchObject(invalidToken);
    expect(await factorsOf()).toEqual([]);
  });

  it('is void after seven days', async () => {
    let now = Date.now();
    const jar = await startWithAda({}, { session: { clock: () => now } });
    await change(jar);
    now += 7 * day + 1;
    expect(await report((await notMeIn()).token)).toMatchObject(invalidToken);
  });

  it.each<[string, (token: string) => unknown, object]>([
    ['cut', (token) => token.slice(1), invalidToken],
    ['doubled', (token) => token + token, invalidToken],
    ['with NUL', (token) => `${token}\0`, { status: 400, body: { fields: { token: ['NOT_TEXT'] } } }],
    ['very long', () => 'a'.repeat(90_000), { status: 400, body: { fields: { token: ['TOO_LONG'] } } }],
    ['of another type', () => [1], { status: 400, body: { fields: { token: ['NOT_TEXT'] } } }],
    ['left out', () => undefined, { status: 400, body: { fields: { token: ['REQUIRED'] } } }],
  ])('changes nothing with a token that is %s', async (_what, made, answer) => {
    const jar = await startWithAda();
    await change(jar);
    expect(await report(made((await notMeIn()).token))).toMatchObject(answer);
    expect(await userOf(jar)).toBe('Ada@Example.com');
  });

  it('is no other proof, and no other proof is it', async () => {
    const jar = await startWithAda();
    await send(jar, '/auth/email', { email: 'ada@new.example' });
    const { token = '', notMe } = (await app.box.mail(1)).data;
    expect(await report(token)).toMatchObject(invalidToken);
    expect(await send(app.jar(), '/auth/email/undo', { token: notMe?.token })).toMatchObject(invalidToken);
    const reset = { token: notMe?.token, password: renewed };
    expect(await send(app.jar(), '/auth/reset', reset)).toMatchObject(invalidToken);
    expect(await report(notMe?.token)).toEqual(restored);
  });

  it('is nothing once the account is deleted', async () => {
    const jar = await startWithAda();
    await change(jar);
    const { token } = await notMeIn();
    await repository.delete(id);
    expect(await report(token)).toMatchObject(invalidToken);
  });

  it('is given back by a database that fails in the middle, and done then', async () => {
    const jar = await startWithAda();
    await add(jar, 'the intruder’s');
    const { token } = await notMeIn();
    const { deleteCredential } = repository;
    repository.deleteCredential = () => Promise.reject(new Error('the database is down'));
    expect((await report(token, { password: ada.password })).status).toBe(500);
    expect(await userOf(jar)).toBeNull();
    repository.deleteCredential = deleteCredential;
    expect(await report(token, { password: ada.password })).toEqual(restored);
    expect(await factorsOf()).toEqual([]);
  });

  it('stores no token, and what the proof is about sealed', async () => {
    const jar = await startWithAda();
    await change(jar);
    const { token } = await notMeIn();
    const rows = JSON.stringify(await repository.credentials(id, 'proof'));
    for (const part of [token, token.slice(0, 22), token.slice(22), 'example.com', '$argon2']) {
      expect(rows.toLowerCase()).not.toContain(part.toLowerCase());
    }
  });
});

describe('a second factor that was not its owner’s', () => {
  it('is taken away with the password of the time before', async () => {
    const jar = await startWithAda();
    await add(jar, 'the intruder’s');
    const intruder = await app.box.mail(1);
    expect(intruder.kind).toBe('factor-changed');
    await send(jar, '/auth/password', { current: ada.password, password: renewed });
    const { link, token } = await notMeIn();
    const { pathname, search } = new URL(link);
    expect((await readPage(app.jar(), pathname + search)).html).toContain('name="password"');
    expect(await report(token, { password: renewed })).toMatchObject({ status: 401, body: { code: 'FACTOR_WRONG' } });
    expect(await factorsOf()).toEqual(['the intruder’s']);
    expect(await report(token, { password: ada.password })).toEqual(restored);
    expect(await factorsOf()).toEqual([]);
    expect(await userOf(jar)).toBeNull();
  });

  it('stays with the link alone, and so nobody gets in: the account is closed, and its owner is told', async () => {
    const jar = await startWithAda();
    await add(jar, 'the intruder’s');
    const { token } = await notMeIn();
    expect(await report(token)).toEqual(frozen);
    expect(await userOf(jar)).toBeNull();
    expect(await factorsOf()).toEqual(['the intruder’s']);
    expect(await app.box.mail(2)).toMatchObject({ kind: 'frozen', to: 'Ada@Example.com' });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(401);
    expect(await report(token)).toMatchObject({ status: 401, body: { code: 'FACTOR_NEEDED' } });
    expect(await report(token, { password: ada.password })).toEqual(restored);
    expect(await factorsOf()).toEqual([]);
    expect(app.box.mails.map(({ kind }) => kind)).toEqual(['factor-changed', 'frozen']);
    await send(app.jar(), '/auth/recover', { email: ada.email });
    expect((await app.box.mail(3)).kind).toBe('reset');
  });

  it('is not taken away by who guesses', async () => {
    const now = Date.now();
    const jar = await startWithAda({}, { session: { clock: () => now } });
    await add(jar, 'the owner’s');
    const { token } = await notMeIn();
    const statuses = new Set<number>();
    for (let guess = 0; guess < 12; guess++) {
      statuses.add((await report(token, { password: `a guess ${String(guess)}` })).status);
    }
    expect(statuses).toEqual(new Set([401, 429]));
    expect(await factorsOf()).toEqual(['the owner’s']);
    expect(await userOf(jar)).toBe('Ada@Example.com');
  });
});

describe('a second factor that was removed by somebody else', () => {
  it('comes back as it was, and is of no use until then', async () => {
    const jar = await startWithAda();
    await add(jar, 'the owner’s');
    const before = await repository.credentials(id, 'totp');
    await send(jar, '/factors/remove', { name: 'the owner’s' });
    expect(await factorsOf()).toEqual([]);
    expect(await repository.findCredential('totp', 'of the owner’s')).toBeNull();
    expect(await report((await notMeIn(2)).token, { password: ada.password })).toEqual(restored);
    const after = await repository.credentials(id, 'totp');
    expect(after).toEqual(before);
    expect(await repository.credentials(id, 'removed-factor')).toEqual([]);
  });

  it('does not come back after seven days', async () => {
    let now = Date.now();
    const jar = await startWithAda({}, { session: { clock: () => now } });
    await add(jar, 'the owner’s');
    await send(jar, '/factors/remove', { name: 'the owner’s' });
    const { token } = await notMeIn(2);
    now += 7 * day + 1;
    expect(await report(token, { password: ada.password })).toMatchObject(invalidToken);
    expect(await factorsOf()).toEqual([]);
  });

  it('is restored by an older link along with everything since, whose links are void then', async () => {
    const jar = await startWithAda();
    await add(jar, 'the owner’s');
    await change(jar);
    await add(jar, 'the intruder’s');
    await send(jar, '/factors/remove', { name: 'the owner’s' });
    await app.box.mail(4);
    expect(await report((await notMeIn(2)).token, { password: ada.password })).toEqual(restored);
    expect(await factorsOf()).toEqual(['the owner’s']);
    for (const number of [3, 4]) expect(await report((await notMeIn(number)).token)).toMatchObject(invalidToken);
  });
});

describe('an account without a password', () => {
  it('loses one that somebody else has set, and owes none', async () => {
    repository = new MemoryAccountRepository();
    app = await startAccounts({ repository, mailLogin: true, recovery: true }, { controllers: [HomeController] });
    ({ id } = await app.app.get(AccountsService).create({ email: ada.email }));
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const { token } = (await app.box.mail(1)).data;
    await send(app.jar(), '/auth/reset', { token, password: renewed });
    expect(await report((await notMeIn(2)).token)).toEqual(restored);
    expect(await stored()).toMatchObject({ password: null, state: { resetOwed: false } });
    const jar = app.jar();
    await send(jar, '/auth/login/mail', { email: ada.email });
    const { code } = (await app.box.mail(3)).data;
    expect((await send(jar, '/auth/login/mail/enter', { code })).status).toBe(200);
  });
});
