import { types } from 'node:util';
import { commonStatements, type Statements } from '../statements.js';
import { quoted, type TableName } from '../table-name.js';
import { codeOf, type Dialect, type Trouble } from './dialect.js';

/** In UTC: a local time is ambiguous for an hour each autumn, and `UNIX_TIMESTAMP()` has no fraction. */
const now = "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)";

const troubles = new Map<string, Trouble>([
  ['ER_LOCK_DEADLOCK', 'again'],
  ['ER_CHECKREAD', 'again'], // changed since the snapshot: MariaDB with innodb_snapshot_isolation
  ['ER_DUP_ENTRY', 'taken'],
  ['ER_NO_SUCH_TABLE', 'no-table'],
  ['ER_BAD_FIELD_ERROR', 'other-table'],
]);

/**
 * MySQL 8 and MariaDB 10.5 or newer.
 *
 * Keys are stored as bytes, since MySQL compares strings without case, accents or trailing spaces, by collations that differ
 * from server to server. They are also sent as bytes: `mysql2` writes parameters into the statement itself, and its escaping of
 * strings is not safe under every `sql_mode`.
 */
export const mysql: Dialect = {
  name: 'MySQL',
  isSynchronous: false,

  statements(name: TableName): Statements {
    const table = quoted(name, '`');
    return {
      ...commonStatements({ table, now, finish: (text) => text }),
      // ON DUPLICATE KEY UPDATE would do both, but its row count does not tell an inserted row from one that was left alone.
      create:
        `INSERT INTO ${table} (session_key, owner, record, version, expires_at) ` + `VALUES (?, ?, ?, ?, ${now} + ?)`,
      replaceExpired:
        `UPDATE ${table} SET owner = ?, record = ?, version = ?, expires_at = ${now} + ? ` +
        `WHERE session_key = ? AND expires_at <= ${now}`,
      // With a client flag that the application may set, only changed rows count. Two touches within a millisecond would not
      // change the row, so the last bit is made to differ, which adds at most 2 ms.
      touch:
        `UPDATE ${table} SET expires_at = ((${now} + ? + 1) | 1) - (expires_at & 1) ` +
        `WHERE session_key = ? AND expires_at > ${now}`,
      prune: `DELETE FROM ${table} WHERE expires_at <= ${now} ORDER BY expires_at LIMIT ?`,
    };
  },

  schema(name: TableName): readonly string[] {
    return [
      `CREATE TABLE IF NOT EXISTS ${quoted(name, '`')} (
  session_key VARBINARY(1024) NOT NULL,
  owner VARBINARY(1024),
  record LONGBLOB NOT NULL,
  version BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (session_key),
  KEY ${name.name}_owner (owner),
  KEY ${name.name}_expires_at (expires_at)
) ENGINE = InnoDB, ROW_FORMAT = DYNAMIC`,
    ];
  },

  inspection({ schema, name }: TableName) {
    const place = `table_name = '${name}' AND table_schema = ${schema === null ? 'DATABASE()' : `'${schema}'`}`;
    return {
      clock: `SELECT ${now} AS now`,
      columns: `SELECT column_name AS name FROM information_schema.columns WHERE ${place}`,
      indexes: `SELECT column_name AS name FROM information_schema.statistics WHERE ${place} AND seq_in_index = 1`,
    };
  },

  toText(text) {
    return Buffer.from(text);
  },

  fromText(column) {
    if (!types.isUint8Array(column)) throw new TypeError('The key in a row of the session table is not binary.');
    return Buffer.from(column.buffer, column.byteOffset, column.length).toString();
  },

  troubleOf(error) {
    return troubles.get(codeOf(error)) ?? null;
  },
};
