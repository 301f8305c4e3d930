import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionStoreUnavailableError } from '../../lib/errors.js';
import { create } from '../../lib/stores/sql/create.js';
import { type SqlStore } from '../../lib/stores/sql/index.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { TcpProxy } from '../support/servers/tcp-proxy.js';
import { sqlSettings } from './sql-settings.js';

const databases = [
  ['MariaDB', () => MariadbServer.start()],
  ['PostgreSQL', () => PostgresServer.start()],
] as const;

describe.each(databases)('SqlStore on %s, whose idle connections have become dead without a word', (_, start) => {
  let server: MariadbServer | PostgresServer;
  let proxy: TcpProxy;
  let store: SqlStore;

  beforeAll(async () => {
    server = await start();
    const url = new URL(server.url);
    proxy = await TcpProxy.start(Number(url.port));
    url.port = String(proxy.port);
    url.hostname = '127.0.0.1';
    store = await create(sqlSettings(url.href));
  });

  afterAll(async () => {
    await store.close();
    await proxy.stop();
    await server.stop();
  });

  it('gives them all up with the first that is found out, and works with new ones', async () => {
    await Promise.all(Array.from({ length: 30 }, (_each, number) => store.read(`key ${String(number)}`)));
    proxy.silence();
    await expect(store.read('key')).rejects.toThrow(SessionStoreUnavailableError);
    for (let next = 0; next < 3; next++) expect(await store.read('key')).toBeNull();
  });
});
