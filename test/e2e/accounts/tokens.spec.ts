import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { CsrfGuard, CurrentUser, Fresh, Public, SessionAuthGuard, type SessionEventOf } from 'nestjs-session-auth';
import {
  AccountsService,
  changedAccount,
  MemoryAccountRepository,
  SessionOnly,
  type Account,
  type StoredAccount,
} from 'nestjs-session-auth/accounts';
import { Upkeep } from '../../../lib/accounts/upkeep/upkeep.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { platforms } from '../../support/app.js';
import { send, startAccounts, type AccountsApp, type JsonAnswer } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { totpCode } from '../../support/totp.js';

const password = 'a long enough phrase';
const minute = 60_000;
const day = 86_400_000;

@Controller()
@UseGuards(CsrfGuard, SessionAuthGuard)
class ShopController {
  @Get('me')
  me(@CurrentUser() account: Account) {
    return { me: account.email };
  }

  @Post('orders')
  order(@CurrentUser() account: Account) {
    return { by: account.email };
  }

  @Post('people')
  @SessionOnly()
  people() {
    return {};
  }

  @Get('fresh')
  @Fresh()
  fresh() {
    return {};
  }
}

@Controller()
class OpenController {
  @Get('open')
  @Public()
  open(@CurrentUser() account: Account | null) {
    return { who: account?.email ?? null };
  }
}

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
  readonly refreshExpiresIn: number;
}

let app: AccountsApp;
let repository: MemoryAccountRepository;
let now: number;
let made = 0;
let calls: string[];
let storeCalls: string[];
let ended: SessionEventOf<'tokensEnded'>[];

beforeAll(async () => {
  now = Date.now();
  calls = [];
  storeCalls = [];
  ended = [];
  repository = new MemoryAccountRepository({ now: () => now });
  app = await startAccounts(
    {
      repository: counted(repository, () => calls),
      recovery: true,
      totp: true,
      secondFactor: { required: ['boss'] },
      tokens: { enabled: true, fromSession: true, max: 3 },
    },
    {
      controllers: [ShopController, OpenController],
      session: {
        clock: () => now,
        store: counted(new MemoryStore(), () => storeCalls),
        observer: { tokensEnded: (event) => ended.push(event) },
      },
    },
  );
});
beforeEach(() => {
  // Nothing of an earlier test is in its grace time, and no budget is used up.
  now += 100 * day;
  ended = [];
});
afterAll(() => app.close());

/** Counts every call of a method. */
function counted<Counted extends object>(subject: Counted, to: () => string[]): Counted {
  return new Proxy(subject, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        to().push(String(name));
        return Reflect.apply(value, target, given);
      };
    },
  });
}

async function someone(roles: readonly string[] = []): Promise<Account> {
  return app.app.get(AccountsService).create({ email: `user-${String(++made)}@example.com`, password, roles });
}

async function change(id: string, to: (account: StoredAccount) => StoredAccount): Promise<void> {
  const account = await repository.find(id);
  if (account === null) throw new Error('There is no account.');
  await repository.update(to(account), account.version);
}

function pairIn({ status, body }: JsonAnswer): Pair {
  expect([status, body]).toEqual([200, expect.objectContaining({ status: 'in', tokenType: 'Bearer' })]);
  expect(body).toMatchObject({ accessToken: expect.any(String), refreshToken: expect.any(String) });
  return body as unknown as Pair;
}

const issue = (identity: string, more: object = {}) => send(app.jar(), '/auth/token', { identity, password, ...more });
const refresh = (refreshToken: unknown) => send(app.jar(), '/auth/token/refresh', { refreshToken });

async function pairOf({ email }: Account): Promise<Pair> {
  return pairIn(await issue(email));
}

async function loggedIn({ email }: Account): Promise<CookieJar> {
  const jar = app.jar();
  expect((await send(jar, '/auth/login', { identity: email, password })).status).toBe(200);
  return jar;
}

async function ask(path: string, token: string, { jar = app.jar(), method = 'GET', headers = {} } = {}) {
  const response = await jar.fetch(path, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, body, code: body['code'], headers: response.headers };
}

async function isGood(token: string): Promise<boolean> {
  return (await ask('/me', token)).status === 200;
}

describe('an access token', () => {
  it('stands for its account on guarded routes and where anybody may be, and makes no session', async () => {
    const ada = await someone();
    const jar = app.jar();
    const answer = await send(jar, '/auth/token', { identity: ada.email, password });
    const pair = pairIn(answer);
    expect(answer.body).toMatchObject({ user: { id: ada.id, email: ada.email } });
    expect(jar.header).not.toContain('session');
    expect([pair.expiresIn, pair.refreshExpiresIn]).toEqual([900, 604_800]);
    const asked = await ask('/me', pair.accessToken);
    expect(asked.body).toEqual({ me: ada.email });
    expect(asked.headers.get('set-cookie')).toBeNull();
    expect((await ask('/open', pair.accessToken)).body).toEqual({ who: ada.email });
    const stored = JSON.stringify(await repository.credentials(ada.id));
    for (const token of [pair.accessToken, pair.refreshToken]) {
      expect(stored).not.toContain(token.slice(25, 68));
      expect(token).toMatch(/^[ar]t_[\w-]{108}$/);
    }
  });

  it('costs one read, of its row and its account, and none of a session', async () => {
    const ada = await someone();
    const { accessToken } = await pairOf(ada);
    const jar = await loggedIn(await someone());
    [calls, storeCalls] = [[], []];
    expect((await ask('/me', accessToken, { jar })).body).toEqual({ me: ada.email });
    expect(calls).toEqual(['findOwned']);
    expect(storeCalls).toEqual([]);
    calls = [];
    expect((await ask('/me', `${accessToken.slice(0, -5)}AAAAA`)).status).toBe(401);
    expect(calls).toEqual([]);
  });

  it('C2-57: is read from the header alone, since addresses and bodies are kept in logs; a garbled one is nobody', async () => {
    const ada = await someone();
    const { accessToken, refreshToken } = await pairOf(ada);
    const bare = await app.jar().fetch(`/me?auth_token=${accessToken}&access_token=${accessToken}`);
    expect(bare.status).toBe(401);
    expect((await send(app.jar(), '/orders', { auth_token: accessToken, access_token: accessToken })).status).toBe(401);
    for (const garbled of [
      `${accessToken}x`,
      accessToken.slice(0, -1),
      'at_',
      `at_${'A'.repeat(9_000)}`,
      refreshToken,
    ]) {
      expect((await ask('/open', garbled)).body).toEqual({ who: null });
      expect((await ask('/me', garbled)).status).toBe(401);
    }
    const refused = await ask('/me', `${accessToken}x`);
    expect(refused.code).toBe('ACCESS_TOKEN_INVALID');
    expect(refused.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  it('C2-58: is nobody after its time', async () => {
    const { accessToken } = await pairOf(await someone());
    now += 15 * minute - 1;
    expect(await isGood(accessToken)).toBe(true);
    now += 1;
    expect(await isGood(accessToken)).toBe(false);
  });

  it('C2-59: is rejected by routes for sessions alone, those that need a fresh login and those of the account among them', async () => {
    const ada = await someone();
    const { accessToken } = await pairOf(ada);
    const jar = await loggedIn(ada);
    for (const [method, path] of [
      ['POST', '/people'],
      ['GET', '/fresh'],
      ['GET', '/auth/sessions'],
      ['POST', '/auth/password'],
    ] as const) {
      const headers = { 'sec-fetch-site': 'same-origin' };
      const answer = await ask(path, accessToken, { jar, method, headers });
      expect([path, answer.status, answer.code]).toEqual([path, 401, 'SESSION_NEEDED']);
    }
    expect((await jar.fetch('/fresh')).status).toBe(200);
  });

  it('C2-60: is asked for no proof of where it comes from, as a session is; what is for sessions alone asks all the same', async () => {
    const ada = await someone();
    const { accessToken } = await pairOf(ada);
    const jar = await loggedIn(await someone());
    const elsewhere = { 'sec-fetch-site': 'cross-site' };
    const ordered = await ask('/orders', accessToken, { jar, method: 'POST', headers: elsewhere });
    expect([ordered.status, ordered.body]).toEqual([201, { by: ada.email }]);
    expect((await jar.fetch('/orders', { method: 'POST', headers: elsewhere })).status).toBe(403);
    expect((await ask('/auth/login', accessToken, { jar, method: 'POST', headers: elsewhere })).status).toBe(403);
  });

  it.each<[string, (account: StoredAccount) => StoredAccount]>([
    ['is disabled', (account) => changedAccount(account, { active: false })],
    ['has another epoch', (account) => changedAccount(account, { epoch: account.epoch + 1 })],
  ])('is nobody, and never again, once its account %s', async (_what, to) => {
    const ada = await someone();
    const { accessToken, refreshToken } = await pairOf(ada);
    await change(ada.id, to);
    expect(await isGood(accessToken)).toBe(false);
    await change(ada.id, (account) => changedAccount(account, { active: true }));
    expect(await isGood(accessToken)).toBe(false);
    expect((await refresh(refreshToken)).status).toBe(401);
    expect(ended.map(({ reason }) => reason)).toEqual(['refused']);
  });
});

describe('POST /auth/token', () => {
  it('answers an unknown name, a wrong password and an account that lets nobody in alike', async () => {
    const [ada, off] = [await someone(), await someone()];
    await change(off.id, (account) => changedAccount(account, { active: false }));
    const answers = [
      await issue('nobody@example.com'),
      await issue(ada.email, { password: 'something else' }),
      await issue(off.email),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body).toEqual(answers[0]?.body);
    }
    expect(answers[0]?.body).toMatchObject({ code: 'INVALID_CREDENTIALS' });
  });

  it('counts guesses', async () => {
    const ada = await someone();
    for (let guess = 0; guess < 5; guess++) {
      expect((await issue(ada.email, { password: 'something else' })).status).toBe(401);
    }
    expect((await issue(ada.email)).status).toBe(429);
  });

  it('rejects what it cannot use', async () => {
    for (const body of [
      {},
      { identity: 'ada@example.com' },
      { identity: 7, password },
      { pending: 7 },
      null,
      [],
      'text',
    ]) {
      expect((await send(app.jar(), '/auth/token', body)).status).toBe(400);
    }
    const unknown = { pending: 'A'.repeat(65), method: 'totp', code: '123456' };
    expect((await send(app.jar(), '/auth/token', unknown)).body).toMatchObject({ code: 'NOTHING_PENDING' });
  });

  it('asks for the second factor without a cookie, once', async () => {
    const ada = await someone();
    const secret = await addTotp(ada);
    const answer = await issue(ada.email);
    expect(answer).toEqual({
      status: 200,
      body: { status: 'second-factor', methods: ['totp'], pending: expect.any(String) },
    });
    const { pending } = answer.body;
    const prove = (code: string) => send(app.jar(), '/auth/token', { pending, method: 'totp', code });
    expect((await prove('000000')).body).toMatchObject({ statusCode: 401, code: 'CODE_WRONG' });
    now += 30_000;
    const { accessToken } = pairIn(await prove(totpCode(secret, now)));
    expect(await isGood(accessToken)).toBe(true);
    now += 30_000;
    expect((await prove(totpCode(secret, now))).body).toMatchObject({ code: 'NOTHING_PENDING' });
  });

  it('ends a wait for the second factor after ten minutes, and with the epoch', async () => {
    const ada = await someone();
    const secret = await addTotp(ada);
    for (const pass of [
      () => Promise.resolve(void (now += 10 * minute)),
      () => change(ada.id, (account) => changedAccount(account, { epoch: account.epoch + 1 })),
    ]) {
      const { pending } = (await issue(ada.email)).body;
      await pass();
      now += 30_000;
      const proof = { pending, method: 'totp', code: totpCode(secret, now) };
      expect((await send(app.jar(), '/auth/token', proof)).body).toMatchObject({ code: 'NOTHING_PENDING' });
    }
  });

  it('says that a second factor has to be set up, which needs a browser', async () => {
    const boss = await someone(['boss']);
    const { status, body } = await issue(boss.email);
    expect([status, body]).toEqual([200, { status: 'enroll', methods: ['totp'] }]);
  });

  it('is not there while the option is off', async () => {
    const other = await startAccounts();
    try {
      expect((await send(other.jar(), '/auth/token', { identity: 'ada@example.com', password })).status).toBe(404);
      const overview = (await other.jar().json('/auth')) as { features: object };
      expect(overview.features).toMatchObject({ tokens: false });
    } finally {
      await other.close();
    }
  });
});

describe('a refresh token', () => {
  it('C2-61: gives the next pair of the same login, and ends that when it is used again later', async () => {
    const ada = await someone();
    const first = await pairOf(ada);
    now += day;
    const second = pairIn(await refresh(first.refreshToken));
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await isGood(second.accessToken)).toBe(true);
    expect(await repository.credentials(ada.id, 'token')).toHaveLength(1);
    now += 30_000;
    expect(await refresh(first.refreshToken)).toMatchObject({
      status: 401,
      body: { code: 'REFRESH_TOKEN_INVALID' },
    });
    expect((await refresh(second.refreshToken)).status).toBe(401);
    expect(await isGood(second.accessToken)).toBe(false);
    expect(ended).toEqual([{ userId: ada.id, address: '127.0.0.1', reason: 'copied' }]);
    const mail = await mailTo(ada, 'tokens-copied');
    expect(mail.text).toContain('was used a second time');
    expect(mail.data.notMe?.link).toContain('/auth/not-me?token=');
  });

  it('may be repeated for a moment, as parallel requests do, and gives the same pair', async () => {
    const first = await pairOf(await someone());
    const second = pairIn(await refresh(first.refreshToken));
    now += 29_999;
    const again = pairIn(await refresh(first.refreshToken));
    expect([again.accessToken, again.refreshToken]).toEqual([second.accessToken, second.refreshToken]);
    expect(again.expiresIn).toBe(870);
    expect(await isGood(first.accessToken)).toBe(true);
    now += 1;
    expect(await isGood(first.accessToken)).toBe(false);
    expect(await isGood(second.accessToken)).toBe(true);
  });

  it('C2-62: is idle for a week at most, lasts for 90 days in all, and is read from JSON alone', async () => {
    const ada = await someone();
    let pair = await pairOf(ada);
    const form = await app.jar().fetch('/auth/token/refresh', {
      method: 'POST',
      body: new URLSearchParams({ refreshToken: pair.refreshToken }),
    });
    expect(form.status).toBe(400);
    for (let week = 0; week < 12; week++) {
      now += 7 * day - 1;
      pair = pairIn(await refresh(pair.refreshToken));
    }
    expect(pair.refreshExpiresIn).toBe(6 * 86_400);
    now += 6 * day + 12;
    expect((await refresh(pair.refreshToken)).status).toBe(401);
    const idle = await pairOf(ada);
    now += 7 * day;
    expect((await refresh(idle.refreshToken)).status).toBe(401);
    now += minute;
    await app.app.get(Upkeep).run();
    expect(await repository.credentials(ada.id, 'token')).toEqual([]);
    expect(ended).toEqual([]);
  });

  it('is nothing that somebody can make up, or end a login with', async () => {
    const ada = await someone();
    const { refreshToken, accessToken } = await pairOf(ada);
    for (const wrong of [
      `${refreshToken.slice(0, 30)}${refreshToken[30] === 'A' ? 'B' : 'A'}${refreshToken.slice(31)}`,
      refreshToken.replace('rt_', 'at_'),
      accessToken.replace('at_', 'rt_'),
      accessToken,
      'A'.repeat(100_000),
      'rt_\0',
      '\ud800',
      7,
      null,
      { length: 1 },
    ]) {
      expect((await refresh(wrong)).status).toBe(401);
    }
    expect(pairIn(await refresh(refreshToken)).accessToken).not.toBe(accessToken);
  });

  it('may also be in the header', async () => {
    const { refreshToken } = await pairOf(await someone());
    const { status, body } = await ask('/auth/token/refresh', refreshToken, { method: 'POST' });
    pairIn({ status, body });
  });
});

describe('DELETE /auth/token', () => {
  it('ends the login of an access token, or of a refresh token', async () => {
    const ada = await someone();
    for (const kind of ['accessToken', 'refreshToken'] as const) {
      const pair = await pairOf(ada);
      expect((await ask('/auth/token', pair[kind], { method: 'DELETE' })).status).toBe(204);
      const again = await ask('/auth/token', pair[kind], { method: 'DELETE' });
      expect([again.status, again.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      expect(await isGood(pair.accessToken)).toBe(false);
      expect((await refresh(pair.refreshToken)).status).toBe(401);
    }
    expect(ended.map(({ reason }) => reason)).toEqual(['revoked', 'revoked']);
  });
});

describe.each(inTurn(platforms))('tokens on %s', (platform) => {
  it('are given, used, refreshed and ended, below a global prefix', async () => {
    const other = await startAccounts(
      { tokens: true },
      {
        platform,
        controllers: [ShopController],
        prepare: (application) => {
          application.setGlobalPrefix('api');
        },
      },
    );
    try {
      const { email } = await other.app.get(AccountsService).create({ email: 'ada@example.com', password });
      const jar = other.jar();
      const first = pairIn(await send(jar, '/api/auth/token', { identity: email, password }));
      expect((await ask('/api/me', first.accessToken, { jar })).body).toEqual({ me: email });
      const refused = await ask('/api/me', `${first.accessToken}x`, { jar });
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      const second = pairIn(await send(jar, '/api/auth/token/refresh', { refreshToken: first.refreshToken }));
      const ended = await ask('/api/auth/token', second.accessToken, { jar, method: 'DELETE' });
      expect([ended.status, ended.headers.get('cache-control')]).toEqual([204, 'no-store']);
      expect((await ask('/api/me', second.accessToken, { jar })).status).toBe(401);
      expect(jar.header).not.toContain('session');
    } finally {
      await other.close();
    }
  });
});

it.each([
  [{ tokens: { enabled: true, maxAge: 0 } }, 'tokens.maxAge'],
  [{ tokens: { enabled: true, maxAge: '1h', refreshMaxIdle: '30m' } }, 'must be less than tokens.refreshMaxIdle'],
  [{ basic: { enabled: true, realm: 'a "quoted" one' } }, 'basic.realm'],
])('C2-68: says at boot which of the settings %j cannot hold', async (options, problem) => {
  await expect(startAccounts(options)).rejects.toThrow(problem);
});

async function mailTo({ email }: Account, kind: string) {
  for (let number = 1; ; number++) {
    const mail = await app.box.mail(number);
    if (mail.kind === kind && mail.to === email) return mail;
  }
}

/** Gives an account an authenticator app. */
async function addTotp(account: Account): Promise<string> {
  const jar = await loggedIn(account);
  const { id, secret } = (await send(jar, '/auth/factors/totp', {})).body as { id: string; secret: string };
  const { status } = await send(jar, `/auth/factors/totp/${id}/enable`, { code: totpCode(secret, now) });
  expect(status).toBe(200);
  return secret;
}
