import { SessionConfigError } from '../../../errors.js';
import { type SqlDatabase, writtenBy } from '../sql.client.js';
import type { Dialect } from './dialect.js';
import { mysql } from './mysql.js';
import { postgres } from './postgres.js';
import { sqlite } from './sqlite.js';

/** The dialects, by how each writes an identifier and a parameter. */
const dialects = new Map<string, Dialect>([
  ['"a" $1', postgres],
  ['`a` ?', mysql],
  ['"a" ?', sqlite],
]);

/** @throws SessionConfigError for an unsupported database */
export function dialectOf(database: SqlDatabase): Dialect {
  const dialect = dialects.get(writtenBy(database));
  if (dialect !== undefined) return dialect;
  throw new SessionConfigError([
    { setting: 'sql.database', problem: 'expected a Kysely instance for PostgreSQL, MySQL, MariaDB or SQLite' },
  ]);
}
