import { standaloneContext, type StoreContext } from '../store-context.js';
import { connectMysql } from './connect/mysql.js';
import { connectPostgres } from './connect/postgres.js';
import { connectSqlite, connectSqliteForReading } from './connect/sqlite.js';
import type { DatabaseAddress, DatabaseKind } from './database-url.js';
import type { OwnedDatabase } from './sql.store.js';

export { kyselyOver } from './connect/kysely-over.js';
export { parseDatabaseUrl } from './database-url.js';
export { codeOf, textIn } from './dialects/dialect.js';
export { dialectOf } from './dialects/index.js';
export { type GivenDatabase, isGivenDatabase } from './given-database.js';
export { execute, type SqlDatabase, type SqlResult } from './sql.client.js';
export { withoutSecrets } from './sql.errors.js';
export { parseTableName, quoted, type TableName } from './table-name.js';

const connect: Readonly<Record<DatabaseKind, (target: string, context: StoreContext) => Promise<OwnedDatabase>>> = {
  postgres: connectPostgres,
  mysql: connectMysql,
  sqlite: connectSqlite,
};

/**
 * Opens a database; the caller closes it. What another room of the package needs of SQL is in this file.
 *
 * @throws SessionPeerMissingError if Kysely or the driver is not installed
 * @throws SessionConfigError in production, where others can reach a file of SQLite
 */
export function openDatabase({ kind, target }: DatabaseAddress, context: StoreContext): Promise<OwnedDatabase> {
  return connect[kind](target, context);
}

/**
 * Opens the database of another application, to read it; the caller closes it. A file of SQLite is opened so that nothing can be written.
 *
 * @throws SessionPeerMissingError if Kysely or the driver is not installed
 * @throws SessionConfigError if there is no such file
 */
export function openForReading({ kind, target }: DatabaseAddress): Promise<OwnedDatabase> {
  return kind === 'sqlite' ? connectSqliteForReading(target) : connect[kind](target, standaloneContext);
}
