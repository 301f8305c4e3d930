import { bool, duration, instance, integer, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { DAY } from '../../config/time.js';
import { databaseUrl } from './database-url.js';
import { type GivenDatabase, isGivenDatabase } from './given-database.js';
import { tableExpected, tablePattern } from './table-name.js';

export const sqlOptions = group("The SQL store: `type: 'sql'`, for PostgreSQL, MySQL, MariaDB and SQLite.", {
  url: option<string | null>({
    env: 'SESSION_SQL',
    kind: databaseUrl(),
    default: null,
    defaultText: 'none',
    meaning:
      'The database, as postgres://user:password@host:port/database, mysql://… (MariaDB, too) or sqlite:path. SQL store only.',
    secret: true,
  }),
  database: option<GivenDatabase | null>({
    env: null,
    kind: instance<GivenDatabase>(
      'a Pool of pg, a pool of mysql2, a Database of better-sqlite3 or libsql, or a Kysely instance',
      isGivenDatabase,
    ),
    default: null,
    meaning:
      'The database that the application has opened: it is used as it is, and never closed. Goes before the URL.',
  }),
  table: option<string>({
    env: 'SESSION_SQL_TABLE',
    kind: text({ pattern: tablePattern, expected: tableExpected }),
    default: 'sessions',
    meaning: 'The table of the SQL store, with or without a schema.',
  }),
  createTable: option<boolean>({
    env: 'SESSION_SQL_CREATE_TABLE',
    kind: bool(),
    default: (environment) => environment !== 'production',
    defaultText: 'true, in production false',
    meaning: 'Whether the SQL store creates its table if it is missing. In production, use a migration instead.',
  }),
  pruneInterval: option<number | null, number | string | null>({
    env: 'SESSION_SQL_PRUNE_INTERVAL',
    kind: duration({ min: 1_000, max: 24 * DAY, nullable: true }),
    default: 600_000,
    defaultText: '10m',
    meaning: 'How often the SQL store removes expired sessions; null for never.',
  }),
  pruneBatch: option<number>({
    env: 'SESSION_SQL_PRUNE_BATCH',
    kind: integer({ min: 1, max: 100_000 }),
    default: 1_000,
    meaning: 'How many expired sessions the SQL store removes with one statement, so that none holds locks for long.',
  }),
});
