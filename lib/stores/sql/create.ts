import type { ResolvedOptions } from '../../config/option.js';
import { SessionConfigError } from '../../errors.js';
import { standaloneContext, type StoreContext } from '../store-context.js';
import { kyselyOver } from './connect/kysely-over.js';
import { connectMysql } from './connect/mysql.js';
import { connectPostgres } from './connect/postgres.js';
import { connectSqlite } from './connect/sqlite.js';
import { type DatabaseKind, parseDatabaseUrl } from './database-url.js';
import type { sqlOptions } from './sql.options.js';
import { type OwnedDatabase, SqlStore } from './sql.store.js';

const connect: Readonly<Record<DatabaseKind, (target: string, context: StoreContext) => Promise<OwnedDatabase>>> = {
  postgres: connectPostgres,
  mysql: connectMysql,
  sqlite: connectSqlite,
};

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
  if (database !== null) return new SqlStore({ ...settings, database: await kyselyOver(database) }, context);
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
  const owned = await connect[address.kind](address.target, context);
  return new SqlStore({ ...settings, database: owned.database }, context, owned);
}
