import type { PoolClient } from 'pg';
import { importPeer } from '../../import-peer.js';
import { addressOf, secretsOf } from '../database-url.js';
import type { OwnedDatabase } from '../sql.store.js';
import { closeOrCut } from './closing.js';
import { limitMs, Watch } from './watch.js';

/** A pool of connections to `url`, which are made when they are needed: the application starts while the server is down. */
export async function connectPostgres(url: string): Promise<OwnedDatabase> {
  const { Kysely, PostgresDialect } = await importPeer('kysely', 'The SQL store', () => import('kysely'));
  const { Pool } = await importPeer('pg', 'The SQL store, for PostgreSQL,', () => import('pg'));
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: limitMs,
    keepAlive: true,
    // A goodbye that the server does not answer would keep the process alive.
    allowExitOnIdle: true,
  });
  // With a statement under way, this does not wait for its answer.
  const watch = new Watch<PoolClient>((client) => void client.end());
  // Without a listener these would end the process. Whoever uses a connection hears of its end from the statement under
  // way; of an idle one's nobody needs to hear.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  pool.on('acquire', (client) => {
    watch.begin(client);
  });
  pool.on('release', (_, client) => {
    watch.end(client);
  });
  const database = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
  return {
    database,
    name: `PostgreSQL at ${addressOf(url)} (SESSION_SQL)`,
    secrets: secretsOf(url),
    close: () =>
      closeOrCut(database.destroy(), () => {
        watch.cutAll();
      }),
  };
}

function ignore(): void {
  // As said above.
}
