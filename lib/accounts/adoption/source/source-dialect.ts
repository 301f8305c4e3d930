import type { TableName } from '../../../stores/sql/connection.js';

/** What a source holds in a column, once it has been read: text, bytes or nothing. */
export type ForeignValue = string | Buffer | null;

/** A column of a source: its name, and its type as the database calls it, in lower case. */
export interface ForeignColumn {
  readonly name: string;
  readonly type: string;
}

/** Everything in which databases differ for reading tables of others. */
export interface SourceDialect {
  readonly quote: (name: string) => string;
  /** Returns rows with `name` and `type`, of each column of a table; the parameters are those of {@link columnParameters}. */
  readonly columnsSql: string;
  readonly columnParameters: (table: TableName) => readonly unknown[];
  /** An expression that reads a column as text, or as bytes where it has bytes. Times are in UTC. */
  readonly read: (expression: string, column: ForeignColumn) => string;
  /** A placeholder for a value that a column is compared with, as the column's own order has it. */
  readonly placeholder: (column: ForeignColumn, number: number) => string;
  readonly parameter: (value: string | Buffer) => unknown;
}

const double = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const back = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

export const postgresSource: SourceDialect = {
  quote: double,
  columnsSql:
    'SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute ' +
    'WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum',
  columnParameters: ({ schema, name }) => [schema === null ? double(name) : `${double(schema)}.${double(name)}`],
  read(expression, { type }) {
    if (type === 'bytea') return expression;
    // Not a cast: its form follows a setting of the server.
    const form = `'YYYY-MM-DD HH24:MI:SS.MS'`;
    if (type === 'timestamp without time zone') return `to_char(${expression}, ${form})`;
    if (type === 'timestamp with time zone') return `to_char(${expression} AT TIME ZONE 'UTC', ${form})`;
    return `CAST(${expression} AS text)`;
  },
  placeholder: (_, number) => `$${String(number)}`,
  parameter: (value) => value,
};

export const sqliteSource: SourceDialect = {
  quote: double,
  columnsSql: 'SELECT name, lower(type) AS type FROM pragma_table_info(?)',
  columnParameters: ({ name }) => [name],
  // What a column holds does not follow from its type here.
  read: (expression) =>
    `CASE typeof(${expression}) WHEN 'blob' THEN ${expression} ELSE CAST(${expression} AS TEXT) END`,
  placeholder: () => '?',
  parameter: (value) => value,
};

const mysqlNumber = /^(?:tinyint|smallint|mediumint|int|bigint|decimal)$/;

export const mysqlSource: SourceDialect = {
  quote: back,
  columnsSql:
    'SELECT column_name AS name, lower(data_type) AS type FROM information_schema.columns ' +
    'WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ? ORDER BY ordinal_position',
  columnParameters: ({ schema, name }) => [schema, name],
  read(expression, { type }) {
    if (/blob|binary/.test(type)) return expression;
    if (type === 'bit') return `CAST(${expression} + 0 AS CHAR)`;
    // Returned in the zone of the connection.
    if (type === 'timestamp') return `CAST(CONVERT_TZ(${expression}, @@session.time_zone, '+00:00') AS CHAR)`;
    return `CAST(${expression} AS CHAR)`;
  },
  placeholder({ type }) {
    if (/blob|binary/.test(type)) return '?';
    return mysqlNumber.test(type) ? 'CAST(_utf8mb4 ? AS DECIMAL(40))' : '_utf8mb4 ?';
  },
  // As bytes: the escaping of strings is not safe under every `sql_mode`.
  parameter: (value) => (typeof value === 'string' ? Buffer.from(value) : value),
};
