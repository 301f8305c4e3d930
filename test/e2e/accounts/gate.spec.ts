import { afterEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { AuthService, CurrentUser, Session, type LoginRefusal } from 'nestjs-session-auth';
import {
  AccountsService,
  AllowBasic,
  ApiKeyService,
  changedAccount,
  MemoryAccountRepository,
  Scopes,
  type Account,
  type EntryWay,
  type Mail,
  type MailKind,
  type OAuthProviderSettings,
  type StoredAccount,
} from 'nestjs-session-auth/accounts';
import { entryWays } from '../../../lib/accounts/gate/entry.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { combinations } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { goThrough } from '../../support/oauth-app.js';
import { clientId, clientSecret, startOidcServer, type OidcServer } from '../../support/oidc-server.js';
import { addPasskey, beginLogin } from '../../support/passkeys-app.js';
import { SoftwareAuthenticator } from '../../support/software-authenticator.js';
import { totpCode } from '../../support/totp.js';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const logIn = { identity: ada.email, password: ada.password };

@Controller()
class OwnController {
  constructor(
    private readonly auth: AuthService,
    private readonly accounts: AccountsService,
  ) {}

  @Get('me')
  @Scopes('me')
  @AllowBasic()
  me(@CurrentUser() account: Account | null): { me: string | null } {
    return { me: account?.email ?? null };
  }

  @Post('enter-checked')
  async enterChecked(@Session() session: Session, @Body() { epoch }: { epoch: number }): Promise<void> {
    const account = await this.accounts.findByEmail(ada.email);
    await this.accounts.enter(session, { id: account?.id ?? 'nobody' }, ['pwd'], { epoch });
  }

  @Post('enter')
  async enter(@Session() session: Session, @Body() body: { force?: boolean }): Promise<void> {
    const account = await this.accounts.findByEmail(ada.email);
    await this.auth.login(session, account?.id ?? 'nobody', { force: body.force ?? false });
  }
}

/** What an account may be like that lets nobody in, and the reason. */
const states: Readonly<
  Record<string, { reason: LoginRefusal; change: (account: StoredAccount) => StoredAccount | null }>
> = {
  disabled: { reason: 'inactive', change: (account) => changedAccount(account, { active: false }) },
  locked: {
    reason: 'locked',
    change: (account) => changedAccount(account, { state: { lockedUntil: Date.now() + 3_600_000 } }),
  },
  unconfirmed: { reason: 'unconfirmed', change: (account) => changedAccount(account, { emailConfirmedAt: null }) },
  'reset owed': { reason: 'reset-owed', change: (account) => changedAccount(account, { state: { resetOwed: true } }) },
  deleted: { reason: 'missing', change: () => null },
  'about to be deleted': {
    reason: 'deleted',
    change: (account) => changedAccount(account, { state: { deleteAt: Date.now() + 3_600_000 } }),
  },
  'changed since': { reason: 'changed', change: (account) => changedAccount(account, { epoch: account.epoch + 1 }) },
  'owing a second factor': {
    reason: 'factors-owed',
    change: (account) => changedAccount(account, { data: { needsFactor: true } }),
  },
  'refused by the application': {
    reason: 'locked',
    change: (account) => changedAccount(account, { data: { barred: true } }),
  },
};

type Change = (account: StoredAccount) => StoredAccount | null;
const changeTo = (name: string): Change => states[name]?.change ?? unknownState(name);

function unknownState(name: string): never {
  throw new Error(`There is no state "${name}".`);
}

let app: AccountsApp;
let repository: MemoryAccountRepository;
let refused: string[];
let provider: OidcServer | null = null;

afterEach(async () => {
  await app.close();
  await provider?.close();
  provider = null;
});

async function start(
  confirmation = true,
  providers: Readonly<Record<string, OAuthProviderSettings>> = {},
): Promise<void> {
  repository = new MemoryAccountRepository();
  refused = [];
  app = await startAccounts(
    {
      repository,
      mailLogin: true,
      registration: true,
      confirmation,
      passkeys: true,
      oauth: { providers },
      totp: true,
      trustedDevices: true,
      impersonation: true,
      apiKeys: { enabled: true, scopes: ['me'] },
      tokens: true,
      basic: true,
      secondFactor: { required: (account) => Reflect.get(account, 'needsFactor') === true },
      gate: { also: ({ data }) => (data['barred'] === true ? 'locked' : null) },
    },
    { controllers: [OwnController], session: { observer: { refused: ({ reason }) => refused.push(reason) } } },
  );
}

async function change(to: (account: StoredAccount) => StoredAccount | null): Promise<void> {
  const account = await repository.findBy('email', '1:ada@example.com');
  if (account === null) throw new Error('There is no account.');
  const changed = to(account);
  if (changed === null) await repository.delete(account.id);
  else await repository.update(changed, account.version);
}

const isIn = async (jar: CookieJar): Promise<boolean> => ((await jar.json('/me')) as { me: unknown }).me !== null;

const anyBrowser = (): Promise<CookieJar> => Promise.resolve(app.jar());

/** A browser that the account trusts, so that its second factor is not asked for. */
async function trustedBrowser(): Promise<CookieJar> {
  const owner = app.jar();
  await send(owner, '/auth/login', logIn);
  const { id, secret } = (await send(owner, '/auth/factors/totp', {})).body as { id: string; secret: string };
  await send(owner, `/auth/factors/totp/${id}/enable`, { code: totpCode(secret, Date.now()) });
  await send(owner, '/auth/logout', {});
  await send(owner, '/auth/login', logIn);
  // The code of the next step, since that of this one has been used.
  const proof = { method: 'totp', code: totpCode(secret, Date.now() + 30_000), trustDevice: true };
  expect((await send(owner, '/auth/second-factor', proof)).body).toMatchObject({ status: 'in' });
  await send(owner, '/auth/logout', {});
  expect((await send(owner, '/auth/login', logIn)).body).toMatchObject({ status: 'in' });
  await send(owner, '/auth/logout', {});
  return owner;
}

/** Each way in: brings the account into a state in the course of it, and says whether somebody is in then. */
const walks: Readonly<
  Record<
    EntryWay,
    (state: (account: StoredAccount) => StoredAccount | null, browser?: typeof anyBrowser) => Promise<boolean>
  >
> = {
  async password(state, browser = anyBrowser) {
    await start();
    await app.app.get(AccountsService).create(ada);
    const jar = await browser();
    // Between the check of the hash and the session, where a reset may run.
    changeAfterFind(state);
    const { status } = await send(jar, '/auth/login', logIn);
    expect(status).toBe(401);
    return isIn(jar);
  },

  async passkey(state) {
    await start();
    await app.app.get(AccountsService).create(ada);
    const authenticator = new SoftwareAuthenticator(app.url.replace('127.0.0.1', 'localhost'));
    const owner = app.jar();
    await send(owner, '/auth/login', logIn);
    expect((await addPasskey(owner, authenticator)).status).toBe(201);
    const jar = app.jar();
    const { flow, options } = await beginLogin(jar);
    // Between the check of the signature and the session.
    const found = repository.find.bind(repository);
    repository.find = async (...args) => {
      repository.find = found;
      const account = await found(...args);
      await change(state);
      return account;
    };
    const { status } = await send(jar, '/auth/passkeys/login', { flow, credential: authenticator.get(options) });
    expect(status).toBe(401);
    return isIn(jar);
  },

  async oauth(state) {
    provider = await startOidcServer(() => [`http://localhost:${new URL(app.url).port}/auth/oauth/acme/callback`]);
    await start(true, { acme: { issuer: provider.issuer, clientId, clientSecret } });
    await app.app.get(AccountsService).create(ada);
    const owner = app.jar();
    await send(owner, '/auth/login', logIn);
    await owner.fetch(await goThrough(provider, owner, { intent: 'link' }));
    const jar = app.jar();
    const path = await goThrough(provider, jar);
    // Between the check of the ID token and the session: who it is is looked up twice.
    const found = repository.findCredential.bind(repository);
    let lookedUp = 0;
    repository.findCredential = async (...args) => {
      const row = await found(...args);
      if (++lookedUp === 2) await change(state);
      return row;
    };
    const response = await jar.fetch(path);
    expect(await response.json()).not.toMatchObject({ status: 'in' });
    expect(lookedUp).toBe(2);
    return isIn(jar);
  },

  async mail(state, browser = anyBrowser) {
    await start();
    await app.app.get(AccountsService).create(ada);
    const jar = await browser();
    await send(jar, '/auth/login/mail', { email: ada.email });
    const { token } = (await mailOf('login')).data;
    // Between the check of the proof and the session.
    const find = repository.find.bind(repository);
    repository.find = async (...args) => {
      repository.find = find;
      const account = await find(...args);
      await change(state);
      return account;
    };
    const { body } = await send(jar, '/auth/login/mail/enter', { token });
    expect(body).not.toMatchObject({ status: 'in' });
    return isIn(jar);
  },

  async registration(state) {
    await start(false);
    changeAfterCreate(state);
    const jar = app.jar();
    await send(jar, '/auth/register', ada);
    return isIn(jar);
  },

  async application(state) {
    await start();
    await app.app.get(AccountsService).create(ada);
    const account = await repository.findBy('email', '1:ada@example.com');
    const jar = app.jar();
    await change(state);
    const found = repository.findBy.bind(repository);
    repository.findBy = async (...args) => (await found(...args)) ?? account;
    expect((await send(jar, '/enter', {})).status).toBe(403);
    return isIn(jar);
  },

  async remembered(state) {
    await start();
    await app.app.get(AccountsService).create(ada);
    const jar = app.jar();
    await send(jar, '/auth/login', { ...logIn, remember: true });
    const returning = app.jar();
    const remember = [...jar.header.split('; ')].find((pair) => pair.startsWith('remember'));
    const [name = '', value = ''] = (remember ?? '').split('=');
    returning.set(name, value);
    await change(state);
    return isIn(returning);
  },

  async 'api-key'(state) {
    await start();
    const { id } = await app.app.get(AccountsService).create(ada);
    const { key } = await app.app.get(ApiKeyService).create(id, { scopes: ['me'] });
    expect(await isAdmitted({ 'x-api-key': key })).toBe(true);
    await change(state);
    return isAdmitted({ 'x-api-key': key });
  },

  async token(state) {
    await start();
    await app.app.get(AccountsService).create(ada);
    const { accessToken } = (await send(app.jar(), '/auth/token', logIn)).body;
    const authorization = `Bearer ${String(accessToken)}`;
    expect(await isAdmitted({ authorization })).toBe(true);
    await change(state);
    return isAdmitted({ authorization });
  },

  async refresh(state) {
    await start();
    await app.app.get(AccountsService).create(ada);
    const { refreshToken } = (await send(app.jar(), '/auth/token', logIn)).body;
    await change(state);
    return (await send(app.jar(), '/auth/token/refresh', { refreshToken })).status !== 401;
  },

  async basic(state) {
    await start();
    await app.app.get(AccountsService).create(ada);
    const authorization = `Basic ${Buffer.from(`${ada.email}:${ada.password}`).toString('base64')}`;
    expect(await isAdmitted({ authorization })).toBe(true);
    changeAfterFind(state);
    return isAdmitted({ authorization });
  },

  async impersonation(state) {
    await start();
    const { id } = await app.app.get(AccountsService).create(ada);
    const { password } = ada;
    await app.app.get(AccountsService).create({ email: 'boss@example.com', password, roles: ['admin'] });
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: 'boss@example.com', password });
    expect((await send(jar, '/auth/impersonate', { account: id, reason: 'x' })).status).toBe(200);
    expect(await isIn(jar)).toBe(true);
    await change(state);
    expect(await isIn(jar)).toBe(false);
    const again = app.jar();
    await send(again, '/auth/login', { identity: 'boss@example.com', password });
    const { status } = await send(again, '/auth/impersonate', { account: id, reason: 'x' });
    return status === 200 && (await isIn(jar));
  },

  async session(state) {
    await start();
    await app.app.get(AccountsService).create(ada);
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    expect(await isIn(jar)).toBe(true);
    await change(state);
    return isIn(jar);
  },
};

/** Whether a request without a session is somebody's. */
async function isAdmitted(headers: Record<string, string>): Promise<boolean> {
  const response = await app.jar().fetch('/me', { headers });
  return ((await response.json()) as { me?: unknown }).me === ada.email;
}

/** The first mail of a kind. */
async function mailOf(kind: MailKind): Promise<Mail> {
  for (let number = 1; ; number++) {
    const mail = await app.box.mail(number);
    if (mail.kind === kind) return mail;
  }
}

function changeAfterFind(state: (account: StoredAccount) => StoredAccount | null): void {
  const found = repository.findBy.bind(repository);
  repository.findBy = async (...args) => {
    repository.findBy = found;
    const account = await found(...args);
    await change(state);
    return account;
  };
}

function changeAfterCreate(state: (account: StoredAccount) => StoredAccount | null): void {
  const created = repository.create.bind(repository);
  repository.create = async (...args) => {
    const result = await created(...args);
    await change(state);
    return result;
  };
}

/** What does not apply: nothing was checked before, or nothing is confirmed. */
const exceptions = new Set([
  'application changed since',
  'registration unconfirmed',
  // A change of the password leaves keys as they are.
  'api-key changed since',
  // The factors that count are those of the administrator.
  'impersonation owing a second factor',
  // Its passkey has verified its user, which is both factors.
  'passkey owing a second factor',
]);

describe('the gate', () => {
  const walked = combinations({ way: entryWays, name: Object.keys(states) }).filter(
    ({ way, name }) => !exceptions.has(`${way} ${name}`),
  );
  for (const way of entryWays) if (!walked.some((walk) => walk.way === way)) walked.push({ way, name: 'disabled' });

  it('is walked in every way, and with an account in every state', async () => {
    await start();
    expect(new Set(walked.map(({ way }) => way))).toEqual(new Set(Object.keys(walks)));
    expect(new Set(walked.map(({ name }) => name))).toEqual(new Set(Object.keys(states)));
  });

  for (const { way, name } of walked) {
    it(`lets nobody into an account that is ${name}, by the way ${way}`, async () => {
      expect(await walks[way](changeTo(name))).toBe(false);
    });
  }

  for (const [name, { change: state }] of Object.entries(states)) {
    it(`gives no token for an account that is ${name} by the time that its password is checked`, async () => {
      await start();
      await app.app.get(AccountsService).create(ada);
      changeAfterFind(state);
      const { body } = await send(app.jar(), '/auth/token', logIn);
      expect(body).toMatchObject(name === 'owing a second factor' ? { status: 'enroll' } : { statusCode: 401 });
      expect(body).not.toHaveProperty('accessToken');
    });
  }

  // Whoever owes a second factor has one here, and has said that it is not asked for.
  const names = Object.keys(states).filter((name) => name !== 'owing a second factor');
  for (const { way, name } of combinations({ way: ['password', 'mail'], name: names })) {
    it(`lets nobody into an account that is ${name}, by the way ${way} on a trusted device`, async () => {
      expect(await walks[way](changeTo(name), trustedBrowser)).toBe(false);
    });
  }

  it.each(Object.entries(states).filter(([name]) => name !== 'changed since'))(
    'says to listeners why it lets the application log nobody into an account that is %s',
    async (_name, { reason, change: state }) => {
      await walks.application(state);
      expect(refused).toEqual([reason]);
    },
  );

  it('ends remembered logins with the epoch where the store has no owner index, too, but that of the device that changes it', async () => {
    const store = new MemoryStore();
    Object.defineProperty(store, 'ownedBy', { value: undefined });
    app = await startAccounts({}, { controllers: [OwnController], session: { store } });
    await app.app.get(AccountsService).create(ada);
    const remembered = async (): Promise<CookieJar> => {
      const jar = app.jar();
      await send(jar, '/auth/login', { ...logIn, remember: true });
      return jar;
    };
    /** The same browser after its session has ended. */
    const returning = ({ header }: CookieJar): CookieJar => {
      const [name = '', value = ''] = (header.split('; ').find((pair) => pair.startsWith('remember')) ?? '').split('=');
      const jar = app.jar();
      jar.set(name, value);
      return jar;
    };
    const [own, other] = [await remembered(), await remembered()];
    expect(await isIn(returning(other))).toBe(true);
    const changed = await send(own, '/auth/password', { current: ada.password, password: 'an entirely new phrase' });
    expect(changed.status).toBe(200);
    expect(await isIn(own)).toBe(true);
    expect(await isIn(returning(own))).toBe(true);
    expect(await isIn(other)).toBe(false);
    expect(await isIn(returning(other))).toBe(false);
  });

  it('lets nobody in whose credentials were checked under a former epoch', async () => {
    await start();
    await app.app.get(AccountsService).create(ada);
    const account = await app.app.get(AccountsService).findByEmail(ada.email);
    const stored = account && (await repository.find(account.id));
    if (stored === null) throw new Error('no account');
    const jar = app.jar();
    expect((await send(jar, '/enter-checked', { epoch: stored.epoch })).status).toBe(201);
    await repository.update(changedAccount(stored, { epoch: stored.epoch + 1 }), stored.version);
    expect((await send(app.jar(), '/enter-checked', { epoch: stored.epoch })).status).toBe(403);
    expect(refused).toEqual(['changed']);
  });

  it('lets the application in with force, except into what does not exist', async () => {
    await start();
    await app.app.get(AccountsService).create({ ...ada, active: false });
    const jar = app.jar();
    expect((await send(jar, '/enter', {})).status).toBe(403);
    expect((await send(jar, '/enter', { force: true })).status).toBe(201);
    expect(await isIn(jar)).toBe(true);
    await change(() => null);
    expect(await isIn(jar)).toBe(false);
    expect((await send(jar, '/enter', { force: true })).status).toBe(403);
  });

  it('C2-32: ends a session whose account is disabled with its next request, and for good', async () => {
    await start();
    await app.app.get(AccountsService).create(ada);
    const jar = app.jar();
    await send(jar, '/auth/login', logIn);
    await change((account) => changedAccount(account, { active: false }));
    expect(await isIn(jar)).toBe(false);
    await change((account) => changedAccount(account, { active: true }));
    expect(await isIn(jar)).toBe(false);
  });

  it('knows the epoch of a login that remember-me has restored', async () => {
    await start();
    await app.app.get(AccountsService).create(ada);
    await change((account) => changedAccount(account, { epoch: 3 }));
    const jar = app.jar();
    await send(jar, '/auth/login', { ...logIn, remember: true });
    const [name = '', value = ''] = (jar.header.split('; ').find((pair) => pair.startsWith('remember')) ?? '').split(
      '=',
    );
    const returning = app.jar();
    returning.set(name, value);
    for (let request = 0; request < 3; request++) expect(await isIn(returning)).toBe(true);
    await change((account) => changedAccount(account, { epoch: 4 }));
    expect(await isIn(returning)).toBe(false);
  });
});
