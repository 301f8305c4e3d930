import { commonStatements, sharedStatements, type Statements, type Wording } from '../statements.js';
import { quoted, type TableName } from '../table-name.js';
import { codeOf, type Dialect, type Trouble } from './dialect.js';
import { escapeNul, unescapeNul } from './escaped-text.js';

/** Constant within a statement, unlike `clock_timestamp()`, so that an index can be used. */
const now = '(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

const troubles = new Map<string, Trouble>([
  ['40001', 'again'], // could not serialize access: if the default isolation level was raised
  ['40P01', 'again'], // deadlock
  ['42P01', 'no-table'],
  ['42703', 'other-table'], // no such column
  ['42804', 'other-table'], // a column of another type
  ['42883', 'other-table'],
]);

/** PostgreSQL 9.5 or newer. */
export const postgres: Dialect = {
  name: 'PostgreSQL',
  isSynchronous: false,

  statements(name: TableName): Statements {
    const table = quoted(name, '"');
    const wording: Wording = { table, now, finish: numberParameters };
    return {
      ...commonStatements(wording),
      ...sharedStatements(wording),
      // Skips rows that others have locked. ARRAY makes sure that the subquery runs once.
      prune: numberParameters(
        `DELETE FROM ${table} WHERE session_key = ANY (ARRAY(SELECT session_key FROM ${table} ` +
          `WHERE expires_at <= ${now} ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED))`,
      ),
    };
  },

  schema(name: TableName): readonly string[] {
    const table = quoted(name, '"');
    return [
      `CREATE TABLE IF NOT EXISTS ${table} (
  session_key text COLLATE "C" PRIMARY KEY,
  owner text COLLATE "C",
  record bytea NOT NULL,
  version bigint NOT NULL,
  expires_at bigint NOT NULL
)`,
      `CREATE INDEX IF NOT EXISTS "${name.name}_owner" ON ${table} (owner) WHERE owner IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS "${name.name}_expires_at" ON ${table} (expires_at)`,
    ];
  },

  inspection(name: TableName) {
    // As the search path finds it.
    const table = `to_regclass('${quoted(name, '"')}')`;
    return {
      clock: `SELECT ${now} AS now`,
      columns: `SELECT attname AS name FROM pg_attribute WHERE attrelid = ${table} AND attnum > 0 AND NOT attisdropped`,
      indexes:
        'SELECT attname AS name FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] ' +
        `WHERE indrelid = ${table} AND indisvalid`,
    };
  },

  toText: escapeNul,
  fromText: unescapeNul,

  troubleOf(error) {
    return troubles.get(codeOf(error)) ?? null;
  },
};

function numberParameters(text: string): string {
  let count = 0;
  return text.replaceAll('?', () => `$${String(++count)}`);
}
