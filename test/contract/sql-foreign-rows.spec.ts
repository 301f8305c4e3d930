import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { SqlStore } from '../../lib/stores/sql/index.js';
import { CollectedLog } from '../support/collected-log.js';
import { sqlSubjects } from './sql-subjects.js';

const aMinute = 60_000;
const farOff = 9_000_000_000_000;

/** What another tool may have put into a table of the same columns, which refuses nothing. */
const rows: readonly (readonly [what: string, row: { record?: Buffer; version?: string; expires?: number }])[] = [
  ['without a record', { version: '1', expires: farOff }],
  ['without a version', { record: Buffer.from('x'), expires: farOff }],
  ['with a version beyond all numbers', { record: Buffer.from('x'), version: '9223372036854775807', expires: farOff }],
];
const overRows: typeof rows = [
  ['that ended before 1970', { record: Buffer.from('x'), version: '1', expires: -1 }],
  ['that ended before the time began', { version: '-1', expires: Number.MIN_SAFE_INTEGER }],
];

describe.each(sqlSubjects)('SqlStore and rows of others on $name', (subject) => {
  let database: Kysely<object>;
  let store: SqlStore;
  const log = new CollectedLog();

  beforeAll(() => subject.start());

  beforeEach(async () => {
    database = subject.kysely();
    const bytes = { PostgreSQL: 'bytea', MariaDB: 'LONGBLOB', SQLite: 'BLOB' }[subject.name] ?? 'BLOB';
    const key = subject.name === 'MariaDB' ? 'VARBINARY(1024)' : 'text';
    await sql
      .raw(
        `CREATE TABLE sessions (session_key ${key} PRIMARY KEY, owner ${key}, record ${bytes}, version bigint, expires_at bigint)`,
      )
      .execute(database);
    store = new SqlStore({ database }, { log });
  });

  afterEach(async () => {
    await database.schema.dropTable('sessions').execute();
    await database.destroy();
    log.warnings.length = 0;
  });

  afterAll(() => subject.stop());

  async function insert({ record, version, expires }: (typeof rows)[number][1]): Promise<void> {
    const key = subject.name === 'MariaDB' ? Buffer.from('key') : 'key';
    const wholeVersion = version === undefined ? sql`NULL` : sql.raw(version);
    await sql`INSERT INTO sessions (session_key, record, version, expires_at)
      VALUES (${key}, ${record ?? null}, ${wholeVersion}, ${expires ?? null})`.execute(database);
  }

  it.each(rows)('takes one %s for no session, says so, and writes over nothing', async (_, row) => {
    await insert(row);
    expect(await store.read('key')).toBeNull();
    expect(log.warnings).toEqual([expect.stringContaining('was not written by this store')]);
    expect(await store.write('key', Buffer.from('1'), aMinute, 7)).toEqual({ gone: true });
    await expect(store.write('key', Buffer.from('1'), aMinute, 'absent')).rejects.toThrow(
      /was not written by this store.*SESSION_KEY_PREFIX/,
    );
    expect(await store.prune()).toBe(0);
    expect(await store.delete('key')).toBe('deleted');
    expect(await store.write('key', Buffer.from('1'), aMinute, 'absent')).toHaveProperty('written');
  });

  it.each(overRows)('takes one %s for one that has expired', async (_, row) => {
    await insert(row);
    expect(await store.read('key')).toBeNull();
    expect(await store.touch('key', aMinute)).toBe(false);
    expect(await store.write('key', Buffer.from('1'), aMinute, 'absent')).toHaveProperty('written');
    await store.delete('key');
    await insert(row);
    expect(await store.prune()).toBe(1);
    expect(log.warnings).toEqual([]);
  });

  it('does not try for ever to create a session where one without an end stands', async () => {
    await insert({ record: Buffer.from('x'), version: '1' });
    expect(await store.read('key')).toBeNull();
    await expect(store.write('key', Buffer.from('1'), aMinute, 'absent')).rejects.toThrow(
      /was not written by this store.*SESSION_KEY_PREFIX/,
    );
  });
});
