import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Kysely, type MigrationProvider, Migrator, sql } from 'kysely';
import { create } from '../../lib/stores/sql/create.js';
import { createSessionTable, SqlStore } from '../../lib/stores/sql/index.js';
import { sqlSettings } from './sql-settings.js';
import { sqlSubjects } from './sql-subjects.js';

// Servers are started and stopped, on machines that are busy.
const aMinute = 60_000;

describe.each(sqlSubjects)('SqlStore and its table on $name', (subject) => {
  let database: Kysely<object>;

  beforeAll(async () => {
    await subject.start();
    database = subject.kysely();
  });

  beforeEach(async () => {
    for (const table of await tables()) await database.schema.dropTable(table).execute();
  });

  afterAll(async () => {
    await database.destroy();
    await subject.stop();
  });

  it('is created with its indexes by createSessionTable, however often it is called', async () => {
    await createSessionTable(database);
    expect(await works(new SqlStore({ database }))).toBe(true);
    await createSessionTable(database);
    expect(await new SqlStore({ database }).read('key')).not.toBeNull();
    expect(await tables()).toEqual(['sessions']);
    expect(await indexes()).toEqual(expect.arrayContaining(['sessions_expires_at', 'sessions_owner']));
  });

  it('is created under the name that is asked for, and several live side by side', async () => {
    await createSessionTable(database, { table: 'shop_sessions' });
    await createSessionTable(database, { table: 'Office' });
    const shop = new SqlStore({ database, table: 'shop_sessions' });
    const office = new SqlStore({ database, table: 'Office' });
    expect(await works(shop)).toBe(true);
    expect(await office.read('key')).toBeNull();
    expect(await works(office)).toBe(true);
    expect(await tables()).toEqual(['Office', 'shop_sessions']);
  });

  it('may be named with its schema', async () => {
    const table = `${subject.schema}.qualified`;
    await createSessionTable(database, { table });
    expect(await works(new SqlStore({ database, table }))).toBe(true);
    expect(await tables()).toEqual(['qualified']);
    expect(await indexes()).toEqual(expect.arrayContaining(['qualified_expires_at', 'qualified_owner']));
  });

  it('is created by a migration of the application', async () => {
    const provider: MigrationProvider = {
      getMigrations: () => Promise.resolve({ sessions: { up: (db) => createSessionTable(db) } }),
    };
    const { error } = await new Migrator({ db: database, provider }).migrateToLatest();
    expect(error).toBeUndefined();
    expect(await works(new SqlStore({ database }))).toBe(true);
  });

  it('is created in a transaction of the application', async () => {
    await database.transaction().execute((transaction) => createSessionTable(transaction));
    expect(await works(new SqlStore({ database }))).toBe(true);
  });

  it('is said to be missing, with what creates it, and works as soon as it is there', async () => {
    const store = new SqlStore({ database });
    for (const call of [
      store.read('key'),
      store.write('key', Buffer.from('1'), aMinute, 'absent'),
      store.touch('key', aMinute),
      store.delete('key'),
      store.prune(),
      store.deleteOwnedBy('owner'),
      store.keys().next(),
      store.ownedBy('owner').next(),
    ]) {
      await expect(call).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringMatching(
          /has no table sessions\..*createSessionTable\(\).*SESSION_SQL_CREATE_TABLE=true/,
        ),
      });
    }
    expect(await tables()).toEqual([]);
    await createSessionTable(database);
    expect(await works(store)).toBe(true);
  });

  it('is created by the store where that is asked for, by many calls and several stores at once', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => create(sqlSettings(subject.url()))));
    try {
      const reads = stores.flatMap((store) =>
        Array.from({ length: 10 }, (_, index) => store.read(`key ${String(index)}`)),
      );
      expect(new Set(await Promise.all(reads))).toEqual(new Set([null]));
      expect(await tables()).toEqual(['sessions']);
      const [first, second] = stores;
      if (first === undefined || second === undefined) throw new Error('no stores');
      expect(await works(first, second)).toBe(true);
    } finally {
      for (const store of stores) await store.close();
    }
  });

  it('is created again where somebody dropped it', async () => {
    const store = new SqlStore({ database, createTable: true });
    expect(await works(store)).toBe(true);
    await database.schema.dropTable('sessions').execute();
    expect(await store.read('key')).toBeNull();
    expect(await works(store)).toBe(true);
  });

  it('is left alone where it is somebody else’s, and the message says so', async () => {
    // As Flask-Session names it.
    const foreign = database.schema.createTable('sessions').addColumn('id', 'integer', (column) => column.primaryKey());
    await foreign.addColumn('session_id', 'varchar(255)').addColumn('expiry', 'timestamp').execute();
    const store = new SqlStore({ database, createTable: true });
    await expect(store.read('key')).rejects.toMatchObject({
      code: 'SESSION_STORE_UNAVAILABLE',
      message: expect.stringMatching(/table sessions .* was not made by this session store.*SESSION_SQL_TABLE/),
    });
    await expect(store.write('key', Buffer.from('1'), aMinute, 'absent')).rejects.toThrow(/SESSION_SQL_TABLE/);
    expect(await works(new SqlStore({ database, table: 'nest_sessions', createTable: true }))).toBe(true);
  });

  async function tables(): Promise<string[]> {
    return (await database.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) => name).sort();
  }

  async function indexes(): Promise<string[]> {
    const { rows } = await sql.raw<{ name: string }>(subject.indexes).execute(database);
    return rows.map(({ name }) => name);
  }
});

async function works(store: SqlStore, reader = store): Promise<boolean> {
  const result = await store.write('key', Buffer.from('1'), aMinute, 'absent', 'owner');
  const isThere = (await reader.read('key')) !== null;
  expect(await reader.deleteOwnedBy('owner')).toBe(1);
  await store.write('key', Buffer.from('1'), aMinute, 'absent');
  return isThere && 'written' in result;
}
