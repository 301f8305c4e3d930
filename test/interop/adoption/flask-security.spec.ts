import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import {
  AccountRepository,
  type AdoptionReport,
  KyselyAccountRepository,
  type Sms,
} from 'nestjs-session-auth/accounts';
import { accountsTesting, type AccountsTesting } from 'nestjs-session-auth/testing';
import { join } from 'node:path';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { logInWith } from '../../support/passkeys-app.js';
import { PostgresServer } from '../../support/servers/postgres.js';
import { coseKeyOf, SoftwareAuthenticator } from '../../support/software-authenticator.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { totpCode } from '../../support/totp.js';
import { until } from '../../support/until.js';
import { adopt, canLoad, make, python } from './foreign-users.js';

const packages = 'python3-flask-security python3-flask-sqlalchemy python3-cryptography python3-psycopg2';
const isHere = canLoad(
  python,
  ['-c', 'import flask_security, flask_sqlalchemy, cryptography, psycopg2'],
  'Flask-Security',
  packages,
);

const salt = 'the salt of a shop';
const totpSecrets = { 1: 'a secret for secrets of a shop' };
const password = 'a long enough phrase';
const plainSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const confirmed = '2024-02-29T12:00:00';
/** In URL-safe base64, as Fernet has its keys. */
const codeKey = Buffer.alloc(32, 7).toString('base64url') + '=';
const environment = {
  SECURITY_TOTP_SECRETS: JSON.stringify(totpSecrets),
  SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS: codeKey,
};

const persons = [
  {
    email: 'ada@example.com',
    username: 'ada',
    confirmed,
    roles: ['admin', 'staff'],
    factor: 'authenticator',
    codes: true,
  },
  { email: 'bob@example.com', scheme: 'bcrypt', confirmed },
  { email: 'cleo@example.com', scheme: 'pbkdf2_sha512', confirmed },
  { email: 'dan@example.com', active: false, confirmed },
  { email: 'eve@example.com' },
  { email: 'BOB@Example.com', confirmed },
  { email: 'not an address', confirmed },
  { email: 'fay@example.com', noPassword: true, confirmed },
  { email: 'gil@example.com', hash: '$1$abcdefgh$0123456789abcdefghijkl', confirmed },
  { email: 'hal@example.com', factor: 'sms', phone: '+14155552671', confirmed },
  { email: 'ivy@example.com', factor: 'email', confirmed },
  { email: 'jo@example.com', plain: plainSecret, confirmed },
  { email: 'kim@example.com', unified: true, confirmed },
  { email: 'lea@example.com', username: 'ADA', scheme: 'sha512_crypt', confirmed },
  { email: 'max@example.com', confirmed, last_login_at: '2024-05-05T05:05:05', last_login_ip: '192.0.2.1' },
  { email: 'ned@example.com', confirmed, tf_totp_secret: 'x', factor: 'authenticator', broken: true },
];
const max = { login_count: 7, current_login_at: '2024-06-06T06:06:06', current_login_ip: '2001:db8::1' };

interface Told {
  readonly id: string;
  readonly secret?: string;
  readonly codes?: readonly string[];
}

const sources = [{ name: 'SQLite' }, { name: 'PostgreSQL' }] as const;

(isHere ? describe : describe.skip).each(sources)('users of Flask-Security in $name', ({ name }) => {
  const folder = temporaryFolder('adoption');
  const file = join(folder.path, 'accounts.db');
  const sent: Sms[] = [];
  let server: PostgresServer | null = null;
  let from: string;
  let told: Readonly<Record<string, Told>>;
  let database: Database.Database;
  let app: AccountsApp;
  let kit: AccountsTesting;
  let authenticator: SoftwareAuthenticator;

  const args = (): string[] => ['--format', 'flask-security', '--from', from, '--to', `sqlite:${file}`];
  const logIn = (identity: string, jar = app.jar()): ReturnType<typeof send> =>
    send(jar, '/auth/login', { identity, password });
  const stored = (email: string) => app.app.get(AccountRepository).findBy('email', `1:${email}`);
  const reported = async (...more: string[]): Promise<AdoptionReport> => {
    const { out, complaints } = await adopt([...args(), '--json', ...more], environment);
    expect(complaints).toBe('');
    return JSON.parse(out) as AdoptionReport;
  };

  beforeAll(async () => {
    server = name === 'PostgreSQL' ? await PostgresServer.start() : null;
    from = server?.url ?? `sqlite:${join(folder.path, 'shop.db')}`;
    database = new Database(file);
    app = await startAccounts({
      repository: new KyselyAccountRepository(database),
      passwords: { flaskSalt: salt },
      ...{ passkeys: true, totp: true, recoveryCodes: true, confirmation: true, recovery: true, usernames: true },
      sms: { enabled: true, countries: ['US'], sender: { send: (sms) => void sent.push(sms) } },
    });
    kit = accountsTesting(app.app);
    authenticator = new SoftwareAuthenticator(app.url.replace('127.0.0.1', 'localhost'), { counts: true });
    const key = foreignPasskey(authenticator, 'handle-of-olga');
    const url = server?.url.replace('postgres://', 'postgresql+psycopg2://') ?? `sqlite:///${from.slice(7)}`;
    told = await make<Record<string, Told>>(python, 'flask_security_shop.py', url, {
      ...{ salt, totpSecrets, codeKeys: [codeKey] },
      persons: [
        ...persons.map((person) => ({
          ...(person.noPassword !== true && { password }),
          ...(person.email === 'max@example.com' && max),
          ...person,
        })),
        { email: 'olga@example.com', password, confirmed, passkey: key },
      ],
    });
    // The key of the encryption is not there any more.
    await change(
      `UPDATE "user" SET tf_totp_secret = replace(tf_totp_secret, '"t":"1"', '"t":"0"') WHERE email = 'ned@example.com'`,
    );
  });

  /** Changes something of the foreign users. */
  async function change(sql: string): Promise<void> {
    if (server !== null) await server.administer((client) => client.query(sql));
    else {
      const shop = new Database(from.slice('sqlite:'.length));
      shop.exec(sql);
      shop.close();
    }
  }

  afterAll(async () => {
    await app.close();
    database.close();
    await server?.stop();
    folder.remove();
  });

  it('are counted by a dry run, which writes nothing and shows no secret', async () => {
    const dry = await reported('--dry-run');
    expect(dry).toMatchObject({ isDryRun: true, users: 17, adopted: 14, before: 0 });
    expect(dry.refused).toEqual({
      EMAIL_DUPLICATE: { count: 1, ids: ['6'] },
      EMAIL_INVALID: { count: 1, ids: ['7'] },
      SECOND_FACTOR_UNREADABLE: { count: 1, ids: ['16'] },
    });
    expect(dry.notes).toEqual({
      DISABLED: { count: 1, ids: ['4'] },
      PASSWORD_MISSING: { count: 1, ids: ['8'] },
      PASSWORD_UNKNOWN: { count: 1, ids: ['9'] },
      SECOND_FACTOR_BY_MAIL: { count: 1, ids: ['11'] },
      UNCONFIRMED: { count: 1, ids: ['5'] },
      USERNAME_DUPLICATE: { count: 1, ids: ['14'] },
    });
    expect(dry.hashes).toEqual([
      { kind: 'argon2id', count: 11, isKnown: true },
      { kind: 'bcrypt', count: 1, isKnown: true },
      { kind: 'md5_crypt', count: 1, isKnown: false },
      { kind: 'none', count: 1, isKnown: true },
      { kind: 'pbkdf2-sha512 (passlib)', count: 1, isKnown: true },
      { kind: 'sha512_crypt', count: 1, isKnown: true },
    ]);
    expect(dry.credentials).toEqual({ totp: 3, phone: 1, 'recovery-code': 5, passkey: 1 });
    expect(dry.roles).toEqual(['admin', 'staff']);
    expect((await app.app.get(AccountRepository).list()).accounts).toEqual([]);
    expect(database.prepare("SELECT name FROM sqlite_master WHERE name = 'adopted_accounts'").all()).toEqual([]);
  });

  it('are reported to persons without an address or a hash', async () => {
    const { code, out } = await adopt([...args(), '--dry-run'], environment);
    expect(code).toBe(1);
    expect(out).toContain('14 of 17 users would be adopted');
    expect(out).toMatch(/argon2id +11\n/);
    expect(out).toMatch(/EMAIL_DUPLICATE +1 +a user before it has the same address, spelled differently +6/);
    expect(out).not.toMatch(/@|\$2|\$argon|enckey/);
  });

  it('are refused as a whole without the secrets of their second factors', async () => {
    const { code, complaints } = await adopt(args());
    expect(code).toBe(1);
    expect(complaints).toContain('Set SECURITY_TOTP_SECRETS');
  });

  it('become accounts with their ids, roles, times and logins, once', async () => {
    expect(await reported()).toMatchObject({ isDryRun: false, users: 17, adopted: 14 });
    expect(await reported()).toMatchObject({ users: 17, adopted: 0, before: 14 });
    expect(await stored('ada@example.com')).toMatchObject({
      ...{ id: told['ada@example.com']?.id, username: 'ada', roles: ['admin', 'staff'], active: true },
      emailConfirmedAt: new Date(`${confirmed}Z`),
    });
    expect(await stored('max@example.com')).toMatchObject({
      loginCount: 7,
      lastLogin: { at: new Date('2024-05-05T05:05:05Z'), ip: '192.0.2.1' },
      currentLogin: { at: new Date('2024-06-06T06:06:06Z'), ip: '2001:db8::1' },
    });
    expect(await stored('lea@example.com')).toMatchObject({ username: null });
    expect(await stored('dan@example.com')).toMatchObject({ active: false });
  });

  it.each(['bob@example.com', 'cleo@example.com', 'lea@example.com', 'max@example.com'])(
    'log in with their password, which is hashed anew: %s',
    async (email) => {
      expect((await send(app.jar(), '/auth/login', { identity: email, password: 'another phrase' })).status).toBe(401);
      expect(await logIn(email)).toMatchObject({ status: 200, body: { status: 'in' } });
      await until('the hash is replaced', async () =>
        ((await stored(email))?.password ?? '').startsWith('$argon2id$v=19$m=7168,t=1,p=1$'),
      );
      expect(await logIn(email)).toMatchObject({ status: 200 });
    },
  );

  it('C2-32: are not let in while they are disabled, unconfirmed or without a password', async () => {
    for (const email of ['dan', 'eve', 'fay', 'gil']) expect((await logIn(`${email}@example.com`)).status).toBe(401);
  });

  it.each([
    ['ada@example.com', (fact: Told) => fact.secret],
    ['jo@example.com', () => plainSecret],
    ['kim@example.com', (fact: Told) => fact.secret],
  ])('C2-69: are asked for a code of their authenticator app: %s', async (email, secretOf) => {
    const fact = told[email];
    const secret = (fact && secretOf(fact)) ?? '';
    const jar = app.jar();
    expect((await logIn(email, jar)).body).toMatchObject({ status: 'second-factor' });
    const body = { method: 'totp', code: totpCode(secret, Date.now()) };
    expect(await send(jar, '/auth/second-factor', body)).toMatchObject({ status: 200, body: { status: 'in' } });
  });

  it('C2-74: use each recovery code once', async () => {
    const [code = ''] = told['ada@example.com']?.codes ?? [];
    const statuses: number[] = [];
    for (const typed of [code, code]) {
      const jar = app.jar();
      await logIn('ada@example.com', jar);
      statuses.push((await send(jar, '/auth/second-factor', { method: 'recovery-code', code: typed })).status);
    }
    expect(statuses).toEqual([200, 401]);
  });

  it('get codes by SMS if they did before', async () => {
    const jar = app.jar();
    expect((await logIn('hal@example.com', jar)).body).toMatchObject({ status: 'second-factor', methods: ['code'] });
    expect((await send(jar, '/auth/second-factor/send', { method: 'code' })).status).toBe(202);
    await until('a message is sent', () => sent.length === 1);
    expect(sent[0]?.to).toBe('+14155552671');
  });

  it('C2-78: log in with their passkey alone', async () => {
    expect(await logInWith(app.jar(), authenticator)).toMatchObject({
      status: 200,
      body: { status: 'in', user: { email: 'olga@example.com' } },
    });
  });

  it('lose what was set before to who first proves the mailbox of an unconfirmed one', async () => {
    await send(app.jar(), '/auth/recover', { email: 'eve@example.com' });
    const { token } = (await kit.mails.last('eve@example.com', 'reset'))?.data ?? {};
    const renewed = 'an entirely new phrase';
    expect(await send(app.jar(), '/auth/reset', { token, password: renewed })).toMatchObject({ status: 200 });
    expect((await logIn('eve@example.com')).status).toBe(401);
    const body = { identity: 'eve@example.com', password: renewed };
    expect((await send(app.jar(), '/auth/login', body)).status).toBe(200);
  });

  it('are brought along when they change, unless they have logged in here, and do not come back when deleted here', async () => {
    const ids = (email: string): string => told[email]?.id ?? '';
    await app.app.get(AccountRepository).delete(ids('ivy@example.com'));
    await change(
      `UPDATE "user" SET active = ${server === null ? '0' : 'false'}, login_count = 99 WHERE email IN ('fay@example.com', 'bob@example.com')`,
    );
    await change(`UPDATE "user" SET login_count = 99 WHERE email = 'gil@example.com'`);
    const updated = await reported('--update');
    expect(updated).toMatchObject({
      adopted: 0,
      updated: 1,
      deleted: 1,
      kept: { count: 1, ids: [ids('bob@example.com')] },
    });
    expect(await stored('fay@example.com')).toMatchObject({ active: false, epoch: 1, loginCount: 99 });
    expect(await stored('bob@example.com')).toMatchObject({ active: true });
    expect(await stored('ivy@example.com')).toBeNull();
    expect(await reported('--update')).toMatchObject({ adopted: 0, updated: 0, deleted: 1 });
  });
});

/** A passkey as Flask-Security has it: the id and the key in bytes, and a handle of text. */
function foreignPasskey(authenticator: SoftwareAuthenticator, handle: string): object {
  authenticator.create({
    challenge: 'AAAA',
    rp: { id: 'localhost' },
    user: { id: Buffer.from(handle).toString('base64url'), name: '', displayName: '' },
    excludeCredentials: [],
  });
  const passkey = authenticator.passkeys.at(-1);
  if (passkey === undefined) throw new Error('There is no passkey.');
  passkey.counter = 7;
  return {
    handle,
    id: Buffer.from(passkey.id, 'base64url').toString('hex'),
    publicKey: coseKeyOf(passkey).toString('hex'),
  };
}
