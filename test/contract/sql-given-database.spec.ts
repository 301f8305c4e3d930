import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import Database from 'libsql';
import { createPool } from 'mysql2';
import { createPool as createPromisePool } from 'mysql2/promise';
import pg from 'pg';
import { OptionMismatch } from '../../lib/config/option.js';
import { create } from '../../lib/stores/sql/create.js';
import { sqlOptions } from '../../lib/stores/sql/sql.options.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { sqlSettings } from './sql-settings.js';

let postgres: PostgresServer;
let mariadb: MariadbServer;
const folder = temporaryFolder('sql-given');

beforeAll(async () => {
  postgres = await PostgresServer.start();
  mariadb = await MariadbServer.start();
});

afterAll(async () => {
  await postgres.stop();
  await mariadb.stop();
  folder.remove();
});

/** What an application has open, whether it still is, and how it closes it. */
const given = {
  'a Pool of pg': () => {
    const pool = new pg.Pool({ connectionString: postgres.url });
    return {
      database: pool,
      isOpen: async () => (await pool.query('SELECT 1')).rowCount === 1,
      close: () => pool.end(),
    };
  },
  'a pool of mysql2': () => {
    const pool = createPool(mariadb.url);
    return {
      database: pool,
      isOpen: async () => Array.isArray(await pool.promise().query('SELECT 1')),
      close: () => pool.promise().end(),
    };
  },
  'a pool of mysql2/promise': () => {
    const pool = createPromisePool(mariadb.url);
    return { database: pool, isOpen: async () => Array.isArray(await pool.query('SELECT 1')), close: () => pool.end() };
  },
  'a Database of libsql': () => {
    const file = new Database(join(folder.path, 'sessions.db'));
    return { database: file, isOpen: async () => file.open, close: async () => void file.close() };
  },
};

describe.each(Object.entries(given))('the SQL store over %s', (_name, open) => {
  it('keeps sessions in it, and leaves it open', async () => {
    const { database, isOpen, close } = open();
    try {
      const accepted = sqlOptions.database.kind.parse(database, 'code');
      expect(accepted).toBe(database);
      const store = await create({ ...sqlSettings(null), table: `given_${String(process.hrtime.bigint())}`, database });
      const bytes = new Uint8Array([1, 2, 3]);
      await store.write('key', bytes, 60_000, 'absent');
      const record = await store.read('key');
      expect(record && new Uint8Array(record.bytes)).toEqual(bytes);
      // Parallel writes go through transactions of their own: one is made, the others are told of it.
      const version = record?.version ?? '';
      const results = await Promise.all([4, 5, 6].map((n) => store.write('key', new Uint8Array([n]), 60_000, version)));
      expect(results.filter((result) => 'written' in result)).toHaveLength(1);
      await store.close();
      expect(await isOpen()).toBe(true);
    } finally {
      await close();
    }
  });
});

it.each([
  ['a single client of pg', () => new pg.Client()],
  ['a URL', () => 'postgres://127.0.0.1/sessions'],
  ['an object', () => ({ query: () => undefined })],
])('is refused: %s', (_name, make) => {
  expect(sqlOptions.database.kind.parse(make(), 'code')).toBeInstanceOf(OptionMismatch);
});
