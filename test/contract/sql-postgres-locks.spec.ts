import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from '../../lib/stores/sql/create.js';
import { type SqlStore } from '../../lib/stores/sql/index.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { until } from '../support/until.js';
import { sqlSettings } from './sql-settings.js';

// Servers are started and stopped, on machines that are busy.
const keys = ['a', 'b', 'c', 'd'];

describe('SqlStore and rows of PostgreSQL that somebody else has locked', () => {
  let server: PostgresServer;
  let store: SqlStore;

  beforeAll(async () => {
    server = await PostgresServer.start();
    store = await create(sqlSettings(server.url));
  });

  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  it('passes them over when it prunes, and waits for nobody', async () => {
    for (const key of keys) await store.write(key, Buffer.from('1'), 1, 'absent');
    await until('they have expired', async () => (await store.keys().next()).done === true);
    await server.administer(async (client) => {
      await client.query('BEGIN');
      await client.query("SELECT * FROM sessions WHERE session_key = 'b' FOR UPDATE");
      expect(await store.prune()).toBe(3);
      await client.query('COMMIT');
    });
    expect(await store.prune()).toBe(1);
  });

  it('goes by what has become of a row when the lock is gone', async () => {
    const created = await store.write('key', Buffer.from('1'), 60_000, 'absent');
    if (!('written' in created)) throw new Error('not written');
    const writing = await server.administer(async (client) => {
      await client.query('BEGIN');
      await client.query("DELETE FROM sessions WHERE session_key = 'key'");
      const late = store.write('key', Buffer.from('2'), 60_000, created.written);
      await until('the write waits for the lock', async () => {
        const { rows } = await client.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
        return rows.length === 1;
      });
      await client.query('COMMIT');
      return late;
    });
    expect(writing).toEqual({ gone: true });
  });
});
