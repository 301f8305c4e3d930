import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { crc32 } from 'node:zlib';
import { CurrentUser, Fresh, Public, Roles, SessionAuthGuard, SessionConfigError } from 'nestjs-session-auth';
import {
  AccountsService,
  ApiKeyService,
  changedAccount,
  MemoryAccountRepository,
  Scopes,
  type Account,
  type ApiKey,
  type CreatedApiKey,
  type Mail,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { readApiKey } from '../../../lib/accounts/api-keys/api-key.js';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase', roles: ['staff'] };
const logIn = { identity: ada.email, password: ada.password };
const scopes = ['orders:read', 'orders:write'];

@Controller('orders')
@UseGuards(SessionAuthGuard)
class OrdersController {
  @Get()
  @Scopes('orders:read')
  list(@CurrentUser() account: Account) {
    return { of: account.email };
  }

  @Post()
  @Scopes('orders:read', 'orders:write')
  write() {
    return {};
  }

  @Get('staff')
  @Roles('staff')
  @Scopes('orders:read')
  staff() {
    return {};
  }

  @Get('boss')
  @Roles('boss')
  @Scopes('orders:read')
  boss() {
    return {};
  }

  @Get('fresh')
  @Fresh()
  @Scopes('orders:read')
  fresh() {
    return {};
  }

  /** For people alone. */
  @Get('unnamed')
  unnamed() {
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

  @Get('open/scoped')
  @Public()
  @Scopes('orders:read')
  scoped(@CurrentUser() account: Account | null) {
    return { who: account?.email ?? null };
  }
}

let app: AccountsApp;
let repository: MemoryAccountRepository;
let id: string;
let now: number;
let heard: [name: string, event: object][];

beforeEach(() => {
  now = Date.now();
  heard = [];
});
afterEach(() => app.close());

const hear = (name: string) => (event: object) => heard.push([name, event]);

async function start(
  apiKeys: object = {},
  { recovery = true, ...setup }: Parameters<typeof startAccounts>[1] & { recovery?: boolean } = {},
): Promise<void> {
  repository = new MemoryAccountRepository({ now: () => now });
  app = await startAccounts(
    { repository, recovery, apiKeys: { enabled: true, scopes, prefix: 'shop', ...apiKeys } },
    {
      controllers: [OrdersController, OpenController],
      ...setup,
      session: {
        clock: () => now,
        observer: { apiKeyCreated: hear('created'), apiKeyRevoked: hear('revoked') },
        ...setup.session,
      },
    },
  );
  ({ id } = await app.app.get(AccountsService).create(ada));
}

async function loggedIn(): Promise<CookieJar> {
  const jar = app.jar();
  await send(jar, '/auth/login', logIn);
  return jar;
}

async function newKey(body: object = { scopes: ['orders:read'] }): Promise<CreatedApiKey> {
  const { status, body: made } = await send(await loggedIn(), '/auth/api-keys', body);
  expect(status).toBe(201);
  return createdIn(made);
}

function createdIn(body: object): CreatedApiKey {
  expect(body).toMatchObject({ id: expect.any(String), key: expect.any(String) });
  return body as CreatedApiKey;
}

async function mailOf(kind: Mail['kind']): Promise<Mail> {
  for (let number = 1; ; number++) {
    const mail = await app.box.mail(number);
    if (mail.kind === kind) return mail;
  }
}

async function ask(path: string, key: string, method = 'GET', header = 'authorization') {
  const response = await app.jar().fetch(path, {
    method,
    headers: { [header]: header === 'authorization' ? `Bearer ${key}` : key },
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, code: body['code'], headers: response.headers };
}

describe.each(inTurn(platforms))('an API key on %s', (platform) => {
  it('is shown once, lets a program use the routes that name its scopes, and is revoked', async () => {
    await start({}, { platform });
    const jar = await loggedIn();
    const { status, body } = await send(jar, '/auth/api-keys', { name: 'Reports', scopes: ['orders:read'] });
    const { key, ...known } = createdIn(body);
    expect(status).toBe(201);
    expect(key).toMatch(/^shop_[\w-]{65}[0-9a-f]{8}$/);
    expect(known).toMatchObject({ name: 'Reports', scopes: ['orders:read'], lastUsedAt: null, expiresAt: null });
    for (const header of ['authorization', 'x-api-key']) {
      expect((await ask('/orders', key, 'GET', header)).body).toEqual({ of: ada.email });
    }
    expect((await ask('/orders', key)).headers.get('set-cookie')).toBeNull();
    const list = (await jar.json('/auth/api-keys')) as ApiKey[];
    expect(list).toEqual([expect.objectContaining({ id: known.id, name: 'Reports' })]);
    expect(JSON.stringify([list, await repository.credentials(id)])).not.toContain(key.slice(30));
    expect((await send(jar, `/auth/api-keys/${known.id}`, {}, 'DELETE')).status).toBe(204);
    expect(await ask('/orders', key)).toMatchObject({ status: 401, code: 'API_KEY_INVALID' });
    expect((await send(jar, `/auth/api-keys/${known.id}`, {}, 'DELETE')).status).toBe(404);
    expect(heard).toEqual([
      ['created', { userId: id, address: '127.0.0.1', keyId: known.id }],
      ['revoked', { userId: id, address: '127.0.0.1', keyId: known.id }],
    ]);
  });
});

describe('an API key', () => {
  it('is refused where it lacks a scope, and where a route names none', async () => {
    await start();
    const { key } = await newKey();
    const lacking = await ask('/orders', key, 'POST');
    expect(lacking).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    expect(lacking.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="orders:read orders:write"',
    );
    expect(await ask('/orders/unnamed', key)).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    expect((await ask('/orders/staff', key)).status).toBe(200);
    expect((await ask('/orders/boss', key)).status).toBe(403);
    const both = await newKey({ scopes });
    expect((await ask('/orders', both.key, 'POST')).status).toBe(201);
  });

  it('is no login: it makes no session, is not fresh, and manages no account', async () => {
    await start();
    const { key } = await newKey({ scopes });
    expect((await ask('/orders/fresh', key)).status).toBe(401);
    for (const path of ['/auth/api-keys', '/auth/sessions', '/auth/account', '/auth/factors']) {
      expect([path, (await ask(path, key)).status]).not.toEqual([path, 200]);
    }
    expect((await ask('/auth/api-keys', key, 'POST')).status).toBe(403);
    expect((await ask('/auth', key)).body).toMatchObject({ user: null });
  });

  it('counts on a public route only where that names its scopes', async () => {
    await start();
    const { key } = await newKey();
    expect((await ask('/open', key)).body).toEqual({ who: null });
    expect((await ask('/open/scoped', key)).body).toEqual({ who: ada.email });
    expect((await ask('/open/scoped', `${key.slice(0, -1)}x`)).body).toEqual({ who: null });
    const writing = await newKey({ scopes: ['orders:write'] });
    expect((await ask('/open/scoped', writing.key)).body).toEqual({ who: null });
  });

  it.each([
    ['with another secret', (key: string) => withPart(key, 30, key[30] === 'A' ? 'B' : 'A')],
    ['of another row', (key: string) => withPart(key, 5, key[5] === 'A' ? 'B' : 'A')],
    ['cut', (key: string) => key.slice(0, -1)],
    ['doubled', (key: string) => key + key],
    ['in other letters', (key: string) => key.toUpperCase().replace('SHOP_', 'shop_')],
    ['very long', (key: string) => key + 'A'.repeat(5_000)],
  ])('%s is a 401', async (_what, changed) => {
    await start();
    const { key } = await newKey();
    expect((await ask('/orders', changed(key))).status).toBe(401);
    expect((await ask('/orders', key)).status).toBe(200);
  });

  it('that is mistyped costs no query', async () => {
    await start();
    const { key } = await newKey();
    expect(readApiKey('shop', key)).not.toBeNull();
    expect(
      readApiKey(
        'shop',
        key.replace(/.(?=.{20}$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
      ),
    ).toBeNull();
    expect(readApiKey('other', key)).toBeNull();
  });

  it('expires', async () => {
    await start({ maxAge: '30d' });
    const short = await newKey({ scopes: ['orders:read'], days: 1 });
    const long = await newKey();
    expect(new Date(long.expiresAt ?? 0).getTime() - now).toBe(30 * 86_400_000);
    now += 86_400_000;
    expect([(await ask('/orders', short.key)).status, (await ask('/orders', long.key)).status]).toEqual([401, 200]);
    const { body } = await send(await loggedIn(), '/auth/api-keys', { scopes: ['orders:read'], days: 31 });
    expect(body).toMatchObject({ statusCode: 400, fields: { days: ['DAYS_INVALID'] } });
  });

  it('survives a change of the password, and ends with a reset', async () => {
    await start();
    const jar = await loggedIn();
    const { key } = createdIn((await send(jar, '/auth/api-keys', { scopes: ['orders:read'] })).body);
    await send(jar, '/auth/password', { current: ada.password, password: 'another long phrase' });
    expect((await ask('/orders', key)).status).toBe(200);
    const stranger = app.jar();
    await send(stranger, '/auth/recover', { email: ada.email });
    const { token } = (await mailOf('reset')).data;
    await send(stranger, '/auth/reset', { token, password: 'a third long phrase' });
    expect((await ask('/orders', key)).status).toBe(401);
    expect(await app.app.get(ApiKeyService).list(id)).toEqual([]);
  });

  it('ends when a change is reported by its mail', async () => {
    await start();
    const { key } = await newKey({ name: 'Mine', scopes: ['orders:read'] });
    const { text, data } = await mailOf('api-key');
    expect(text).toContain('“Mine” (orders:read)');
    expect((await send(app.jar(), '/auth/not-me', { token: data.notMe?.token })).status).toBe(200);
    expect((await ask('/orders', key)).status).toBe(401);
  });

  it('ends when an administrator resets the access', async () => {
    await start();
    const { key } = await newKey();
    await app.app.get(AccountsService).resetAccess(id, { password: 'set by an administrator' });
    expect((await ask('/orders', key)).status).toBe(401);
  });

  it('says when it was used last, to the minute', async () => {
    await start();
    const { key } = await newKey();
    const service = app.app.get(ApiKeyService);
    const used: (number | undefined)[] = [];
    for (const later of [0, 30_000, 30_000]) {
      now += later;
      await ask('/orders', key);
      await app.app.get(AfterAnswer).settled(60_000);
      used.push((await service.list(id))[0]?.lastUsedAt?.getTime());
    }
    expect(used).toEqual([now - 60_000, now - 60_000, now]);
  });

  it('has a limit of its own', async () => {
    await start({ perMinute: 2 });
    const [one, other] = [await newKey(), await newKey()];
    const statuses = [];
    for (let request = 0; request < 3; request++) statuses.push(await ask('/orders', one.key));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(statuses[2]?.headers.get('retry-after')).toBe('30');
    expect((await ask('/orders', other.key)).status).toBe(200);
    now += 60_000;
    expect((await ask('/orders', one.key)).status).toBe(200);
  });

  it('is only created by a login that is fresh, for scopes that there are, and so many times', async () => {
    await start({ max: 1 });
    const jar = await loggedIn();
    for (const [body, code] of [
      [{}, 'REQUIRED'],
      [{ scopes: [] }, 'REQUIRED'],
      [{ scopes: ['orders:delete'] }, 'SCOPE_UNKNOWN'],
      [{ scopes: ['orders:read', 3] }, 'SCOPE_UNKNOWN'],
      [{ scopes: { length: 1 } }, 'SCOPE_UNKNOWN'],
    ] as const) {
      expect((await send(jar, '/auth/api-keys', body)).body).toMatchObject({ fields: { scopes: [code] } });
    }
    for (const days of [0, -1, 1.5, '1e3', 'many', [], 4_000]) {
      const { body } = await send(jar, '/auth/api-keys', { scopes: ['orders:read'], days });
      expect([days, body]).toEqual([days, expect.objectContaining({ fields: { days: ['DAYS_INVALID'] } })]);
    }
    expect((await send(jar, '/auth/api-keys', { scopes: ['orders:read'] })).status).toBe(201);
    expect((await send(jar, '/auth/api-keys', { scopes: ['orders:read'] })).body).toMatchObject({
      code: 'TOO_MANY_API_KEYS',
    });
    now += 16 * 60_000;
    expect((await send(jar, '/auth/api-keys', { scopes: ['orders:read'] })).body).toMatchObject({
      code: 'VERIFICATION_REQUIRED',
    });
  });

  it('of somebody else cannot be revoked', async () => {
    await start();
    const { id: keyId, key } = await newKey();
    await app.app.get(AccountsService).create({ email: 'bob@example.com', password: ada.password });
    const bob = app.jar();
    await send(bob, '/auth/login', { identity: 'bob@example.com', password: ada.password });
    expect((await send(bob, `/auth/api-keys/${keyId}`, {}, 'DELETE')).status).toBe(404);
    expect((await ask('/orders', key)).status).toBe(200);
  });

  it('that was created while a reset ran is not valid', async () => {
    await start();
    const jar = await loggedIn();
    const add = repository.addCredential.bind(repository);
    repository.addCredential = async (...args) => {
      const account = await repository.find(id);
      if (account !== null) {
        await repository.update(changedAccount(account, { epoch: account.epoch + 1 }), account.version);
      }
      return add(...args);
    };
    expect((await send(jar, '/auth/api-keys', { scopes: ['orders:read'] })).status).toBe(409);
  });

  it('is created and revoked on its page, without a script', async () => {
    await start();
    const jar = await loggedIn();
    const page = await sendForm(jar, '/auth/api-keys', { name: 'Reports', scopes: 'orders:read', days: '' });
    const shown = await page.text();
    const [key = ''] = /shop_[\w-]+/.exec(shown) ?? [];
    expect((await ask('/orders', key)).status).toBe(200);
    const { html } = await readPage(jar, '/auth/api-keys');
    expect(html).toContain('Reports');
    expect(html).not.toContain(key);
    const [{ id: keyId } = { id: '' }] = await app.app.get(ApiKeyService).list(id);
    expect((await sendForm(jar, `/auth/api-keys/${keyId}/delete`, {})).status).toBe(303);
    expect((await ask('/orders', key)).status).toBe(401);
  });
});

describe('at boot', () => {
  it('keys without scopes, and routes with one that no key can have, are errors', async () => {
    await start();
    await expect(startAccounts({ apiKeys: true })).rejects.toThrow('apiKeys.scopes');
    const typed = startAccounts(
      { apiKeys: { enabled: true, scopes: ['orders:write'] } },
      { controllers: [OrdersController] },
    );
    await expect(typed).rejects.toThrow(SessionConfigError);
    await expect(typed).rejects.toThrow('orders:read is not in apiKeys.scopes');
    expect(() => Scopes()).toThrow('at least one name');
  });

  it('without keys, a request with one is anonymous', async () => {
    await start({ enabled: false, scopes });
    expect((await ask('/orders', 'shop_key')).status).toBe(401);
    expect((await app.jar().fetch('/auth/api-keys')).status).toBe(404);
  });
});

/** With a checksum that fits. */
function withPart(key: string, at: number, part: string): string {
  const body = (key.slice(0, at) + part + key.slice(at + part.length)).slice(0, -8);
  return body + crc32(body).toString(16).padStart(8, '0');
}
