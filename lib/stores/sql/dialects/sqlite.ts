import { commonStatements, sharedStatements, type Statements, type Wording } from '../statements.js';
import { quoted, type TableName } from '../table-name.js';
import { codeOf, type Dialect, textIn } from './dialect.js';
import { escapeNul, unescapeNul } from './escaped-text.js';

/** Constant within a statement. SQLite counts in days. */
const now = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)";

/** SQLite 3.24 or newer. */
export const sqlite: Dialect = {
  name: 'SQLite',
  isSynchronous: true,

  statements(name: TableName): Statements {
    const table = quoted(name, '"');
    const wording: Wording = { table, now, finish: (text) => text };
    return {
      ...commonStatements(wording),
      ...sharedStatements(wording),
      prune:
        `DELETE FROM ${table} WHERE session_key IN (SELECT session_key FROM ${table} ` +
        `WHERE expires_at <= ${now} ORDER BY expires_at LIMIT ?)`,
    };
  },

  schema({ schema, name }: TableName): readonly string[] {
    // An index is in the same schema as its table, so the table is named without one.
    const index = (column: string): string => quoted({ schema, name: `${name}_${column}` }, '"');
    return [
      `CREATE TABLE IF NOT EXISTS ${quoted({ schema, name }, '"')} (
  session_key TEXT NOT NULL PRIMARY KEY,
  owner TEXT,
  record BLOB NOT NULL,
  version INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
)`,
      `CREATE INDEX IF NOT EXISTS ${index('owner')} ON "${name}" (owner) WHERE owner IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS ${index('expires_at')} ON "${name}" (expires_at)`,
    ];
  },

  inspection({ schema, name }: TableName) {
    const place = schema === null ? '' : `, '${schema}'`;
    return {
      clock: `SELECT ${now} AS now`,
      columns: `SELECT name FROM pragma_table_info('${name}'${place})`,
      indexes:
        `SELECT info.name AS name FROM pragma_index_list('${name}'${place}) AS list ` +
        `JOIN pragma_index_info(list.name${place}) AS info WHERE info.seqno = 0`,
    };
  },

  toText: escapeNul,
  fromText: unescapeNul,

  troubleOf(error) {
    if (codeOf(error).startsWith('SQLITE_BUSY')) return 'again';
    const message = textIn(error, 'message');
    if (message.includes('no such table')) return 'no-table';
    return /no such column|has no column named/.test(message) ? 'other-table' : null;
  },
};
