import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { CsrfGuard, CurrentUser, Public, SessionAuthGuard } from 'nestjs-session-auth';
import {
  AccountsService,
  AllowBasic,
  ApiKeyService,
  changedAccount,
  MemoryAccountRepository,
  Scopes,
  type Account,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import type { CookieJar } from '../../support/jar.js';
import { totpCode } from '../../support/totp.js';

const password = 'a long enough phräse';

@Controller()
@UseGuards(CsrfGuard, SessionAuthGuard)
class FeedController {
  @Get('feed')
  @AllowBasic()
  @Scopes('feed')
  feed(@CurrentUser() account: Account) {
    return { of: account.email };
  }

  @Post('feed')
  @AllowBasic({ realm: 'Own "feed"' })
  write() {
    return {};
  }

  @Get('people')
  people() {
    return {};
  }
}

@Controller()
class OpenController {
  @Get('open')
  @Public()
  @AllowBasic()
  open(@CurrentUser() account: Account | null) {
    return { who: account?.email ?? null };
  }
}

let app: AccountsApp;
let repository: MemoryAccountRepository;
let now: number;
let made = 0;
let storeCalls: string[] = [];

beforeAll(async () => {
  now = Date.now();
  repository = new MemoryAccountRepository({ now: () => now });
  const store = new MemoryStore();
  const write = store.write.bind(store);
  store.write = (...given) => {
    storeCalls.push('write');
    return write(...given);
  };
  app = await startAccounts(
    {
      repository,
      usernames: true,
      totp: true,
      tokens: true,
      apiKeys: { enabled: true, scopes: ['feed', 'other'] },
      basic: { enabled: true, realm: 'Shop' },
    },
    { controllers: [FeedController, OpenController], session: { clock: () => now, store } },
  );
});
beforeEach(() => {
  now += 86_400_000;
  storeCalls = [];
});
afterAll(() => app.close());

function someone(): Promise<Account> {
  const name = `user${String(++made)}`;
  return app.app.get(AccountsService).create({ email: `${name}@example.com`, username: name, password });
}

function basic(name: string, secret = password): string {
  return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
}

async function ask(
  authorization: string | null,
  { path = '/feed', method = 'GET', jar = app.jar(), headers = {} } = {},
) {
  const response = await jar.fetch(path, {
    method,
    headers: { ...(authorization === null ? {} : { authorization }), ...headers },
  });
  const body = (await response.json()) as Record<string, unknown>;
  return {
    status: response.status,
    body,
    challenge: response.headers.get('www-authenticate'),
    headers: response.headers,
  };
}

async function addTotp(jar: CookieJar): Promise<void> {
  const { id, secret } = (await send(jar, '/auth/factors/totp', {})).body as { id: string; secret: string };
  expect((await send(jar, `/auth/factors/totp/${id}/enable`, { code: totpCode(secret, now) })).status).toBe(200);
}

describe('HTTP Basic', () => {
  it('C2-63: opens the routes that allow it, by address or username, and makes no session', async () => {
    const ada = await someone();
    for (const name of [ada.email, ada.email.toUpperCase(), ada.username ?? '']) {
      const { status, body, headers } = await ask(basic(name));
      expect([status, body]).toEqual([200, { of: ada.email }]);
      expect(headers.get('set-cookie') ?? '').not.toContain('session');
    }
    expect(await ask(basic(ada.email), { path: '/people' })).toMatchObject({ status: 401, challenge: null });
    expect((await ask(basic(ada.email), { path: '/open' })).body).toEqual({ who: ada.email });
    expect((await ask(basic(ada.email, 'wrong'), { path: '/open' })).body).toEqual({ who: null });
  });

  it('C2-63: asks for what is missing or wrong, in JSON too, with its realm or that of the route', async () => {
    const ada = await someone();
    const shop = 'Basic realm="Shop", charset="UTF-8"';
    const headers = { accept: 'application/json' };
    expect(await ask(null, { headers })).toMatchObject({ status: 401, challenge: shop });
    const wrong = [
      basic(ada.email, 'wrong'),
      basic('nobody@example.com'),
      basic('', ''),
      'Basic',
      'Basic !',
      `Basic ${Buffer.from('no colon').toString('base64')}`,
      basic(ada.email, '\0'),
      basic(ada.email, 'x'.repeat(5_000)),
      basic('x'.repeat(5_000)),
      `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`,
    ];
    for (const authorization of wrong) {
      const { status, challenge, body } = await ask(authorization, { headers });
      expect([authorization.slice(0, 30), status, challenge]).toEqual([authorization.slice(0, 30), 401, shop]);
      expect(body).toEqual({
        statusCode: 401,
        message: 'The address or the password is wrong.',
        error: 'Unauthorized',
        code: 'INVALID_CREDENTIALS',
      });
    }
    const { challenge } = await ask(null, { method: 'POST', path: '/feed' });
    expect(challenge).toBe('Basic realm="Own feed", charset="UTF-8"');
  });

  it('counts guesses, with those at the login', async () => {
    const ada = await someone();
    for (let guess = 0; guess < 5; guess++) expect((await ask(basic(ada.email, 'wrong'))).status).toBe(401);
    const limited = await ask(basic(ada.email));
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, expect.any(String)]);
    expect((await send(app.jar(), '/auth/login', { identity: ada.email, password })).status).toBe(429);
  });

  it('takes many requests at once, with one hash and one guess', async () => {
    const ada = await someone();
    const good = await Promise.all(Array.from({ length: 20 }, () => ask(basic(ada.email))));
    expect(good.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
    const wrong = await Promise.all(Array.from({ length: 20 }, () => ask(basic(ada.email, 'wrong'))));
    expect(wrong.map(({ status }) => status)).toEqual(Array<number>(20).fill(401));
    const guesses = await Promise.all(Array.from({ length: 20 }, (_, guess) => ask(basic(ada.email, String(guess)))));
    expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThan(10);
  });

  it('replaces a hash that is weaker than new ones', async () => {
    const ada = await someone();
    const account = await repository.find(ada.id);
    if (account === null) throw new Error('There is no account.');
    const { hash } = await import('bcryptjs');
    const foreign = await hash(password, 4);
    await repository.update(changedAccount(account, { password: foreign }), account.version);
    expect((await ask(basic(ada.email))).status).toBe(200);
    await app.app.get(AfterAnswer).settled(60_000);
    expect((await repository.find(ada.id))?.password).toMatch(/^\$argon2id\$/);
  });

  it('is refused for who has a second factor, unless the password is an API key of the account', async () => {
    const [ada, bob] = [await someone(), await someone()];
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: ada.email, password });
    await addTotp(jar);
    expect((await ask(basic(ada.email))).status).toBe(401);
    const keys = app.app.get(ApiKeyService);
    const { key } = await keys.create(ada.id, { scopes: ['feed'] });
    expect(await ask(basic(ada.email, key))).toMatchObject({ status: 200, body: { of: ada.email } });
    expect((await ask(basic(ada.username ?? '', key))).status).toBe(200);
    expect(await ask(basic(bob.email, key))).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('Basic'),
    });
    const { key: other } = await keys.create(ada.id, { scopes: ['other'] });
    expect(await ask(basic(ada.email, other))).toMatchObject({ status: 403, body: { code: 'SCOPE_MISSING' } });
    expect((await ask(basic(ada.email, key), { method: 'POST' })).status).toBe(403);
  });

  it('C2-64: comes after an access token and a session, and is asked where it comes from', async () => {
    const [ada, bob, eve] = [await someone(), await someone(), await someone()];
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: bob.email, password });
    expect((await ask(basic(ada.email), { jar })).body).toEqual({ of: bob.email });
    const { accessToken } = (await send(app.jar(), '/auth/token', { identity: eve.email, password })).body;
    expect((await ask(`Bearer ${String(accessToken)}`, { jar })).body).toEqual({ of: eve.email });
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await ask(basic(ada.email), { method: 'POST', headers })).status).toBe(403);
    expect((await ask(basic(ada.email), { method: 'POST' })).status).toBe(201);
  });

  it('is nothing while the option is off', async () => {
    const other = await startAccounts({}, { controllers: [FeedController] });
    try {
      const { email } = await other.app.get(AccountsService).create({ email: 'ada@example.com', password });
      expect(await ask(basic(email), { jar: other.jar() })).toMatchObject({ status: 401, challenge: null });
    } finally {
      await other.close();
    }
  });

  it('writes no session', async () => {
    const ada = await someone();
    await ask(basic(ada.email));
    expect(storeCalls).toEqual([]);
  });
});
