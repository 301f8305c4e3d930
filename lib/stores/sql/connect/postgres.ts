import type { PoolClient } from 'pg';
import { importPeer } from '../../import-peer.js';
import { addressOf, secretsOf } from '../database-url.js';
import type { OwnedDatabase } from '../sql.store.js';
import { closeOrCut } from '../../close-or-cut.js';
import { cutConnection } from './postgres-announcements.js';
import { limitMs, Watch } from './watch.js';

/** A pool of connections to `url`, opened on demand: the application starts even if the server is down. */
export async function connectPostgres(url: string): Promise<OwnedDatabase> {
  const { Kysely, PostgresDialect } = await importPeer('kysely', 'The SQL store', () => import('kysely'));
  const { Client, Pool } = await importPeer('pg', 'The SQL store, for PostgreSQL,', () => import('pg'));
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: limitMs,
    keepAlive: true,
    // A quit that the server does not answer would keep the process alive.
    allowExitOnIdle: true,
  });
  const clients = new Set<PoolClient>();
  const watch = new Watch<PoolClient>((client) => {
    // Does not wait for the reply of a running statement.
    void client.end();
    // Whatever silently broke this connection (a firewall, a failover) broke the idle ones, too. The pool drops an idle one that
    // fails; a clean quit would wait for a server that does not answer.
    for (const other of clients) {
      if (!watch.has(other)) cutConnection(other, new Error('another connection to the server was dead'));
    }
  });
  // Without a listener these would end the process. The running statement reports a broken connection; a broken idle one
  // concerns nobody.
  pool.on('error', ignore);
  pool.on('connect', (client) => {
    clients.add(client);
    client.on('error', ignore);
  });
  pool.on('remove', (client) => clients.delete(client));
  pool.on('acquire', (client) => {
    watch.begin(client);
  });
  pool.on('release', (_, client) => {
    watch.end(client);
  });
  const database = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
  return {
    database,
    newClient: () => new Client({ connectionString: url, connectionTimeoutMillis: limitMs, keepAlive: true }),
    name: `PostgreSQL at ${addressOf(url)} (SESSION_SQL)`,
    secrets: secretsOf(url),
    close: () =>
      closeOrCut(database.destroy(), () => {
        watch.cutAll();
      }),
  };
}

function ignore(): undefined {
  return undefined;
}
