import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MssqlIntrospector,
  MssqlQueryCompiler,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { OptionMismatch } from '../../../../lib/config/option.js';
import { SessionConfigError } from '../../../../lib/errors.js';
import { dialectOf } from '../../../../lib/stores/sql/dialects/index.js';
import { create } from '../../../../lib/stores/sql/create.js';
import { SqlStore } from '../../../../lib/stores/sql/index.js';
import { sqlOptions } from '../../../../lib/stores/sql/sql.options.js';
import { parseTableName } from '../../../../lib/stores/sql/table-name.js';

interface Shop {
  sessions: { id: number };
  users: { name: string };
}

const databases = {
  PostgreSQL: new Kysely<Shop>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
  MySQL: new Kysely<unknown>({
    dialect: {
      createAdapter: () => new MysqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new MysqlIntrospector(db),
      createQueryCompiler: () => new MysqlQueryCompiler(),
    },
  }),
  SQLite: new Kysely<Record<string, never>>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
};

const sqlServer = new Kysely<object>({
  dialect: {
    createAdapter: () => new MssqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new MssqlIntrospector(db),
    createQueryCompiler: () => new MssqlQueryCompiler(),
  },
});

describe('SqlStore', () => {
  it.each(Object.entries(databases))('knows %s by how it writes', (name, database) => {
    expect(dialectOf(database).name).toBe(name);
    expect(dialectOf(database.withSchema('app')).name).toBe(name);
    expect(new SqlStore({ database })).toBeInstanceOf(SqlStore);
  });

  it('refuses databases that it does not speak with, and what is none', () => {
    expect(() => new SqlStore({ database: sqlServer })).toThrow(SessionConfigError);
    expect(() => new SqlStore({ database: sqlServer })).toThrow(/sql\.database.*PostgreSQL, MySQL, MariaDB or SQLite/);
    for (const database of [null, undefined, {}, 'postgres://db/shop']) {
      expect(() => Reflect.construct(SqlStore, [{ database }]) as unknown).toThrow(
        /sql\.database: expected a Kysely instance/,
      );
    }
  });

  it('refuses a name that is no table’s', () => {
    expect(() => new SqlStore({ database: databases.SQLite, table: 'x; --' })).toThrow(/SESSION_SQL_TABLE/);
  });

  it('asks for a URL or a database', async () => {
    const settings = { database: null, table: 'sessions', createTable: true, pruneInterval: null, pruneBatch: 1 };
    await expect(create({ ...settings, url: null })).rejects.toThrow(/SESSION_SQL \(sql\.url\).*sql\.database/);
  });
});

describe('the options of the SQL store', () => {
  it('keep the URL out of messages', () => {
    expect(sqlOptions.url.secret).toBe(true);
  });

  it('leave the table to a migration in production', () => {
    const fallback = sqlOptions.createTable.default;
    if (typeof fallback !== 'function') throw new Error('the default does not depend on the environment');
    expect([fallback('production'), fallback('development'), fallback('test')]).toEqual([false, true, true]);
  });

  it('take a Kysely instance in code alone', () => {
    const { kind } = sqlOptions.database;
    expect(kind.parse(databases.SQLite, 'code')).toBe(databases.SQLite);
    expect(kind.parse(databases.SQLite, 'environment')).toBeInstanceOf(OptionMismatch);
    expect(kind.parse({ executeQuery: () => null }, 'code')).toBeInstanceOf(OptionMismatch);
  });

  it('take an interval that a timer can have, or none', () => {
    const { kind } = sqlOptions.pruneInterval;
    expect(kind.parse('5m', 'environment')).toBe(300_000);
    expect(kind.parse('never', 'environment')).toBeNull();
    expect(kind.parse('0', 'environment')).toBeInstanceOf(OptionMismatch);
    expect(kind.parse('30d', 'environment')).toBeInstanceOf(OptionMismatch);
  });
});

describe('the page of the SQL store', () => {
  const page = readFileSync(join(resolve('docs/stores'), 'sql.md'), 'utf8');

  it.each(Object.entries(databases))('shows the statements that make the table on %s', (_, database) => {
    const statements = dialectOf(database).schema(parseTableName('sessions'));
    for (const statement of statements) expect(page).toContain(`${statement};`);
  });

  it('names every option that it names as the options are called', () => {
    const named = [...page.matchAll(/`sql\.(\w+)`/g)].map(([, name]) => name);
    expect(named).toEqual(expect.arrayContaining(['url', 'database', 'table']));
    expect(Object.keys(sqlOptions)).toEqual(expect.arrayContaining(named));
  });
});
