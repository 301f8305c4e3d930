import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from '../../lib/stores/sql/create.js';
import { type SqlStore } from '../../lib/stores/sql/index.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { until } from '../support/until.js';
import { sqlSettings } from './sql-settings.js';

// Servers are started and stopped, on machines that are busy.
const aMinute = 60_000;

describe('SqlStore and a MariaDB that has become a replica', () => {
  let server: MariadbServer;
  let store: SqlStore;

  beforeAll(async () => {
    server = await MariadbServer.start();
    store = await create(sqlSettings(server.url));
  });

  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  it('connects anew, since another server may answer to the address now', async () => {
    const key = 'key';
    await store.write(key, Buffer.from('1'), aMinute, 'absent');
    const before = await server.connections();
    expect(before).toHaveLength(1);
    await server.administer((connection) => connection.query('SET GLOBAL read_only = 1'));
    await expect(store.touch(key, aMinute)).rejects.toMatchObject({
      code: 'SESSION_STORE_UNAVAILABLE',
      message: expect.stringMatching(/--read-only/),
    });
    expect(await store.read(key)).not.toBeNull();
    await until('there is a new connection in the place of the old one', async () => {
      const after = await server.connections();
      return after.length === 1 && after[0] !== before[0];
    });
    await server.administer((connection) => connection.query('SET GLOBAL read_only = 0'));
    expect(await store.touch(key, aMinute)).toBe(true);
  });
});
