import { SessionConfigError } from '../../errors.js';

/**
 * A table's name, with its schema or without. Long enough a name, with what an index adds to it, would be cut short by
 * PostgreSQL, and two indexes would have one name.
 */
export const tablePattern = /(?:[A-Za-z_][A-Za-z0-9_]{0,47}\.)?[A-Za-z_][A-Za-z0-9_]{0,47}/;

export const tableExpected =
  'the name of a table, such as sessions or app.sessions, in letters, digits and underscores, 48 at most';

export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

/** @throws SessionConfigError where it is no name of a table */
export function parseTableName(table: string): TableName {
  if (!new RegExp(`^(?:${tablePattern.source})$`).test(table)) {
    throw new SessionConfigError([{ setting: 'SESSION_SQL_TABLE (sql.table)', problem: `expected ${tableExpected}` }]);
  }
  const [first = '', second] = table.split('.');
  return second === undefined ? { schema: null, name: first } : { schema: first, name: second };
}

/** The name as a statement has it, in the quotes of the dialect. Nothing that {@link parseTableName} lets in needs escaping. */
export function quoted({ schema, name }: TableName, quote: '"' | '`'): string {
  const one = (part: string): string => `${quote}${part}${quote}`;
  return schema === null ? one(name) : `${one(schema)}.${one(name)}`;
}
