import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AdoptionReport, AdoptionSecrets } from 'nestjs-session-auth/accounts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describeAccounts } from '../../contract/describe-accounts.js';
import { UsersTable } from '../../contract/users-table.js';
import { recipeOf, type Recipe } from '../../docs/recipe.js';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { testSecret } from '../../support/app.js';
import { PostgresServer } from '../../support/servers/postgres.js';
import { totpCode } from '../../support/totp.js';
import { until } from '../../support/until.js';
import { canLoad, make, python } from './foreign-users.js';

const isHere = canLoad(
  python,
  ['-c', 'import flask_security, flask_sqlalchemy, cryptography, psycopg2'],
  'Flask-Security in their own table',
  'python3-flask-security python3-flask-sqlalchemy python3-cryptography python3-psycopg2',
);

const page = readFileSync(join(import.meta.dirname, '../../../docs/accounts/adoption.md'), 'utf8');
const salt = 'the salt of a shop';
const totpSecrets = { 1: 'a secret for secrets of a shop' };
const password = 'a long enough phrase';
const confirmed = '2024-02-29T12:00:00';
const persons = [
  { email: 'Ada@example.com', username: 'ada', password, confirmed, roles: ['admin'], factor: 'authenticator' },
  { email: 'bob@example.com', password, scheme: 'bcrypt', confirmed, current_login_at: confirmed, login_count: 7 },
  { email: 'no address', password },
];

type AdoptInPlace = (pool: pg.Pool, from: string, key: string, secrets: AdoptionSecrets) => Promise<AdoptionReport>;

(isHere ? describe : describe.skip)('users of Flask-Security in their own table', () => {
  const pools: pg.Pool[] = [];
  let server: PostgresServer;
  let recipe: Recipe;
  let app: AccountsApp;
  let told: Readonly<Record<string, { readonly id: string; readonly secret?: string }>>;
  let reports: readonly AdoptionReport[];

  function open(): UsersTable {
    const pool = new pg.Pool({ connectionString: server.url, max: 8 });
    pools.push(pool);
    return new UsersTable(pool);
  }

  beforeAll(async () => {
    server = await PostgresServer.start();
    const url = server.url.replace('postgres://', 'postgresql+psycopg2://');
    told = await make(python, 'flask_security_shop.py', url, { salt, totpSecrets, persons });
    const [, schema = ''] = /^-- in-place\.sql\n([^]*?)^```$/m.exec(page) ?? [];
    await server.administer((client) => client.query(schema));
    recipe = recipeOf('docs/accounts/adoption.md');
    const { adoptInPlace } = (await recipe.load('src/adopt-in-place.ts')) as { adoptInPlace: AdoptInPlace };
    const repository = open();
    const adopt = (): Promise<AdoptionReport> =>
      adoptInPlace(pools[0] ?? new pg.Pool(), server.url, testSecret, { totpSecrets });
    // Once more, as after an interruption.
    reports = [await adopt(), await adopt()];
    await server.administer((client) =>
      client.query('DELETE FROM users WHERE email_key IS NULL; ALTER TABLE users ALTER COLUMN email_key SET NOT NULL'),
    );
    app = await startAccounts({ repository, confirmation: true, totp: true, passwords: { flaskSalt: salt } });
  });

  afterAll(async () => {
    await app.close();
    recipe.remove();
    await Promise.all(pools.map((pool) => pool.end()));
    await server.stop();
  });

  const logIn = (identity: string, jar = app.jar()): ReturnType<typeof send> =>
    send(jar, '/auth/login', { identity, password });

  it('are handed over as often as it is run, but for those that are refused', () => {
    for (const report of reports) {
      expect(report).toMatchObject({ users: 3, adopted: 2, refused: { EMAIL_INVALID: { count: 1, ids: ['3'] } } });
    }
  });

  it('log in with their ids, roles and second factors', async () => {
    const repository = open();
    const ada = await repository.findBy('email', '1:ada@example.com');
    expect(ada).toMatchObject({
      ...{ id: told['Ada@example.com']?.id, username: 'ada', roles: ['admin'], active: true, epoch: 0 },
      emailConfirmedAt: new Date(`${confirmed}Z`),
    });
    const jar = app.jar();
    expect((await logIn('ada@example.com', jar)).body).toMatchObject({ status: 'second-factor', methods: ['totp'] });
    const code = totpCode(told['Ada@example.com']?.secret ?? '', Date.now());
    expect((await send(jar, '/auth/second-factor', { method: 'totp', code })).status).toBe(200);
  });

  it('have their hash replaced in their own row', async () => {
    expect(await logIn('bob@example.com')).toMatchObject({ status: 200, body: { status: 'in' } });
    await until('the hash is replaced', () =>
      server.administer(async (client) => {
        const { rows } = await client.query("SELECT 1 FROM users WHERE id = 2 AND password LIKE '$argon2id$%'");
        return rows.length === 1;
      }),
    );
    expect(await open().find('2')).toMatchObject({ loginCount: 7, currentLogin: { at: new Date(`${confirmed}Z`) } });
  });

  describeAccounts('as a repository', { makesIds: true, open });
});
