import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, RequestMethod, UseGuards } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { AuthService, CurrentUser, Roles, Session, SessionAuthGuard, SessionConfigError } from 'nestjs-session-auth';
import {
  AccountsService,
  changedAccount,
  ImpersonationService,
  Impersonator,
  MemoryAccountRepository,
  NotImpersonated,
  type Account,
} from 'nestjs-session-auth/accounts';
import { METHOD_METADATA, routesIn } from '../../../lib/http/routes.js';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { connectAs } from '../sockets/sockets-app.js';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

const password = 'a long enough phrase';
const ada = { email: 'ada@example.com', password, roles: ['customer'] };
const boss = { email: 'boss@example.com', password, roles: ['admin'] };
const hour = 3_600_000;

@Controller()
class ShopController {
  constructor(private readonly impersonation: ImpersonationService) {}

  @Get('me')
  me(@CurrentUser() account: Account | null, @Impersonator() by: Account | null, @Session() session: Session) {
    return { me: account?.email ?? null, by: by?.email ?? null, cart: session.get('cart', []) };
  }

  @Post('cart')
  fill(@Session() session: Session) {
    session.set('cart', ['tea']);
    return {};
  }

  @Get('orders')
  @Roles('customer')
  orders() {
    return {};
  }

  @Get('reports')
  @Roles('admin')
  reports() {
    return {};
  }

  @Post('pay')
  @UseGuards(SessionAuthGuard)
  @NotImpersonated()
  pay() {
    return {};
  }

  @Get('page')
  async page(@Session() session: Session) {
    return { banner: String(await this.impersonation.banner(session, 'de')) };
  }

  @Post('help')
  async help(@Session() session: Session) {
    const account = await this.impersonation.start(session, { account: id, reason: 'a call' });
    return { me: account.account.email };
  }
}

@WebSocketGateway({ path: '/shop' })
@UseGuards(SessionAuthGuard)
class ShopGateway {
  @SubscribeMessage('who')
  who(@CurrentUser() account: Account, @Impersonator() by: Account | null) {
    return { event: 'reply', data: { me: account.email, by: by?.email ?? null } };
  }

  @SubscribeMessage('pay')
  @NotImpersonated()
  pay() {
    return { event: 'reply', data: {} };
  }
}

let app: AccountsApp;
let repository: MemoryAccountRepository;
let id: string;
let bossId: string;
let now: number;
let heard: [name: string, event: object][];

beforeEach(() => {
  now = Date.now();
  heard = [];
});
afterEach(() => app.close());

const hear = (name: string) => (event: object) => heard.push([name, event]);

async function start(
  options: Parameters<typeof startAccounts>[0] = {},
  { session = {}, ...setup }: Parameters<typeof startAccounts>[1] = {},
): Promise<void> {
  repository = new MemoryAccountRepository({ now: () => now });
  app = await startAccounts(
    { repository, tracking: true, recovery: true, impersonation: true, ...options },
    {
      controllers: [ShopController],
      ...setup,
      session: {
        clock: () => now,
        ...session,
        observer: {
          impersonationStarted: hear('started'),
          impersonationEnded: hear('ended'),
          login: hear('login'),
          logout: hear('logout'),
          refused: hear('refused'),
        },
      },
    },
  );
  const accounts = app.app.get(AccountsService);
  ({ id } = await accounts.create(ada));
  ({ id: bossId } = await accounts.create(boss));
}

async function loggedIn({ email }: { email: string } = boss, remember = false): Promise<CookieJar> {
  const jar = app.jar();
  expect((await send(jar, '/auth/login', { identity: email, password, remember })).status).toBe(200);
  return jar;
}

/** An administrator in Ada's place. */
async function impersonating(): Promise<CookieJar> {
  const jar = await loggedIn();
  const { status } = await send(jar, '/auth/impersonate', { account: id, reason: 'ticket 7' });
  expect(status).toBe(200);
  return jar;
}

async function whoIs(jar: CookieJar): Promise<{ me: string | null; by: string | null; cart: string[] }> {
  return (await jar.json('/me')) as { me: string | null; by: string | null; cart: string[] };
}

async function change(accountId: string, changes: Parameters<typeof changedAccount>[1]): Promise<void> {
  const account = await repository.find(accountId);
  if (account === null) throw new Error('There is no such account.');
  await repository.update(changedAccount(account, changes), account.version);
}

const asAda = { me: ada.email, by: boss.email, cart: [] };
const nobody = { me: null, by: null, cart: [] };

describe.each(inTurn(platforms))('an administrator on %s', (platform) => {
  it('ASVS 7.2.4: takes the place of a user, and goes back to the own session, each time under a new id', async () => {
    await start({}, { platform });
    const jar = await loggedIn();
    await send(jar, '/cart', {});
    const before = jar.copy();
    const begun = await send(jar, '/auth/impersonate', { account: id, reason: 'ticket 7' });
    expect(begun).toEqual({
      status: 200,
      body: {
        status: 'impersonating',
        user: expect.objectContaining({ id, email: ada.email }),
        impersonator: expect.objectContaining({ id: bossId }),
        until: new Date(now + hour).toISOString(),
      },
    });
    expect(await whoIs(before)).toEqual(nobody);
    expect(await whoIs(jar)).toEqual(asAda);
    expect(await jar.json('/auth')).toMatchObject({ user: { id }, impersonator: { id: bossId, email: boss.email } });
    expect((await jar.fetch('/orders')).status).toBe(200);
    expect((await jar.fetch('/reports')).status).toBe(403);
    const during = jar.copy();
    expect(await send(jar, '/auth/impersonate', {}, 'DELETE')).toEqual({
      status: 200,
      body: { status: 'in', user: expect.objectContaining({ id: bossId }) },
    });
    expect(await whoIs(during)).toEqual(nobody);
    expect(await whoIs(jar)).toEqual({ me: boss.email, by: null, cart: ['tea'] });
    expect(await jar.json('/auth')).toMatchObject({ user: { id: bossId }, impersonator: null });
    const event = { userId: id, by: bossId, address: '127.0.0.1' };
    expect(heard.filter(([name]) => name === 'started' || name === 'ended')).toEqual([
      ['started', { ...event, reason: 'ticket 7', until: now + hour }],
      ['ended', { ...event, reason: 'ended' }],
    ]);
  });
});

describe('an impersonation', () => {
  it('takes no place among the sessions that a user may have', async () => {
    await start({}, { session: { maxSessionsPerUser: { max: 1, onTooMany: 'end-oldest' } } });
    const owner = await loggedIn(ada);
    const jar = await impersonating();
    expect(await whoIs(owner)).toMatchObject({ me: ada.email });
    const again = await loggedIn(ada);
    expect(await whoIs(owner)).toEqual(nobody);
    expect(await whoIs(again)).toMatchObject({ me: ada.email });
    expect(await whoIs(jar)).toEqual(asAda);
  });

  it('keeps the remembered login of the administrator, which a logout ends', async () => {
    await start();
    const jar = await loggedIn(boss, true);
    await send(jar, '/auth/impersonate', { account: id, reason: 'x' });
    await send(jar, '/auth/impersonate', {}, 'DELETE');
    for (let request = 0; request < 2; request++) expect(await whoIs(jar)).toMatchObject({ me: boss.email });
    await send(jar, '/auth/impersonate', { account: id, reason: 'x' });
    const copy = jar.copy();
    await send(jar, '/auth/logout', {});
    expect(await whoIs(jar)).toEqual(nobody);
    expect(await whoIs(copy)).toEqual(nobody);
  });

  it('is no login of the user: it is not counted, told or remembered', async () => {
    await start();
    const owner = await loggedIn(ada);
    await change(id, { data: {} });
    const before = await repository.find(id);
    heard = [];
    const jar = await impersonating();
    expect(await whoIs(owner)).toMatchObject({ me: ada.email });
    expect(heard.map(([name]) => name)).toEqual(['login', 'started']);
    await send(jar, '/auth/impersonate', {}, 'DELETE');
    const after = await repository.find(id);
    expect([after?.loginCount, after?.currentLogin]).toEqual([before?.loginCount, before?.currentLogin]);
    expect(jar.header).not.toContain('remember');
  });

  it('is listed among the sessions of the user as what it is, and ended there by its owner', async () => {
    await start();
    const owner = await loggedIn(ada);
    const jar = await impersonating();
    const list = (await owner.json('/auth/sessions')) as { publicId: string; impersonated: boolean }[];
    expect(list.map(({ impersonated }) => impersonated).sort()).toEqual([false, true]);
    expect((await readPage(owner, '/auth/sessions')).html).toContain('An administrator of this site, as you');
    const publicId = list.find(({ impersonated }) => impersonated)?.publicId ?? '';
    expect((await send(owner, `/auth/sessions/${publicId}`, {}, 'DELETE')).status).toBe(200);
    expect(await whoIs(jar)).toEqual(nobody);
    expect(heard.at(-1)).toEqual(['ended', { userId: id, by: bossId, address: '', reason: 'revoked' }]);
  });

  it('is shown on every page, with a button that ends it', async () => {
    await start();
    const jar = await impersonating();
    const { html } = await readPage(jar, '/auth/account');
    expect(html).toContain(
      'You are using this site as ada@example.com. You are logged in as boss@example.com, and return to your own account at',
    );
    expect(html).toContain('action="/auth/impersonate/end"');
    const ended = await sendForm(jar, '/auth/impersonate/end', { next: '/me' });
    expect([ended.status, ended.headers.get('location')]).toEqual([303, '/me']);
    expect(await whoIs(jar)).toMatchObject({ me: boss.email, by: null });
  });

  it('begins on the page of an account that administrators have, after a verification where one is due', async () => {
    await start({ admin: 'admin' });
    const jar = await loggedIn();
    const path = `/auth/admin/accounts/${id}`;
    const { html } = await readPage(jar, path);
    expect(html).toContain('action="/auth/impersonate"');
    expect(html).toContain(`name="account" value="${id}"`);
    now += 16 * 60_000;
    const asked = await sendForm(jar, '/auth/impersonate', { account: id, reason: 'x' });
    expect(asked.headers.get('location')).toBe(`/auth/verify?next=${encodeURIComponent(path)}`);
    await send(jar, '/auth/verify', { password });
    const begun = await sendForm(jar, '/auth/impersonate', { account: id, reason: 'x' });
    expect([begun.status, begun.headers.get('location')]).toEqual([303, '/']);
    expect(await whoIs(jar)).toEqual(asAda);
  });

  it('holds over a WebSocket, and ends there with the session of the administrator', async () => {
    await start(
      {},
      {
        providers: [ShopGateway],
        session: { sockets: { recheckInterval: 1 } },
        prepare: (nest) => void nest.useWebSocketAdapter(new WsAdapter(nest)),
      },
    );
    const jar = await impersonating();
    const client = await connectAs({ library: 'ws' }, app, 'shop', jar);
    expect(await client.ask('who')).toEqual({ me: ada.email, by: boss.email });
    expect(await client.ask('pay')).toMatchObject({ code: 'FORBIDDEN', reason: 'IMPERSONATING' });
    await app.app.get(AuthService).logoutEverywhere(bossId);
    await client.closed;
  });

  it('is refused by every route of accounts that changes something, and by those that the application marks', async () => {
    await start({
      ...{ registration: true, confirmation: true, mailLogin: true, emailChange: true, deletion: true },
      ...{
        totp: true,
        passkeys: true,
        recoveryCodes: true,
        sms: { enabled: true, countries: ['DE'] },
        usernames: true,
      },
      apiKeys: { enabled: true, scopes: ['me'] },
      admin: 'admin',
      tokens: { enabled: true, fromSession: true },
      invitations: true,
    });
    const jar = await impersonating();
    const allowed = new Set(['POST /auth/logout', 'DELETE /auth/impersonate', 'POST /auth/impersonate/end']);
    const routes = routesIn(app.app.get(ModulesContainer)).flatMap(({ controller, handler }) => {
      const [prefix, path, method] = [
        Reflect.getMetadata('path', controller) as string,
        Reflect.getMetadata('path', handler) as string,
        RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number] ?? '',
      ];
      return prefix === '/auth' ? [`${method} /auth/${path.replace(/:\w+/g, 'x')}`] : [];
    });
    const changing = [
      ...routes.filter((route) => !route.startsWith('GET ')),
      'GET /auth/account/export',
      'GET /auth/admin/accounts',
    ];
    expect(changing.length).toBeGreaterThan(40);
    const refused: [route: string, status: number, code?: string | undefined][] = [];
    for (const route of changing.filter((one) => !allowed.has(one))) {
      const [method = '', path = ''] = route.split(' ');
      const response = await jar.fetch(path, {
        method,
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
        ...(method === 'GET' ? {} : { body: '{}' }),
      });
      const answer = (await response.json()) as { code?: string; message: string };
      // Of a feature that is off here, there is no route.
      if (!answer.message.startsWith('Cannot ')) refused.push([route, response.status, answer.code]);
    }
    expect(refused.length).toBeGreaterThan(50);
    expect(refused).toEqual(refused.map(([route]) => [route, 403, 'IMPERSONATING']));
    expect((await send(jar, '/pay', {})).body).toMatchObject({ statusCode: 403, code: 'IMPERSONATING' });
    expect((await send(jar, '/help', {})).body).toMatchObject({ code: 'IMPERSONATING' });
    expect((await sendForm(jar, '/auth/account/password', {})).status).toBe(404);
    const form = await sendForm(jar, '/auth/password', { current: password, password: 'another long phrase' });
    expect([form.status, await form.text()]).toEqual([
      403,
      expect.stringContaining('while you use the site as another user'),
    ]);
    expect(await whoIs(jar)).toEqual(asAda);
    const owner = await loggedIn(ada);
    expect((await send(owner, '/pay', {})).status).toBe(201);
  });

  it('can be shown on pages of the application, in their language', async () => {
    await start();
    const jar = await loggedIn();
    expect(await jar.json('/page')).toEqual({ banner: 'null' });
    await send(jar, '/auth/impersonate', { account: id, reason: 'x' });
    const { banner } = (await jar.json('/page')) as { banner: string };
    expect(banner).toContain('Sie sehen diese Website wie ada@example.com. Sie sind boss@example.com, bis');
    expect(banner).toMatch(
      /<form method="post" action="\/auth\/impersonate\/end">\s*<input type="hidden" name="_csrf"/,
    );
  });

  it('is told to the owner of the account by mail, if the application wants that', async () => {
    await start({ tracking: false, impersonation: { enabled: true, notify: true } });
    await impersonating();
    const mail = await app.box.mail();
    expect(mail).toMatchObject({ kind: 'impersonated', to: ada.email });
    expect(mail.text).toContain('an administrator of localhost');
    expect(mail.text).not.toContain(boss.email);
  });

  it('is in the events that are about the session', async () => {
    await start();
    const jar = await impersonating();
    await jar.fetch('/reports');
    await send(jar, '/auth/logout', {});
    expect(heard.slice(-3)).toEqual([
      ['refused', expect.objectContaining({ userId: id, by: bossId, reason: 'roles' })],
      ['ended', { userId: id, by: bossId, address: '127.0.0.1', reason: 'logout' }],
      ['logout', expect.objectContaining({ userId: id, by: bossId })],
    ]);
  });

  it('can be begun by code of the application', async () => {
    await start();
    const jar = await loggedIn();
    expect((await send(jar, '/help', {})).body).toEqual({ me: ada.email });
    expect(await whoIs(jar)).toEqual(asAda);
  });

  it.each<[string, () => Promise<{ jar?: CookieJar; body?: object } | undefined>, object]>([
    [
      'without the role',
      async () => ({ jar: await loggedIn(ada), body: { account: bossId, reason: 'x' } }),
      { statusCode: 403, code: 'ROLE_REQUIRED' },
    ],
    ['without a login', () => Promise.resolve({ jar: app.jar() }), { statusCode: 401 }],
    [
      'without a fresh login',
      async () => {
        const jar = await loggedIn();
        now += 16 * 60_000;
        return { jar };
      },
      { statusCode: 401, code: 'VERIFICATION_REQUIRED' },
    ],
    [
      'without a reason',
      () => Promise.resolve({ body: { account: id } }),
      { statusCode: 400, fields: { reason: ['REQUIRED'] } },
    ],
    [
      'with a reason that is too long',
      () => Promise.resolve({ body: { account: id, reason: 'x'.repeat(1_001) } }),
      { statusCode: 400, fields: { reason: ['TOO_LONG'] } },
    ],
    [
      'of what is no id',
      () => Promise.resolve({ body: { account: { $ne: '' }, reason: 'x' } }),
      { statusCode: 400, fields: { account: ['NOT_TEXT'] } },
    ],
    [
      'of nobody',
      () => Promise.resolve({ body: { account: 'nobody', reason: 'x' } }),
      { statusCode: 404, code: 'ACCOUNT_UNKNOWN' },
    ],
    [
      'of oneself',
      () => Promise.resolve({ body: { account: bossId, reason: 'x' } }),
      { statusCode: 409, code: 'ACCOUNT_OWN' },
    ],
    [
      'of another administrator',
      async () => {
        await change(id, { roles: ['admin'] });
        return undefined;
      },
      { statusCode: 403, code: 'ACCOUNT_PROTECTED' },
    ],
    [
      'of a disabled account',
      async () => {
        await change(id, { active: false });
        return undefined;
      },
      { statusCode: 409, code: 'ACCOUNT_CLOSED' },
    ],
  ])('is refused %s', async (_what, prepare, expected) => {
    await start();
    const { jar = await loggedIn(), body = { account: id, reason: 'x' } } = (await prepare()) ?? {};
    expect((await send(jar, '/auth/impersonate', body)).body).toMatchObject(expected);
    expect(await whoIs(jar)).toMatchObject({ by: null });
    expect(heard.filter(([name]) => name === 'started')).toEqual([]);
  });

  it('ends by itself after its time, and the next page is one of the administrator', async () => {
    await start({ impersonation: { enabled: true, maxDuration: 600 } });
    const jar = await impersonating();
    now += 599_000;
    expect(await whoIs(jar)).toEqual(asAda);
    now += 1_000;
    expect((await send(jar, '/cart', {})).body).toMatchObject({ statusCode: 409, code: 'IMPERSONATION_ENDED' });
    expect(await whoIs(jar)).toEqual({ me: boss.email, by: null, cart: [] });
    expect((await jar.fetch('/reports')).status).toBe(200);
    expect(heard.at(-1)).toEqual(['ended', { userId: id, by: bossId, address: '127.0.0.1', reason: 'expired' }]);
  });

  it.each<[string, (jar: CookieJar) => Promise<unknown>, string | null]>([
    ['the administrator is disabled', () => change(bossId, { active: false }), null],
    ['the sessions of the administrator end', () => app.app.get(AuthService).logoutEverywhere(bossId), null],
    [
      'the password of the administrator changes',
      async () => {
        const { epoch = 0 } = (await repository.find(bossId)) ?? {};
        await change(bossId, { epoch: epoch + 1 });
      },
      null,
    ],
    ['the administrator loses the role', () => change(bossId, { roles: [] }), boss.email],
    ['the account becomes an administrator', () => change(id, { roles: ['admin'] }), null],
    ['the account is disabled', () => change(id, { active: false }), null],
    [
      'the password of the account changes',
      async () => {
        const { epoch = 0 } = (await repository.find(id)) ?? {};
        await change(id, { epoch: epoch + 1 });
      },
      null,
    ],
    ['the sessions of the account end', () => app.app.get(AuthService).logoutEverywhere(id), null],
    ['everybody is logged out', () => app.app.get(AuthService).logoutAllUsers(), null],
    ['the administrator logs out', (jar) => send(jar, '/auth/logout', {}), null],
  ])('ends when %s', async (what, end, then) => {
    await start();
    const jar = await impersonating();
    const copy = jar.copy();
    expect(await whoIs(jar)).toEqual(asAda);
    await end(jar);
    expect(await whoIs(jar)).toEqual({ ...nobody, me: then });
    expect(await whoIs(copy)).toEqual(nobody);
    for (const accountId of [id, ...(then === null ? [bossId] : [])]) {
      const left = await app.app.get(AuthService).sessions(accountId);
      // That of the administrator ends with the next request that comes with it, which none does.
      expect([accountId, left.length]).toEqual([
        accountId,
        what === 'everybody is logged out' && accountId === bossId ? 1 : 0,
      ]);
    }
  });

  it('does not let the remembered login of the administrator do what was meant for the user', async () => {
    await start();
    const jar = await loggedIn(boss, true);
    await send(jar, '/auth/impersonate', { account: id, reason: 'x' });
    expect(await whoIs(jar)).toEqual(asAda);
    await app.app
      .get(AuthService)
      .revoke(id, ((await app.app.get(AuthService).sessions(id))[0] ?? { publicId: '' }).publicId);
    await change(bossId, { roles: ['admin'] });
    expect(await whoIs(jar)).toEqual({ me: boss.email, by: null, cart: [] });
  });

  it('keeps the own session alive for as long as it is used', async () => {
    await start({}, { session: { idleTimeout: '20m' } });
    const jar = await impersonating();
    for (let step = 0; step < 5; step++) {
      now += 10 * 60_000;
      expect(await whoIs(jar)).toEqual(asAda);
    }
    expect((await send(jar, '/auth/impersonate', {}, 'DELETE')).body).toMatchObject({ status: 'in' });
  });

  it('is nothing that a session without a store could do', async () => {
    await start();
    await expect(startAccounts({ impersonation: true }, { session: { type: 'cookie' } })).rejects.toThrow(
      SessionConfigError,
    );
  });
});
