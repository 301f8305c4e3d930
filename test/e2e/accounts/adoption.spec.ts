import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { type Kysely, sql } from 'kysely';
import { adoptAccounts, type AdoptionReport, KyselyAccountRepository } from 'nestjs-session-auth/accounts';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../lib/cli/run.js';
import { sqlSubjects } from '../../contract/sql-subjects.js';
import { testSecret } from '../../support/app.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const hash = `$2b$04$${'a'.repeat(53)}`;

describe.each(sqlSubjects)('adopting into $name', (subject) => {
  const folder = temporaryFolder('adoption');
  const file = join(folder.path, 'members.db');
  let database: Kysely<object>;
  let members: Database.Database;

  beforeAll(async () => {
    await subject.start();
    database = subject.kysely();
    members = new Database(file);
    members.exec(
      `CREATE TABLE members (uid TEXT PRIMARY KEY, mail TEXT, name TEXT, pw_hash TEXT, enabled TEXT, mail_verified TEXT, boss INTEGER, groups TEXT)`,
    );
  });

  afterEach(async () => {
    members.exec('DELETE FROM members');
    for (const table of ['credentials', 'adopted_accounts', 'accounts']) {
      await sql`DELETE FROM ${sql.table(table)}`.execute(database);
    }
  });

  afterAll(async () => {
    members.close();
    await database.destroy();
    await subject.stop();
    folder.remove();
  });

  function insert(uid: string, values: Readonly<Record<string, string | number | null>> = {}): void {
    const row = { uid, mail: `${uid}@example.com`, pw_hash: hash, enabled: 't', mail_verified: '1', ...values };
    const names = Object.keys(row);
    members
      .prepare(`INSERT INTO members (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
      .run(...Object.values(row));
  }

  const adopt = (more: object = {}): Promise<AdoptionReport> =>
    adoptAccounts({
      ...{ from: `sqlite:${file}`, format: 'table', table: 'members', to: database, secretKey: testSecret },
      columns: {
        id: 'uid',
        email: 'mail',
        username: 'name',
        password: 'pw_hash',
        confirmedAt: 'mail_verified',
        roles: 'groups',
      },
      flagRoles: { boss: 'admin' },
      ...more,
    });
  const accounts = (): KyselyAccountRepository => new KyselyAccountRepository(database);

  it('takes a table of any columns, in batches of any size, and does not change it', async () => {
    for (const uid of ['b', 'a', 'B', 'd', 'c']) insert(uid, { mail: `${uid}${uid === 'B' ? 'x' : ''}@example.com` });
    members.exec(`UPDATE members SET groups = '["x","y"]', boss = 1, name = 'Dora' WHERE uid = 'd'`);
    members.exec(`UPDATE members SET enabled = 'no', groups = 'x, z' WHERE uid = 'a'`);
    const before = createHash('sha256').update(readFileSync(file)).digest('hex');
    const report = await adopt({ batch: 2 });
    expect(report).toMatchObject({ users: 5, adopted: 5, notes: { DISABLED: { count: 1, ids: ['a'] } } });
    expect(report.columns).toMatchObject({ id: 'uid', active: 'enabled', roles: 'groups' });
    expect(await accounts().find('d')).toMatchObject({ username: 'Dora', roles: ['x', 'y', 'admin'], active: true });
    expect(await accounts().find('a')).toMatchObject({ roles: ['x', 'z'], active: false });
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(before);
  });

  it('adopts nobody whom another account is in the way of', async () => {
    await accounts().create({ id: 'own', email: 'a@example.com', emailKey: '1:a@example.com' });
    await accounts().create({
      id: 'c',
      email: 'x@example.com',
      emailKey: '1:x@example.com',
      username: 'Dora',
      usernameKey: '1:dora',
    });
    for (const uid of ['a', 'b', 'c', 'd']) insert(uid);
    members.exec(`UPDATE members SET name = 'DORA' WHERE uid = 'd'`);
    for (const dryRun of [true, false]) {
      expect(await adopt({ dryRun })).toMatchObject({
        adopted: 2,
        refused: { EMAIL_TAKEN: { count: 1, ids: ['a'] }, ID_TAKEN: { count: 1, ids: ['c'] } },
        notes: { USERNAME_TAKEN: { count: 1, ids: ['d'] } },
      });
    }
    expect(await accounts().find('own')).toMatchObject({ email: 'a@example.com' });
    expect(await accounts().find('d')).toMatchObject({ username: null });
    expect(await adopt({ newIds: true })).toMatchObject({ adopted: 1, before: 2 });
    expect(await accounts().findBy('email', '1:c@example.com')).toMatchObject({
      id: expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  it('makes no doubles of users that several processes adopt at once', async () => {
    for (let index = 100; index < 160; index++) insert(`u${String(index)}`);
    const reports = await Promise.all([1, 2, 3].map(() => adopt({ batch: 7 })));
    const sum = reports.reduce((total, { adopted }) => total + adopted, 0);
    const refused = reports
      .flatMap((report) => Object.values(report.refused))
      .reduce((total, { count }) => total + count, 0);
    expect(sum).toBe(60);
    expect(refused).toBe(0);
    expect((await accounts().list({ limit: 1_000 })).accounts).toHaveLength(60);
  });

  it('keeps the state and the id of who is brought along, and what cannot be brought along as it is', async () => {
    for (const uid of ['a', 'b', 'c']) insert(uid);
    await adopt({ newIds: true });
    const id = (await accounts().findBy('email', '1:a@example.com'))?.id;
    members.exec(`UPDATE members SET mail = 'renamed@example.com', groups = 'x' WHERE uid = 'a'`);
    members.exec(`UPDATE members SET mail = 'c@example.com' WHERE uid = 'b'`);
    expect(await adopt({ newIds: true, update: true })).toMatchObject({
      ...{ adopted: 0, before: 1, updated: 1 },
      refused: { EMAIL_TAKEN: { count: 1, ids: ['b'] } },
    });
    expect(await accounts().findBy('email', '1:renamed@example.com')).toMatchObject({ id, roles: ['x'], epoch: 1 });
    expect(await accounts().findBy('email', '1:b@example.com')).not.toBeNull();
  });

  it.each([
    ['EMAIL_MISSING', { mail: '  ' }],
    ['EMAIL_INVALID', { mail: 'ada@localhost@example.com' }],
    ['VALUE_INVALID', { enabled: 'perhaps' }],
    ['VALUE_INVALID', { mail_verified: 'soon' }],
    ['VALUE_INVALID', { groups: '[1]' }],
    ['VALUE_INVALID', { uid: 'x'.repeat(200), mail: 'x@example.com' }],
  ] as const)('refuses a user alone, not all of them: %s for %j', async (reason, values) => {
    insert('a', values);
    insert('z');
    expect(await adopt()).toMatchObject({ adopted: 1, refused: { [reason]: { count: 1 } } });
  });
});

describe('nestjs-session-auth adopt', () => {
  const folder = temporaryFolder('adoption');
  const file = join(folder.path, 'empty.db');

  beforeAll(() => {
    const database = new Database(file);
    database.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, encrypted_password TEXT)');
    database.close();
  });

  afterAll(() => {
    folder.remove();
  });

  const from = ['--from', `sqlite:${file}`];

  it.each([
    [['--format', 'rails', ...from], 2, /Allowed choices are flask-security, django, devise/],
    [['--format', 'devise'], 2, /give --from, or set ADOPT_FROM/],
    [['--format', 'devise', ...from], 2, /give --to or set ADOPT_TO, or --dry-run/],
    [['--format', 'devise', ...from, '--to', 'redis://x', '--dry-run'], 1, /database of the accounts must be a URL/],
    [['--format', 'devise', '--from', 'x', '--dry-run'], 1, /database of the users must be a URL/],
    [['--format', 'devise', '--from', `sqlite:${file}.gone`, '--dry-run'], 2, /there is no such file/],
    [['--format', 'django', ...from, '--dry-run'], 1, /There is no table auth_user. Name it with --table/],
    [['--format', 'table', ...from, '--dry-run'], 1, /Name the table of users with --table/],
    [['--format', 'devise', ...from, '--dry-run', '--column', 'email=mail'], 1, /has no column mail \(email\)/],
    [['--format', 'devise', ...from, '--dry-run', '--column', 'emial=mail'], 2, /--column emial is not known/],
    [['--format', 'devise', ...from, '--dry-run', '--flag-role', 'admin'], 2, /Expected a name, = and a value/],
    [['--format', 'devise', ...from, '--dry-run', '--flag-role', 'boss=admin'], 1, /has no column boss/],
    [['--format', 'devise', ...from, '--dry-run', '--table', 'a"b'], 2, /the name of a table/],
    [['--format', 'devise', ...from, '--dry-run', '--batch', '0'], 1, /from 1 to 1000/],
  ])('says what is wrong: %j', async (words, code, problem) => {
    const outcome = await command(words);
    expect(outcome.code).toBe(code);
    expect(outcome.complaints).toMatch(problem);
  });

  it('does without SECRET_KEY in a dry run alone', async () => {
    expect((await command(['--format', 'devise', ...from, '--dry-run'], { NODE_ENV: 'production' })).code).toBe(0);
    const to = ['--to', `sqlite:${join(folder.path, 'to.db')}`];
    const outcome = await command(['--format', 'devise', ...from, ...to], { SESSION_TYPE: 'null' });
    expect(outcome.code).toBe(1);
    expect(outcome.complaints).toContain('Set SECRET_KEY to that of the new application');
  });

  it('warns of a password among its arguments, without showing it', async () => {
    const url = 'postgres://shop:hunter22@127.0.0.1:1/shop';
    const { complaints } = await command(['--format', 'devise', '--from', url, '--dry-run']);
    expect(complaints).toContain('Set ADOPT_FROM instead');
    expect(complaints).not.toContain('hunter22');
  });

  async function command(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const complaints: string[] = [];
    const code = await run(['adopt', ...words], {
      environment,
      print: () => undefined,
      complain: (line) => complaints.push(line),
      progress: () => undefined,
      divert: () => undefined,
    });
    return { code, complaints: complaints.join('\n') };
  }
});
