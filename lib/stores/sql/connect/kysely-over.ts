import type { Dialect, MysqlPool, PostgresPool } from 'kysely';
import type Libsql from 'libsql';
import { SessionConfigError } from '../../../errors.js';
import { importPeer } from '../../import-peer.js';
import { type GivenDatabase, has, isMysqlPool, isPgPool, isSqliteFile } from '../given-database.js';
import { isSqlDatabase, type SqlDatabase } from '../sql.client.js';
import { LibsqlFile } from './libsql-file.js';
import type { SqliteFile } from './sqlite-file.js';

/**
 * A Kysely instance over the application's own database, which is never closed here. @throws SessionPeerMissingError if it is
 * not a Kysely instance and Kysely is not installed
 */
export async function kyselyOver(given: GivenDatabase): Promise<SqlDatabase> {
  if (isSqlDatabase(given)) return given;
  const { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } = await importPeer(
    'kysely',
    'The SQL store',
    () => import('kysely'),
  );
  const dialect = ((): Dialect | null => {
    if (isSqlite(given)) return new SqliteDialect({ database: isLibsql(given) ? new LibsqlFile(given) : given });
    if (isMysql(given)) return new MysqlDialect({ pool: corePool(given) });
    return isPostgres(given) ? new PostgresDialect({ pool: given }) : null;
  })();
  if (dialect !== null) return new Kysely<object>({ dialect });
  throw new SessionConfigError([{ setting: 'sql.database', problem: 'is no database that this package knows' }]);
}

const isSqlite = (given: unknown): given is SqliteFile => isSqliteFile(given);

/** Its statements need {@link LibsqlFile}. The other library has no replicas to be in sync with. */
const isLibsql = (file: SqliteFile): file is SqliteFile & Libsql.Database => has(file, 'sync');

const isMysql = (given: unknown): given is MysqlPool => isMysqlPool(given);

/** The pool of `mysql2/promise` is made around one of mysql2. */
function corePool(given: MysqlPool): MysqlPool {
  const core: unknown = Reflect.get(given, 'pool');
  return isMysql(core) ? core : given;
}

const isPostgres = (given: unknown): given is PostgresPool => isPgPool(given);
