import { afterAll, beforeAll } from '@jest/globals';
import { join } from 'node:path';
import { is } from 'drizzle-orm';
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3';
import { drizzle } from 'drizzle-orm/node-postgres';
import { getTableConfig as postgresTable, PgTable } from 'drizzle-orm/pg-core';
import { getTableConfig as sqliteTable, SQLiteTable } from 'drizzle-orm/sqlite-core';
import Database from 'libsql';
import type { AccountRepository } from 'nestjs-session-auth/accounts';
import pg from 'pg';
import { describeAccounts } from '../../contract/describe-accounts.js';
import { PostgresServer } from '../../support/servers/postgres.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { recipeOf, type Recipe } from '../recipe.js';

const path = 'docs/recipes/accounts-with-drizzle.md';

// The driver of the tests, which is that of libsql, has the methods that Drizzle calls.
const overLibsql = drizzleSqlite as (options: { readonly client: object }) => object;

type Accounts = new (database: object) => AccountRepository;

const recipes: Recipe[] = [];
let OnPostgres: Accounts;
let OnSqlite: Accounts;
let postgresTables: PgTable[];
let sqliteTables: SQLiteTable[];

beforeAll(async () => {
  const recipe = recipeOf(path);
  const sqlite = recipeOf(path, { './database.js': './sqlite/database.js' });
  recipes.push(recipe, sqlite);
  ({ DrizzleAccounts: OnPostgres } = (await recipe.load('src/drizzle-accounts.ts')) as { DrizzleAccounts: Accounts });
  ({ DrizzleAccounts: OnSqlite } = (await sqlite.load('src/drizzle-accounts.ts')) as { DrizzleAccounts: Accounts });
  const { users, userCredentials } = await recipe.load('src/database.ts');
  postgresTables = [users, userCredentials].filter((table) => is(table, PgTable));
  const others = await sqlite.load('src/sqlite/database.ts');
  sqliteTables = [others['users'], others['userCredentials']].filter((table) => is(table, SQLiteTable));
});

afterAll(() => {
  for (const recipe of recipes) recipe.remove();
});

const pools: pg.Pool[] = [];
let server: PostgresServer;

describeAccounts('DrizzleAccounts on PostgreSQL', {
  makesIds: true,
  open() {
    const pool = new pg.Pool({ connectionString: server.url });
    pools.push(pool);
    return new OnPostgres(drizzle({ client: pool }));
  },
  async start() {
    server = await PostgresServer.start();
    const statements = postgresTables.map((table) => creationOf(postgresTable(table)));
    await server.administer((client) => client.query(statements.join(';')));
  },
  async stop() {
    await Promise.all(pools.map((pool) => pool.end()));
    await server.stop();
  },
});

let folder: ReturnType<typeof temporaryFolder>;
const files: Database.Database[] = [];

describeAccounts('DrizzleAccounts on SQLite', {
  makesIds: true,
  open() {
    const file = new Database(join(folder.path, 'app.db'));
    file.exec('PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
    if (files.push(file) === 1) for (const table of sqliteTables) file.exec(creationOf(sqliteTable(table)));
    return new OnSqlite(overLibsql({ client: file }));
  },
  async start() {
    folder = temporaryFolder('drizzle-accounts');
  },
  async stop() {
    for (const file of files) file.close();
    folder.remove();
  },
});

/** The statement of the migration that Drizzle's own command writes, as far as the contract sees it. */
function creationOf(table: ReturnType<typeof postgresTable> | ReturnType<typeof sqliteTable>): string {
  const columns = table.columns.map((column) => {
    const value: unknown = column.default;
    const rest = [
      column.notNull && 'NOT NULL',
      column.primary && 'PRIMARY KEY',
      column.isUnique && 'UNIQUE',
      (typeof value === 'string' && `DEFAULT '${value}'`) || (typeof value === 'number' && `DEFAULT ${String(value)}`),
    ];
    return `"${column.name}" ${column.getSQLType()} ${rest.filter(Boolean).join(' ')}`;
  });
  const namesOf = (some: readonly { readonly name: string }[]): string =>
    some.map(({ name }) => `"${name}"`).join(', ');
  const keys = table.uniqueConstraints.map((constraint) => `UNIQUE (${namesOf(constraint.columns)})`);
  const foreign = table.foreignKeys.map((key) => {
    const { columns, foreignColumns } = key.reference();
    return `FOREIGN KEY (${namesOf(columns)}) REFERENCES users (${namesOf(foreignColumns)}) ON DELETE ${key.onDelete ?? ''}`;
  });
  return `CREATE TABLE "${table.name}" (${[...columns, ...keys, ...foreign].join(', ')})`;
}
