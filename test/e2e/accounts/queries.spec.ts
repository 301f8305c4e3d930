import { afterEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, LoginAttempts, Roles, Session, SessionAuthGuard } from 'nestjs-session-auth';
import {
  AccountsService,
  changedAccount,
  MemoryAccountRepository,
  type Account,
  type StoredAccount,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { platforms } from '../../support/app.js';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

@Controller()
class ShopController {
  constructor(private readonly auth: AuthService) {}

  /** A login as an application writes it that has the limiter and no accounts. */
  @Post('plain')
  async plain(
    @Session() session: Session,
    @LoginAttempts() attempts: LoginAttempts,
    @Body() { id }: { id: string },
  ): Promise<void> {
    await attempts.attempt('somebody else', () => true);
    await this.auth.login(session, id);
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() account: Account): object {
    return { email: account.email, roles: account.roles, isDate: account.createdAt instanceof Date };
  }

  @Get('admin')
  @UseGuards(SessionAuthGuard)
  @Roles('admin')
  admin(): object {
    return {};
  }

  @Post('copy')
  copy(@Session() session: Session, @Body() body: Record<string, unknown>): object {
    for (const [name, value] of Object.entries(body)) session.set(name, value);
    return session.toJSON();
  }
}

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const logIn = { identity: ada.email, password: ada.password };

let app: AccountsApp;
let repository: MemoryAccountRepository;
let calls: string[];
let now: number;

afterEach(() => app.close());

/** Counts every call of a method of the repository, and of the session store. */
function counted<Counted extends object>(subject: Counted, to: string[]): Counted {
  return new Proxy(subject, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        to.push(String(name));
        return Reflect.apply(value, target, given);
      };
    },
  });
}

async function start(...[options, setup]: Parameters<typeof startAccounts>): Promise<void> {
  now = Date.now();
  calls = [];
  repository = new MemoryAccountRepository();
  app = await startAccounts(
    { repository: counted(repository, calls), ...options },
    { controllers: [ShopController], ...setup, session: { clock: () => now, ...setup?.session } },
  );
  await app.app.get(AccountsService).create(ada);
}

async function loggedIn(): Promise<CookieJar> {
  const jar = app.jar();
  await send(jar, '/auth/login', logIn);
  await app.app.get(AfterAnswer).settled(60_000);
  calls.length = 0;
  return jar;
}

async function change(to: (account: StoredAccount) => StoredAccount): Promise<void> {
  const account = await repository.findBy('email', '1:ada@example.com');
  if (account === null) throw new Error('There is no account.');
  await repository.update(to(account), account.version);
}

describe.each(inTurn(platforms))('the queries of accounts on %s', (platform) => {
  it('are three for a login with a password: before the hash, after it, and the count after the answer', async () => {
    await start({ tracking: { enabled: true, newDevice: false } }, { platform });
    calls.length = 0;
    expect(await send(app.jar(), '/auth/login', logIn)).toMatchObject({ status: 200 });
    await app.app.get(AfterAnswer).settled(60_000);
    expect(calls).toEqual(['findBy', 'find', 'track']);
  });

  it('are one for a request behind the guard: that of the loader', async () => {
    await start({}, { platform });
    const jar = await loggedIn();
    expect(await jar.json('/me')).toEqual({ email: ada.email, roles: [], isDate: true });
    expect(calls).toEqual(['find']);
  });

  it('are none for requests behind the guard while the session keeps the account', async () => {
    await start({ accountCache: { maxAge: '1m' } }, { platform });
    const jar = await loggedIn();
    await jar.json('/me');
    expect(calls).toEqual(['find']);
    calls.length = 0;
    for (let request = 0; request < 3; request++) {
      expect(await jar.json('/me')).toEqual({ email: ada.email, roles: [], isDate: true });
    }
    expect(calls).toEqual([]);
    now += 60_000;
    await jar.json('/me');
    expect(calls).toEqual(['find']);
  });
});

describe('a login with a password', () => {
  it('calls the session store only as LoginLimiter and AuthService.login() do', async () => {
    const storeCalls: string[] = [];
    await start({}, { session: { store: counted(new MemoryStore(), storeCalls) } });
    const { id } = (await app.app.get(AccountsService).findByEmail(ada.email)) ?? {};
    storeCalls.length = 0;
    expect((await send(app.jar(), '/plain', { id })).status).toBe(201);
    const plain = [...storeCalls];
    expect(plain).toContain('write');
    storeCalls.length = 0;
    expect((await send(app.jar(), '/auth/login', logIn)).status).toBe(200);
    expect(storeCalls).toEqual(plain);
  });
});

describe('an account that its session keeps', () => {
  const cached = { accountCache: { maxAge: '1m' } };

  it('is read anew once its epoch has been raised for this session, and does not outlive another login', async () => {
    await start(cached);
    const [jar, other] = [await loggedIn(), await loggedIn()];
    await Promise.all([jar.json('/me'), other.json('/me')]);
    await send(jar, '/auth/password', { current: ada.password, password: 'another long enough phrase' });
    expect((await other.fetch('/me')).status).toBe(401);
    expect(await jar.json('/me')).toMatchObject({ email: ada.email });
  });

  it('is seen as it was for no longer than it is kept', async () => {
    await start(cached);
    const jar = await loggedIn();
    expect((await jar.fetch('/admin')).status).toBe(403);
    await change((account) => changedAccount(account, { roles: ['admin'], active: true }));
    expect((await jar.fetch('/admin')).status).toBe(403);
    now += 60_000;
    expect((await jar.fetch('/admin')).status).toBe(200);
    await change((account) => changedAccount(account, { active: false }));
    now += 60_000;
    expect((await jar.fetch('/me')).status).toBe(401);
  });

  it('contains no hash, and is nothing that a request can forge, where the application copies requests into the session', async () => {
    await start(cached);
    const jar = await loggedIn();
    await jar.json('/me');
    const { body } = await send(jar, '/copy', {});
    const kept = body['_account'] as { at: number; account: string; signature: string };
    expect(JSON.stringify(kept)).not.toContain('argon2');
    const forged = { ...kept, account: kept.account.replace('"roles":[]', '"roles":["admin"]') };
    expect(forged.account).not.toBe(kept.account);
    await send(jar, '/copy', { _account: forged });
    expect((await jar.fetch('/admin')).status).toBe(403);
    await send(jar, '/copy', { _account: { ...kept, at: kept.at + 1_000_000 } });
    expect((await jar.fetch('/admin')).status).toBe(403);
    await send(jar, '/copy', { _account: 'text' });
    expect((await jar.fetch('/me')).status).toBe(200);
  });
});
