import type { ResolvedOptions } from '../../config/option.js';
import { SessionConfigError } from '../../errors.js';
import { standaloneContext, type StoreContext } from '../store-context.js';
import { clientsLike } from './connect/clients-like.js';
import { kyselyOver } from './connect/kysely-over.js';
import { openDatabase } from './connection.js';
import { parseDatabaseUrl } from './database-url.js';
import type { sqlOptions } from './sql.options.js';
import { SqlStore } from './sql.store.js';

/**
 * Makes the store from the module's options: with the database that was handed in, or one that is opened by its URL and
 * closed with the store.
 *
 * @throws SessionPeerMissingError where a database is to be opened, and Kysely or its driver is not installed
 * @throws SessionConfigError where there is none, or in production, where others can reach a file of SQLite
 */
export async function create(
  options: ResolvedOptions<typeof sqlOptions>,
  context: StoreContext = standaloneContext,
): Promise<SqlStore> {
  const { url, database, pruneInterval, ...rest } = options;
  const settings = { ...rest, pruneIntervalMs: pruneInterval };
  if (database !== null) {
    return new SqlStore({ ...settings, database: await kyselyOver(database) }, context, null, clientsLike(database));
  }
  const address = url === null ? null : parseDatabaseUrl(url);
  if (address === null) {
    throw new SessionConfigError([
      {
        setting: 'SESSION_SQL (sql.url)',
        problem:
          'the SQL store needs the URL of its database, such as postgres://user:password@host/database, ' +
          'mysql://user:password@host/database or sqlite:./sessions.db, or a pool or a database that is open (sql.database)',
      },
    ]);
  }
  const owned = await openDatabase(address, context);
  return new SqlStore({ ...settings, database: owned.database }, context, owned);
}
