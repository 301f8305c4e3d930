import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { type Kysely, sql } from 'kysely';
import { createPool } from 'mysql2/promise';
import pg from 'pg';
import { storedAccount } from '../../lib/accounts/repository/account.js';
import { accountDialectOf } from '../../lib/accounts/repository/kysely/account-dialect.js';
import { accountTableNames, createAccountTables } from '../../lib/accounts/repository/kysely/account-tables.js';
import { KyselyAccountRepository } from '../../lib/accounts/repository/kysely/kysely-account-repository.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { sqlSubjects } from './sql-subjects.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/accounts/repository.md'), 'utf8');
const ada = { email: 'ada@example.com', emailKey: '1:ada@example.com' };

describe.each(sqlSubjects)('the tables of accounts on $name', (subject) => {
  let kysely: Kysely<object>;

  beforeAll(async () => {
    await subject.start();
    kysely = subject.kysely();
  });

  afterAll(async () => {
    await kysely.destroy();
    await subject.stop();
  });

  it('are those of the page', () => {
    for (const statement of accountDialectOf(kysely).schema(accountTableNames({}))) {
      expect(page).toContain(`${statement};`);
    }
  });

  it('are not created where that is off: the error says how to', async () => {
    const repository = new KyselyAccountRepository(kysely, { createTables: false });
    await expect(repository.create(ada)).rejects.toMatchObject({
      name: 'AccountsUnavailableError',
      code: 'ACCOUNTS_UNAVAILABLE',
      message: expect.stringContaining('createAccountTables()'),
    });
  });

  it('are created once, however many repositories find them missing', async () => {
    const results = await Promise.all(
      [1, 2, 3].map((number) =>
        new KyselyAccountRepository(kysely).create({ email: 'x@example.com', emailKey: `1:${String(number)}` }),
      ),
    );
    expect(results.map((result) => Object.keys(result)[0])).toEqual(['created', 'created', 'created']);
  });

  it('can have other names, and be created any number of times', async () => {
    const names = { accounts: `${subject.schema}.people`, credentials: `${subject.schema}.people_keys` };
    await createAccountTables(kysely, names);
    await createAccountTables(kysely, names);
    const repository = new KyselyAccountRepository(kysely, { ...names, createTables: false });
    expect(await repository.create(ada, [{ kind: 'totp' }])).toHaveProperty('created');
    expect(await new KyselyAccountRepository(kysely).findBy('email', ada.emailKey)).toBeNull();
  });

  it('answer by an index, not by reading every row', async () => {
    const { rows } = await sql.raw<{ readonly name: string }>(subject.indexes).execute(kysely);
    const names = rows.map(({ name }) => name);
    for (const name of ['credentials_account', 'credentials_expires_at']) expect(names).toContain(name);
  });

  it('are changed within a transaction of the application, and not if it is undone', async () => {
    const undone = new Error('undone');
    await expect(
      kysely.transaction().execute(async (transaction) => {
        const repository = new KyselyAccountRepository(transaction);
        expect(await repository.create(ada, [{ kind: 'totp' }])).toHaveProperty('created');
        throw undone;
      }),
    ).rejects.toBe(undone);
    expect(await new KyselyAccountRepository(kysely).findBy('email', ada.emailKey)).toBeNull();
  });

  it('are read and written in few statements', async () => {
    const other = { email: 'grace@example.com', emailKey: '1:grace@example.com' };
    const counts = await subject.counts(async () => {
      // The statements of this connection alone are counted on some databases.
      const own = subject.kysely();
      const repository = new KyselyAccountRepository(own);
      const created = await repository.create(other);
      if (!('created' in created)) throw new Error('not created');
      await repository.findBy('email', other.emailKey);
      await repository.update(storedAccount({ ...created.created, password: null, locale: 'de' }), 1);
      await repository.track(created.created.id, { at: new Date(), ip: null });
      await own.destroy();
    });
    expect(counts).toMatchObject({ insert: 1, select: 1, update: 2 });
  });
});

describe('KyselyAccountRepository', () => {
  it('refuses what is no database, and names that are no tables', () => {
    expect((): unknown => Reflect.construct(KyselyAccountRepository, [{}])).toThrow(/expected a Kysely instance/);
    const database = new Libsql(':memory:');
    expect(() => new KyselyAccountRepository(database, { accounts: 'x"; DROP TABLE y' })).toThrow(/name of a table/);
    database.close();
  });

  it('takes a database of libsql', async () => {
    const database = new Libsql(':memory:');
    const repository = new KyselyAccountRepository(database);
    expect(await repository.create(ada, [{ kind: 'totp' }])).toHaveProperty('created');
    expect(await repository.findBy('email', ada.emailKey)).toMatchObject(ada);
    database.close();
  });

  it('takes a pool of pg, and shows no password in the error of a server that is gone', async () => {
    const server = await PostgresServer.start();
    const pool = new pg.Pool({ connectionString: server.url });
    pool.on('error', () => undefined);
    const repository = new KyselyAccountRepository(pool);
    expect(await repository.create(ada)).toHaveProperty('created');
    await server.stop();
    const error: unknown = await repository
      .create({ ...ada, emailKey: '1:x', password: '$argon2id$secret' })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ACCOUNTS_UNAVAILABLE' });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    await pool.end();
  });

  it('takes a pool of mysql2', async () => {
    const server = await MariadbServer.start();
    const pool = createPool(server.url);
    const repository = new KyselyAccountRepository(pool);
    expect(await repository.create(ada, [{ kind: 'totp' }])).toHaveProperty('created');
    expect(await repository.findBy('email', ada.emailKey)).toMatchObject(ada);
    await pool.end();
    await server.stop();
  });
});
