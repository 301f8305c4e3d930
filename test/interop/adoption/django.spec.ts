import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { AccountRepository, type AdoptionReport, KyselyAccountRepository } from 'nestjs-session-auth/accounts';
import { join } from 'node:path';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { totpCode } from '../../support/totp.js';
import { until } from '../../support/until.js';
import { adopt, canLoad, make, python } from './foreign-users.js';

const isHere = canLoad(
  python,
  ['-c', 'import django, argon2, bcrypt'],
  'Django',
  'python3-django python3-argon2 python3-bcrypt',
);

const password = 'a long enough phrase';
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const hashers = ['pbkdf2_sha256', 'pbkdf2_sha1', 'argon2', 'bcrypt_sha256', 'bcrypt'];
const persons = [
  ...hashers.map((hasher) => ({ username: hasher, email: `${hasher}@example.com`, password, hasher })),
  { username: 'boss', email: 'Boss@Example.com', password, staff: true, superuser: true, groups: ['editors'] },
  { username: 'gone', email: 'gone@example.com', password, active: false },
  { username: 'none@example.com', email: 'none@example.com', groups: ['staff'] },
  { username: 'weak', email: 'weak@example.com', password, hasher: 'md5' },
  { username: 'nomail', password },
  { username: 'otp', email: 'otp@example.com', password },
];

(isHere ? describe : describe.skip)('users of Django', () => {
  const folder = temporaryFolder('adoption');
  const file = join(folder.path, 'shop.db');
  const args = ['--format', 'django', '--from', `sqlite:${file}`, '--to', `sqlite:${join(folder.path, 'accounts.db')}`];
  const roles = ['--flag-role', 'is_staff=staff member', '--flag-role', 'is_superuser=admin'];
  let told: Readonly<Record<string, { readonly id: string; readonly joined: string }>>;
  let database: Database.Database;
  let app: AccountsApp;

  const stored = (email: string) => app.app.get(AccountRepository).findBy('email', `1:${email}`);
  const logIn = (identity: string, jar = app.jar()): ReturnType<typeof send> =>
    send(jar, '/auth/login', { identity, password });

  beforeAll(async () => {
    database = new Database(join(folder.path, 'accounts.db'));
    const repository = new KyselyAccountRepository(database);
    app = await startAccounts({ repository, confirmation: true, usernames: true, totp: true });
    told = await make(python, 'django_shop.py', file, persons);
    const shop = new Database(file);
    // As django-otp has it, which Debian does not.
    shop.exec(
      `CREATE TABLE otp_totp_totpdevice (user_id integer, confirmed bool, key varchar(80), step integer, t0 bigint, digits integer);
       INSERT INTO otp_totp_totpdevice SELECT id, 1, '48656c6c6f21deadbeef48656c6c6f21deadbeef', 30, 0, 6 FROM auth_user WHERE username = 'otp'`,
    );
    shop.close();
  });

  afterAll(async () => {
    await app.close();
    database.close();
    folder.remove();
  });

  it('are adopted with their groups, and with roles of flags that are named', async () => {
    const { code, out } = await adopt([...args, ...roles, '--confirmed', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out) as AdoptionReport).toMatchObject({
      ...{ users: 11, adopted: 10, roles: ['admin', 'editors', 'staff', 'staff member'] },
      refused: { EMAIL_MISSING: { count: 1, ids: [told['nomail']?.id] } },
      notes: {
        DISABLED: { count: 1 },
        PASSWORD_MISSING: { count: 1 },
        PASSWORD_UNKNOWN: { count: 1 },
      },
    });
    expect(await stored('boss@example.com')).toMatchObject({
      ...{ id: told['boss']?.id, username: 'boss', roles: ['staff member', 'admin', 'editors'] },
      emailConfirmedAt: new Date(told['boss']?.joined ?? ''),
    });
    expect(await stored('none@example.com')).toMatchObject({ username: null, roles: ['staff'], password: null });
  });

  it.each(hashers)('log in with a hash of %s, which is replaced', async (hasher) => {
    expect(await logIn(hasher)).toMatchObject({ status: 200 });
    await until('the hash is replaced', async () =>
      ((await stored(`${hasher}@example.com`))?.password ?? '').startsWith('$argon2id$v=19$m=7168,'),
    );
    expect(await logIn(`${hasher}@example.com`)).toMatchObject({ status: 200 });
  });

  it('are not let in while they are disabled, or without a password that can be checked', async () => {
    for (const name of ['gone', 'none', 'weak']) expect((await logIn(`${name}@example.com`)).status).toBe(401);
  });

  it('are asked for a code of their authenticator app', async () => {
    const jar = app.jar();
    expect((await logIn('otp@example.com', jar)).body).toMatchObject({ status: 'second-factor', methods: ['totp'] });
    const code = totpCode(secret, Date.now());
    expect((await send(jar, '/auth/second-factor', { method: 'totp', code })).status).toBe(200);
  });
});
