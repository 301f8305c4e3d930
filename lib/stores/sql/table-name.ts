import { SessionConfigError } from '../../errors.js';

/**
 * A table's name, with or without a schema. PostgreSQL would truncate the index names of a longer one, and two indexes would
 * get the same name.
 */
export const tablePattern = /(?:[A-Za-z_][A-Za-z0-9_]{0,47}\.)?[A-Za-z_][A-Za-z0-9_]{0,47}/;

export const tableExpected =
  'the name of a table, such as sessions or app.sessions, in letters, digits and underscores, 48 at most';

export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

/**
 * @param setting what names the table, for messages
 * @throws SessionConfigError for an invalid table name
 */
export function parseTableName(table: string, setting = 'SESSION_SQL_TABLE (sql.table)'): TableName {
  if (!new RegExp(`^(?:${tablePattern.source})$`).test(table)) {
    throw new SessionConfigError([{ setting, problem: `expected ${tableExpected}` }]);
  }
  const [first = '', second] = table.split('.');
  return second === undefined ? { schema: null, name: first } : { schema: first, name: second };
}

/** The name quoted for the dialect. Nothing that {@link parseTableName} accepts needs escaping. */
export function quoted({ schema, name }: TableName, quote: '"' | '`'): string {
  const one = (part: string): string => `${quote}${part}${quote}`;
  return schema === null ? one(name) : `${one(schema)}.${one(name)}`;
}
