import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AccountAdministration,
  AccountLockedOutError,
  AccountsService,
  AccountValueError,
  AdministrationRefusedError,
  ApiKeyService,
  changedAccount,
  MemoryAccountRepository,
  type Account,
  type AccountEventName,
  type StoredAccount,
  type UpdateAccountResult,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';

const password = 'a long enough phrase';
const renewed = 'an entirely new phrase';
const addresses = { root: 'root@example.com', ada: 'ada@example.com', bob: 'bob@example.com' };

/** Runs something once between the check and the change of an update. */
class Interrupted extends MemoryAccountRepository {
  before: ((account: StoredAccount) => Promise<unknown>) | null = null;

  override async update(account: StoredAccount, expectedVersion: number): Promise<UpdateAccountResult> {
    const work = this.before;
    this.before = null;
    await work?.(account);
    return super.update(account, expectedVersion);
  }
}

const told: readonly AccountEventName[] = [
  'accountCreated',
  'accountDisabled',
  'accountEnabled',
  'sessionsEnded',
  'resetForced',
  'secondFactorRequired',
  'rolesChanged',
  'accessReset',
  'passwordChanged',
  'apiKeyRevoked',
];

let app: AccountsApp;
let repository: Interrupted;
let root: Account;
let ada: Account;
let heard: [name: string, event: object][];
let now: number;

beforeEach(() => {
  now = Date.now();
  heard = [];
});
afterEach(() => app.close());

const administration = (): AccountAdministration => app.app.get(AccountAdministration);

async function start(
  options: Parameters<typeof startAccounts>[0] = {},
  { session, ...setup }: Parameters<typeof startAccounts>[1] = {},
): Promise<void> {
  repository = new Interrupted({ now: () => now });
  const hear = (name: string) => (event: object) => heard.push([name, event]);
  const observer = Object.fromEntries(told.map((name) => [name, hear(name)]));
  app = await startAccounts(
    { repository, recovery: true, admin: { role: 'admin' }, ...options },
    { ...setup, session: { clock: () => now, observer, ...session } },
  );
  const accounts = app.app.get(AccountsService);
  root = await accounts.create({ email: addresses.root, password, roles: ['admin'] });
  ada = await accounts.create({ email: addresses.ada, password, roles: ['staff'], data: { company: 'Engines' } });
}

async function loggedIn(identity = addresses.root): Promise<CookieJar> {
  const jar = app.jar();
  expect(await send(jar, '/auth/login', { identity, password })).toMatchObject({ body: { status: 'in' } });
  return jar;
}

const isIn = async (jar: CookieJar): Promise<boolean> => ((await jar.json('/auth')) as { user: unknown }).user !== null;
const logIn = (identity: string, word = password) => send(app.jar(), '/auth/login', { identity, password: word });
const get = async (jar: CookieJar, path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await jar.fetch(path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const post = (jar: CookieJar, action: string, body: object = {}, id = ada.id) =>
  send(jar, `/auth/admin/accounts/${id}/${action}`, body);
const mailed = async (): Promise<string[]> => {
  await app.app.get(AfterAnswer).settled(60_000);
  return app.box.mails.splice(0).map(({ kind, to }) => `${kind} ${to}`);
};
const emailsIn = ({ body }: { body: Record<string, unknown> }): string[] =>
  (body['accounts'] as Account[]).map(({ email }) => email).sort();

const changes = [
  ['disable', {}],
  ['enable', {}],
  ['end-sessions', {}],
  ['force-reset', {}],
  ['require-second-factor', {}],
  ['reset-access', {}],
  ['roles', { roles: [] }],
] as const;

describe('who administers accounts', () => {
  it('is nobody as long as no option says so', async () => {
    await start({ admin: {} });
    const jar = await loggedIn();
    expect((await get(jar, '/auth/admin/accounts')).status).toBe(404);
    expect((await post(jar, 'disable')).status).toBe(404);
  });

  it('is who has the role, and nobody else', async () => {
    await start();
    const jar = await loggedIn(addresses.ada);
    const before = await repository.find(ada.id);
    for (const [action, body] of changes) {
      expect([action, (await post(jar, action, body)).status]).toEqual([action, 403]);
      expect([action, (await post(app.jar(), action, body)).status]).toEqual([action, 401]);
    }
    for (const path of ['/auth/admin/accounts', `/auth/admin/accounts/${ada.id}`]) {
      expect((await get(jar, path)).status).toBe(403);
      expect((await get(app.jar(), path)).status).toBe(401);
    }
    expect(await repository.find(ada.id)).toEqual(before);
    const { status, headers } = await readPage(app.jar(), '/auth/admin/accounts');
    expect([status, headers.get('location')]).toEqual([302, '/auth/login?next=%2Fauth%2Fadmin%2Faccounts']);
  });

  it('is also who has a role that includes it, or the permission', async () => {
    await start(
      { admin: { permission: 'accounts:manage' } },
      {
        session: { roles: { admin: { permissions: ['accounts:*'] }, staff: {} } },
      },
    );
    expect((await get(await loggedIn(), '/auth/admin/accounts')).status).toBe(200);
    expect((await get(await loggedIn(addresses.ada), '/auth/admin/accounts')).status).toBe(403);
  });

  it('has proved all factors within 15 minutes to change something, and comes from this site', async () => {
    await start();
    const jar = await loggedIn();
    const foreign = await jar.fetch(`/auth/admin/accounts/${ada.id}/disable`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      body: '{}',
    });
    expect(foreign.status).toBe(403);
    now += 16 * 60_000;
    expect((await get(jar, '/auth/admin/accounts')).status).toBe(200);
    for (const [action, body] of changes) {
      expect(await post(jar, action, body)).toMatchObject({ status: 401, body: { code: 'VERIFICATION_REQUIRED' } });
    }
    const form = await sendForm(jar, `/auth/admin/accounts/${ada.id}/disable`, {});
    expect(form.headers.get('location')).toBe(`/auth/verify?next=%2Fauth%2Fadmin%2Faccounts%2F${ada.id}`);
    expect((await repository.find(ada.id))?.active).toBe(true);
  });

  it('is told where there is no such account', async () => {
    await start({ totp: true });
    const jar = await loggedIn();
    for (const [action, body] of changes) {
      expect(await post(jar, action, body, 'nobody')).toMatchObject({ status: 404, body: { code: 'ACCOUNT_UNKNOWN' } });
    }
    expect((await get(jar, '/auth/admin/accounts/nobody')).status).toBe(404);
  });
});

describe('the list of accounts', () => {
  it('is searched, filtered, and read page by page', async () => {
    await start();
    const { id } = await app.app.get(AccountsService).create({ email: addresses.bob, active: false });
    const jar = await loggedIn();
    const find = (query: string) => get(jar, `/auth/admin/accounts?${query}`);
    expect(emailsIn(await find('search=ADA%40'))).toEqual([addresses.ada]);
    expect(emailsIn(await find('role=admin'))).toEqual([addresses.root]);
    expect(emailsIn(await find('active=false'))).toEqual([addresses.bob]);
    expect(emailsIn(await find('search=%25'))).toEqual([]);
    const seen: string[] = [];
    let after: unknown;
    do {
      const page = await find(`limit=2${typeof after === 'string' ? `&after=${after}` : ''}`);
      seen.push(...emailsIn(page));
      after = page.body['next'];
    } while (after !== null);
    expect(seen.sort()).toEqual(Object.values(addresses).sort());
    const [bob] = (await find('search=bob')).body['accounts'] as object[];
    expect(bob).toMatchObject({ id, status: 'disabled', hasPassword: false, secondFactorRequired: false });
  });

  it('names each part of a search that it cannot read', async () => {
    await start();
    const jar = await loggedIn();
    const { status, body } = await get(jar, `/auth/admin/accounts?search=${'x'.repeat(400)}&active=maybe&limit=1000`);
    expect(status).toBe(400);
    expect(body['fields']).toEqual({ search: ['TOO_LONG'], active: ['NOT_BOOLEAN'], limit: ['NOT_NUMBER'] });
  });
});

describe('an account, as administrators see it', () => {
  it('has its devices, factors, keys and logins, and nothing that proves who somebody is', async () => {
    await start({ apiKeys: { enabled: true, scopes: ['orders:read'] }, totp: true });
    const { key } = await app.app.get(ApiKeyService).create(ada.id, { name: 'Sync', scopes: ['orders:read'] });
    await repository.addCredential(ada.id, { kind: 'totp', name: 'Phone', data: { enabled: true, secret: 'sealed' } });
    await repository.addCredential(ada.id, { kind: 'totp', data: { enabled: false, secret: 'sealed' } });
    await repository.addCredential(ada.id, { kind: 'recovery-code', externalId: 'hash', data: {} });
    await send(app.jar(), '/auth/login', { identity: addresses.ada, password });
    const { status, body } = await get(await loggedIn(), `/auth/admin/accounts/${ada.id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: ada.id,
      email: addresses.ada,
      roles: ['staff'],
      status: 'active',
      hasPassword: true,
      data: { company: 'Engines' },
      factors: [{ kind: 'totp', name: 'Phone', lastUsedAt: null }],
      recoveryCodes: 1,
      sessions: [{ kind: 'session', address: '127.0.0.1', current: false }],
      apiKeys: [{ name: 'Sync', scopes: ['orders:read'] }],
    });
    const text = JSON.stringify(body);
    const stored = await repository.find(ada.id);
    for (const secret of [stored?.password ?? '', key, 'sealed', 'hash"']) expect(text).not.toContain(secret);
  });

  it('loses an API key that an administrator revokes', async () => {
    await start({ apiKeys: { enabled: true, scopes: ['orders:read'] } });
    const keys = app.app.get(ApiKeyService);
    const { id } = await keys.create(ada.id, { scopes: ['orders:read'] });
    const jar = await loggedIn();
    const path = `/auth/admin/accounts/${ada.id}/api-keys/${id}`;
    expect((await send(jar, path, {}, 'DELETE')).status).toBe(204);
    expect(await keys.list(ada.id)).toEqual([]);
    expect(heard).toEqual([['apiKeyRevoked', expect.objectContaining({ userId: ada.id, keyId: id, by: root.id })]]);
    expect((await send(jar, path, {}, 'DELETE')).status).toBe(404);
  });
});

describe('what an administrator does to an account', () => {
  const byRoot = (more: object = {}) => expect.objectContaining({ userId: ada.id, by: root.id, ...more });

  it('C2-82: disables it, which ends its sessions at the next request, and enables it again', async () => {
    await start();
    const [owner, jar] = [await loggedIn(addresses.ada), await loggedIn()];
    expect(await post(jar, 'disable')).toMatchObject({ status: 200, body: { active: false, status: 'disabled' } });
    expect(await isIn(owner)).toBe(false);
    expect(await logIn(addresses.ada)).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    expect((await post(jar, 'disable')).status).toBe(200);
    expect(await post(jar, 'enable')).toMatchObject({ status: 200, body: { active: true, status: 'active' } });
    expect(await isIn(owner)).toBe(false);
    expect((await logIn(addresses.ada)).status).toBe(200);
    expect(heard).toEqual([
      ['accountDisabled', byRoot()],
      ['accountEnabled', byRoot()],
    ]);
  });

  it('ends its sessions', async () => {
    await start();
    const [owner, jar] = [await loggedIn(addresses.ada), await loggedIn()];
    expect((await post(jar, 'end-sessions')).status).toBe(200);
    expect([await isIn(owner), await isIn(jar)]).toEqual([false, true]);
    expect((await logIn(addresses.ada)).status).toBe(200);
    expect(heard).toEqual([['sessionsEnded', byRoot()]]);
  });

  it('forces a new password, which the owner is told and sets by recovery', async () => {
    await start();
    const [owner, jar] = [await loggedIn(addresses.ada), await loggedIn()];
    expect(await post(jar, 'force-reset')).toMatchObject({ status: 200, body: { status: 'reset-owed' } });
    expect(await isIn(owner)).toBe(false);
    expect((await logIn(addresses.ada)).status).toBe(401);
    expect(await mailed()).toEqual([`reset-owed ${addresses.ada}`]);
    await send(app.jar(), '/auth/recover', { email: addresses.ada });
    const { token } = (await app.box.mail()).data;
    await send(app.jar(), '/auth/reset', { token, password: renewed });
    expect((await logIn(addresses.ada, renewed)).status).toBe(200);
    expect(heard).toEqual([['resetForced', byRoot()]]);
  });

  it('forces no new password where the owner could not set one', async () => {
    await start();
    await repository.update(changedAccount((await repository.find(ada.id))!, { password: null }), 1);
    expect(await post(await loggedIn(), 'force-reset')).toMatchObject({ status: 409, body: { code: 'NO_PASSWORD' } });
    await app.close();
    await start({ recovery: false });
    const jar = await loggedIn();
    expect(await post(jar, 'force-reset')).toMatchObject({ status: 409, body: { code: 'RECOVERY_OFF' } });
    expect(await post(jar, 'reset-access')).toMatchObject({ status: 409, body: { code: 'RECOVERY_OFF' } });
    await expect(administration().forceReset(ada.id)).rejects.toThrow(AccountLockedOutError);
    expect((await logIn(addresses.ada)).status).toBe(200);
  });

  it('requires a second factor, which the owner sets up at the next login', async () => {
    await start({ totp: true });
    const [owner, jar] = [await loggedIn(addresses.ada), await loggedIn()];
    expect(await post(jar, 'require-second-factor')).toMatchObject({ body: { secondFactorRequired: true } });
    expect(await isIn(owner)).toBe(false);
    expect(await logIn(addresses.ada)).toMatchObject({ body: { status: 'enroll', methods: ['totp'] } });
    expect(await mailed()).toEqual([`second-factor-owed ${addresses.ada}`]);
    expect((await post(jar, 'require-second-factor', { required: false })).status).toBe(200);
    expect(await logIn(addresses.ada)).toMatchObject({ body: { status: 'in' } });
    expect(heard).toEqual([
      ['secondFactorRequired', byRoot({ required: true })],
      ['secondFactorRequired', byRoot({ required: false })],
    ]);
  });

  it('requires no second factor where none can be set up', async () => {
    await start();
    const jar = await loggedIn();
    expect(await post(jar, 'require-second-factor')).toMatchObject({ status: 409, body: { code: 'NO_SECOND_FACTOR' } });
  });

  it('C2-82: resets the access to it', async () => {
    await start({ totp: true });
    await repository.addCredential(ada.id, { kind: 'totp', data: { enabled: true } });
    const jar = await loggedIn();
    expect((await post(jar, 'reset-access', { factors: 'keep' })).status).toBe(200);
    expect(await repository.credentials(ada.id, 'totp')).toHaveLength(1);
    expect(await post(jar, 'reset-access')).toMatchObject({ body: { status: 'reset-owed', factors: [] } });
    expect(heard.map(([name]) => name)).toEqual(['accessReset', 'accessReset']);
    expect(heard[1]).toEqual(['accessReset', byRoot()]);
  });

  it('C2-82: sets its roles', async () => {
    await start({ admin: { role: 'admin', grantable: ['staff', 'editor'] } });
    const jar = await loggedIn();
    expect(await post(jar, 'roles', { roles: ['editor', 'admin', 'editor'] })).toMatchObject({
      status: 200,
      body: { roles: ['editor', 'admin'] },
    });
    expect((await get(await loggedIn(addresses.ada), '/auth/admin/accounts')).status).toBe(200);
    expect((await post(jar, 'roles', { roles: ['admin', 'editor'] })).body['roles']).toEqual(['editor', 'admin']);
    expect((await post(jar, 'roles', { roles: [] })).body['roles']).toEqual([]);
    expect(heard).toEqual([
      ['rolesChanged', byRoot({ added: ['editor', 'admin'], removed: ['staff'] })],
      ['rolesChanged', byRoot({ added: [], removed: ['editor', 'admin'] })],
    ]);
  });

  it('is refused with the field where a body has something else in it', async () => {
    await start({ totp: true });
    const [before, jar] = [await repository.find(ada.id), await loggedIn()];
    const wrong = [
      ['roles', {}, { roles: ['REQUIRED'] }],
      ['roles', { roles: 7 }, { roles: ['NOT_LIST'] }],
      ['roles', { roles: { a: 'staff' } }, { roles: ['NOT_LIST'] }],
      ['roles', { roles: ['staff', 7] }, { roles: ['NOT_LIST'] }],
      ['roles', { roles: [null] }, { roles: ['NOT_LIST'] }],
      ['roles', { roles: ['a\0b'] }, { roles: ['NOT_LIST'] }],
      ['roles', { roles: ['\ud800'] }, { roles: ['NOT_LIST'] }],
      ['roles', { roles: Array.from({ length: 101 }, () => 'staff') }, { roles: ['TOO_LONG'] }],
      ['require-second-factor', { required: 7 }, { required: ['NOT_BOOLEAN'] }],
      ['reset-access', { factors: 'some' }, { factors: ['CHOICE_UNKNOWN'] }],
      ['reset-access', { factors: ['keep'] }, { factors: ['NOT_TEXT'] }],
    ] as const;
    for (const [action, body, fields] of wrong) {
      const { status, body: answer } = await post(jar, action, body);
      expect([action, status, answer['fields']]).toEqual([action, 400, fields]);
    }
    expect(await repository.find(ada.id)).toEqual(before);
  });
});

describe('roles', () => {
  it('are given and taken away only by who has them, or may by an option', async () => {
    await start();
    const jar = await loggedIn();
    for (const roles of [['staff', 'owner'], []]) {
      expect(await post(jar, 'roles', { roles })).toMatchObject({ status: 403, body: { code: 'ROLE_NOT_GRANTABLE' } });
    }
    expect((await post(jar, 'roles', { roles: ['staff', 'admin'] })).status).toBe(200);
    expect((await administration().addRole(ada.id, 'owner'))?.roles).toEqual(['staff', 'admin', 'owner']);
    expect(await administration().addRole('nobody', 'owner')).toBeNull();
    await expect(administration().removeRole(ada.id, 'owner', { by: root.id })).rejects.toThrow(
      AdministrationRefusedError,
    );
    await expect(administration().addRole(ada.id, 'admin', { by: 'nobody' })).resolves.toMatchObject({ id: ada.id });
    await expect(administration().addRole(root.id, 'owner', { by: 'nobody' })).rejects.toThrow(/only roles/);
    expect((await administration().removeRole(ada.id, 'owner'))?.roles).toEqual(['staff', 'admin']);
  });

  it('that there are not are refused, and may be taken away', async () => {
    await start({}, { session: { roles: { admin: { includes: ['editor'] }, editor: {} } } });
    const jar = await loggedIn();
    expect(await post(jar, 'roles', { roles: ['staff', 'edtior'] })).toMatchObject({
      status: 400,
      body: { fields: { roles: ['ROLE_UNKNOWN'] } },
    });
    expect((await post(jar, 'roles', { roles: ['staff', 'editor'] })).status).toBe(200);
    await expect(administration().addRole(ada.id, 'ghost')).rejects.toThrow(/role does not exist/);
    expect((await administration().setRoles(ada.id, ['editor']))?.roles).toEqual(['editor']);
  });
});

describe('the last administrator', () => {
  it('can neither be disabled nor lose the role', async () => {
    await start();
    const jar = await loggedIn();
    const refused = { status: 409, body: { code: 'LAST_ADMINISTRATOR' } };
    expect(await post(jar, 'disable', {}, root.id)).toMatchObject(refused);
    expect(await post(jar, 'roles', { roles: [] }, root.id)).toMatchObject(refused);
    await expect(administration().disable(root.id)).rejects.toThrow(AdministrationRefusedError);
    expect([await isIn(jar), heard]).toEqual([true, []]);
    await administration().addRole(ada.id, 'admin');
    expect(await post(jar, 'disable', {}, root.id)).toMatchObject({ status: 200, body: { active: false } });
    expect(await isIn(jar)).toBe(false);
  });

  it.each([
    ['disabled', { active: false }],
    ['closed', { state: { frozen: true } }],
    ['about to be deleted', { state: { deleteAt: 1 } }],
  ])('is the last one beside one who is %s', async (_name, change) => {
    await start();
    await administration().addRole(ada.id, 'admin');
    const stored = (await repository.find(ada.id))!;
    await repository.update(changedAccount(stored, change), stored.version);
    await expect(administration().removeRole(root.id, 'admin')).rejects.toThrow(/last administrator/);
  });

  it('is not the last one beside one whose role includes theirs', async () => {
    await start({}, { session: { roles: { owner: { includes: ['admin'] }, admin: {}, staff: {} } } });
    await administration().addRole(ada.id, 'owner');
    expect((await administration().disable(root.id))?.active).toBe(false);
  });

  it('stays one if two administrators take each other the role at the same time', async () => {
    await start();
    await administration().addRole(ada.id, 'admin');
    const version = (await repository.find(ada.id))?.version ?? 0;
    repository.before = async () => {
      const other = (await repository.find(ada.id))!;
      await repository.update(changedAccount(other, { roles: [] }), version);
    };
    await expect(administration().removeRole(root.id, 'admin')).rejects.toThrow(AdministrationRefusedError);
    expect((await repository.find(root.id))?.roles).toEqual(['admin']);
  });
});

describe('in code', () => {
  it('C2-82: creates accounts, active by default, with roles that the administrator may give', async () => {
    await start();
    const bob = { email: addresses.bob, password, roles: ['admin'] };
    await expect(administration().create({ ...bob, roles: ['owner'] }, { by: root.id })).rejects.toThrow(
      AdministrationRefusedError,
    );
    expect(await administration().create(bob, { by: root.id, address: '192.0.2.1' })).toMatchObject({ active: true });
    expect((await logIn(addresses.bob)).status).toBe(200);
    expect(heard).toEqual([['accountCreated', expect.objectContaining({ by: root.id, address: '192.0.2.1' })]]);
  });

  it('C2-82: changes a password by the rules for passwords, which ends all sessions and is told by mail', async () => {
    await start();
    const owner = await loggedIn(addresses.ada);
    await expect(administration().changePassword(ada.id, 'password')).rejects.toThrow(AccountValueError);
    expect(await isIn(owner)).toBe(true);
    await administration().changePassword(ada.id, renewed);
    expect(await isIn(owner)).toBe(false);
    expect([(await logIn(addresses.ada)).status, (await logIn(addresses.ada, renewed)).status]).toEqual([401, 200]);
    expect(await mailed()).toEqual([`password-changed ${addresses.ada}`]);
    expect(heard).toEqual([['passwordChanged', { userId: ada.id, by: null, address: '' }]]);
    expect(await administration().changePassword('nobody', renewed)).toBeNull();
  });

  it('keeps what another change has made of the account in the meantime', async () => {
    await start();
    repository.before = async () => {
      const stored = (await repository.find(ada.id))!;
      await repository.update(changedAccount(stored, { locale: 'de' }), stored.version);
    };
    await administration().disable(ada.id);
    expect(await repository.find(ada.id)).toMatchObject({ active: false, locale: 'de', epoch: 1 });
  });
});

describe.each(inTurn(platforms))('the pages on %s', (platform) => {
  it('search accounts, and administer one without a script', async () => {
    await start({ totp: true, admin: { role: 'admin', grantable: ['staff'] } }, { platform });
    const jar = await loggedIn();
    const { html } = await readPage(jar, '/auth/admin/accounts?search=ada');
    expect(html).toContain(`href="/auth/admin/accounts/${ada.id}"`);
    expect(html).not.toContain(root.id);
    expect(html).toContain('value="ada"');
    const page = `/auth/admin/accounts/${ada.id}`;
    const shown = (await readPage(jar, page)).html;
    for (const action of ['disable', 'end-sessions', 'force-reset', 'require-second-factor', 'reset-access', 'roles']) {
      expect(shown).toContain(`action="${page}/${action}"`);
    }
    const disabled = await sendForm(jar, `${page}/disable`, {});
    expect([disabled.status, disabled.headers.get('location')]).toEqual([303, page]);
    expect((await readPage(jar, page)).html).toContain(`action="${page}/enable"`);
    expect((await sendForm(jar, `${page}/roles`, { roles: '' })).status).toBe(303);
    expect((await repository.find(ada.id))?.roles).toEqual([]);
    const last = await sendForm(jar, `/auth/admin/accounts/${root.id}/roles`, { roles: '' });
    expect([last.status, await last.text()]).toEqual([
      409,
      expect.stringContaining('Give the role to another account'),
    ]);
    const unknown = await readPage(jar, '/auth/admin/accounts/nobody');
    expect([unknown.status, unknown.html]).toEqual([404, expect.stringContaining('This account does not exist')]);
  });
});
