import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, Session, SessionAuthGuard, type SessionEventOf } from 'nestjs-session-auth';
import {
  AccountsService,
  changedAccount,
  MemoryAccountRepository,
  type Account,
  type ListedSession,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import type { CookieJar } from '../../support/jar.js';

const password = 'a long enough phrase';
const minute = 60_000;
const day = 86_400_000;

@Controller()
@UseGuards(SessionAuthGuard)
class MeController {
  constructor(private readonly auth: AuthService) {}

  @Get('me')
  me(@CurrentUser() account: Account) {
    return { me: account.email };
  }

  @Get('asked')
  async asked(@CurrentUser() account: Account, @Session() session: Session) {
    return { isFresh: await this.auth.isFresh(session, account) };
  }
}

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

let app: AccountsApp;
let repository: MemoryAccountRepository;
let now: number;
let made = 0;
let ended: SessionEventOf<'tokensEnded'>['reason'][];

beforeAll(async () => {
  now = Date.now();
  ended = [];
  repository = new MemoryAccountRepository({ now: () => now });
  app = await startAccounts(
    {
      repository,
      recovery: true,
      tokens: { enabled: true, fromSession: true, max: 3 },
      tracking: true,
      impersonation: { enabled: true, role: 'boss' },
    },
    {
      controllers: [MeController],
      session: { clock: () => now, idleTimeout: '30m', observer: { tokensEnded: ({ reason }) => ended.push(reason) } },
    },
  );
});
beforeEach(() => {
  now += 100 * day;
  ended = [];
});
afterAll(() => app.close());

async function someone(roles: readonly string[] = []): Promise<Account> {
  return app.app.get(AccountsService).create({ email: `user-${String(++made)}@example.com`, password, roles });
}

async function loggedIn({ email }: Account): Promise<CookieJar> {
  const jar = app.jar();
  expect((await send(jar, '/auth/login', { identity: email, password })).status).toBe(200);
  return jar;
}

function pairIn({ status, body }: { readonly status: number; readonly body: object }): Pair {
  expect([status, body]).toEqual([200, expect.objectContaining({ status: 'in' })]);
  return body as Pair;
}

async function pairOf({ email }: Account): Promise<Pair> {
  return pairIn(await send(app.jar(), '/auth/token', { identity: email, password }));
}

const fromSession = (jar: CookieJar) => send(jar, '/auth/token', {});

async function isGood({ accessToken }: Pair): Promise<boolean> {
  const response = await app.jar().fetch('/me', { headers: { authorization: `Bearer ${accessToken}` } });
  return response.status === 200;
}

const refreshed = async ({ refreshToken }: Pair): Promise<number> =>
  (await send(app.jar(), '/auth/token/refresh', { refreshToken })).status;

async function expectEnded(pair: Pair): Promise<void> {
  expect([await isGood(pair), await refreshed(pair)]).toEqual([false, 401]);
}

describe('a login in tokens', () => {
  it('is listed with the devices, and ended there', async () => {
    const ada = await someone();
    const jar = await loggedIn(ada);
    const pair = await pairOf(ada);
    now += 1_000;
    const other = await pairOf(ada);
    const list = (await jar.json('/auth/sessions')) as ListedSession[];
    expect(list.map(({ kind, current }) => [kind, current])).toEqual([
      ['session', true],
      ['tokens', false],
      ['tokens', false],
    ]);
    expect(list[1]).toMatchObject({
      address: '127.0.0.1',
      lastUsedAt: new Date(now - 1_000).toISOString(),
      expiresAt: new Date(now - 1_000 + 7 * day).toISOString(),
    });
    expect(JSON.stringify(list)).not.toContain(pair.accessToken.slice(3, 25));
    expect((await readPage(jar, '/auth/sessions')).html).toContain('An app that is logged in');
    const publicId = list[1]?.publicId ?? '';
    const bob = await loggedIn(await someone());
    expect((await send(bob, `/auth/sessions/${publicId}`, {}, 'DELETE')).status).toBe(404);
    expect(await isGood(pair)).toBe(true);
    expect((await sendForm(jar, `/auth/sessions/${publicId}/delete`, {})).status).toBe(303);
    await expectEnded(pair);
    expect(await isGood(other)).toBe(true);
    expect(ended).toEqual(['revoked']);
  });

  it.each<[string, (jar: CookieJar, account: Account) => Promise<unknown>]>([
    [
      'a change of the password',
      (jar) => send(jar, '/auth/password', { current: password, password: 'another phrase' }),
    ],
    ['logging out all other devices', (jar) => send(jar, '/auth/sessions', {}, 'DELETE')],
    ['logoutEverywhere()', (_jar, { id }) => app.app.get(AuthService).logoutEverywhere(id)],
    [
      'a reset of the access',
      (_jar, { id }) => app.app.get(AccountsService).resetAccess(id, { password: 'set anew by us' }),
    ],
    [
      'a recovery',
      async (_jar, { email }) => {
        await send(app.jar(), '/auth/recover', { email });
        const { token } = (await mailTo(email, 'reset')).data;
        await send(app.jar(), '/auth/reset', { token, password: 'a recovered phrase' });
      },
    ],
  ])('ends with %s, whether it was made from a session or not', async (_what, end) => {
    const ada = await someone();
    const jar = await loggedIn(ada);
    const pair = await pairOf(ada);
    const bound = pairIn(await fromSession(await loggedIn(ada)));
    await end(jar, ada);
    await expectEnded(pair);
    await expectEnded(bound);
    expect(ended).toEqual(['changed', 'changed']);
  });

  it('is not made while the account is changed', async () => {
    const ada = await someone();
    beforeAdding(async () => {
      const account = await repository.find(ada.id);
      if (account === null) throw new Error('There is no account.');
      await repository.update(changedAccount(account, { epoch: account.epoch + 1 }), account.version);
    });
    const { status, body } = await send(app.jar(), '/auth/token', { identity: ada.email, password });
    expect([status, body['code']]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(await repository.credentials(ada.id, 'token')).toEqual([]);
  });

  it('makes no session fresh that comes beside it', async () => {
    const [ada, bob] = [await someone(), await someone()];
    const jar = await loggedIn(bob);
    expect(await jar.json('/asked')).toEqual({ isFresh: true });
    const { accessToken } = await pairOf(ada);
    const response = await jar.fetch('/asked', { headers: { authorization: `Bearer ${accessToken}` } });
    expect(await response.json()).toEqual({ isFresh: false });
  });

  it('ends for a new one, the one that was used longest ago, where there are too many', async () => {
    const ada = await someone();
    const pairs: Pair[] = [];
    for (let number = 0; number < 4; number++) {
      now += 1_000;
      pairs.push(await pairOf(ada));
    }
    expect(await Promise.all(pairs.map(isGood))).toEqual([false, true, true, true]);
    expect(ended).toEqual(['displaced']);
  });
});

it('is counted and told as other logins are: its owner gets a mail about a client that has no other login', async () => {
  const ada = await someone();
  const issued = (userAgent: string) =>
    app.jar().fetch('/auth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': userAgent },
      body: JSON.stringify({ identity: ada.email, password }),
    });
  for (const userAgent of ['App/1', 'App/1', 'Other/1']) expect((await issued(userAgent)).status).toBe(200);
  await app.app.get(AfterAnswer).settled(60_000);
  expect(await app.app.get(AccountsService).find(ada.id)).toMatchObject({
    loginCount: 3,
    currentLogin: { at: new Date(now), ip: '127.0.0.1' },
  });
  const mails = app.box.mails.filter(({ to, kind }) => to === ada.email && kind === 'new-device');
  expect(mails.map(({ data }) => data.userAgent)).toEqual(['Other/1']);
});

describe('a login in tokens that was made from a session', () => {
  it('ends with its logout, and with no other', async () => {
    const ada = await someone();
    const [jar, other] = [await loggedIn(ada), await loggedIn(ada)];
    const [own, its] = [pairIn(await fromSession(jar)), pairIn(await fromSession(other))];
    expect(own).toMatchObject({ user: { email: ada.email } });
    await send(jar, '/auth/logout', {});
    await expectEnded(own);
    expect(await isGood(its)).toBe(true);
    expect(ended).toEqual(['session']);
  });

  it('is not made while its session ends', async () => {
    const ada = await someone();
    const jar = await loggedIn(ada);
    const same = app.jar();
    for (const pair of jar.header.split('; ')) {
      const at = pair.indexOf('=');
      same.set(pair.slice(0, at), pair.slice(at + 1));
    }
    beforeAdding(async () => {
      await send(same, '/auth/logout', {});
    });
    expect((await fromSession(jar)).status).toBe(401);
    expect(await repository.credentials(ada.id, 'token')).toEqual([]);
  });

  it('ends when its session is ended from another device', async () => {
    const ada = await someone();
    const jar = await loggedIn(ada);
    const pair = pairIn(await fromSession(await loggedIn(ada)));
    const list = (await jar.json('/auth/sessions')) as ListedSession[];
    const session = list.find(({ kind, current }) => kind === 'session' && !current);
    await send(jar, `/auth/sessions/${session?.publicId ?? ''}`, {}, 'DELETE');
    await expectEnded(pair);
  });

  it('stays when all others are ended in code, with its session', async () => {
    const ada = await someone();
    const jar = await loggedIn(ada);
    const [own, other] = [pairIn(await fromSession(jar)), await pairOf(ada)];
    const list = (await jar.json('/auth/sessions')) as ListedSession[];
    const publicId = list.find(({ current }) => current)?.publicId ?? '';
    await app.app.get(AuthService).logoutEverywhere(ada.id, { except: publicId });
    expect([await isGood(own), await isGood(other)]).toEqual([true, false]);
  });

  it('is not refreshed once its session has timed out', async () => {
    const jar = await loggedIn(await someone());
    const pair = pairIn(await fromSession(jar));
    now += 31 * minute;
    expect(await refreshed(pair)).toBe(401);
    expect(ended).toEqual(['session']);
  });

  it('is not made by a request of another site, with a token beside the cookie, or in the place of somebody else', async () => {
    const ada = await someone();
    const jar = await loggedIn(ada);
    const elsewhere = await jar.fetch('/auth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' },
      body: '{}',
    });
    expect(elsewhere.status).toBe(403);
    const { accessToken } = await pairOf(ada);
    const beside = await jar.fetch('/auth/token', {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(beside.status).toBe(400);
    const boss = await loggedIn(await someone(['boss']));
    expect((await send(boss, '/auth/impersonate', { account: ada.id, reason: 'a call' })).status).toBe(200);
    expect((await fromSession(boss)).body).toMatchObject({ statusCode: 403, code: 'IMPERSONATING' });
  });

  it('is not made unless the option says so, or where the store cannot tell whether a login still exists', async () => {
    const store = new MemoryStore();
    Object.defineProperty(store, 'ownedBy', { value: undefined });
    for (const [tokens, status] of [
      [true, 400],
      [{ enabled: true, fromSession: true }, 501],
    ] as const) {
      const other = await startAccounts({ tokens }, { session: { store } });
      try {
        await other.app.get(AccountsService).create({ email: 'ada@example.com', password });
        const jar = other.jar();
        await send(jar, '/auth/login', { identity: 'ada@example.com', password });
        expect((await fromSession(jar)).status).toBe(status);
      } finally {
        await other.close();
      }
    }
  });
});

/** Does something right before the next row is added. */
function beforeAdding(work: () => Promise<void>): void {
  const add = repository.addCredential.bind(repository);
  repository.addCredential = async (...args) => {
    repository.addCredential = add;
    await work();
    return add(...args);
  };
}

async function mailTo(email: string, kind: string) {
  for (let number = 1; ; number++) {
    const mail = await app.box.mail(number);
    if (mail.kind === kind && mail.to === email) return mail;
  }
}
