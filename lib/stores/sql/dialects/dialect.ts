import type { Statements } from '../statements.js';
import type { TableName } from '../table-name.js';

/** What an error of a database means for the store. */
export type Trouble =
  /** Another statement got in the way; nothing was changed, and the same statement may be retried. */
  | 'again'
  /** The key of the inserted row already exists. */
  | 'taken'
  /** There is no such table. */
  | 'no-table'
  /** The table exists, but with other columns. */
  | 'other-table';

/** The SQL that tells what the table is like. Each statement returns rows with one column. */
export interface Inspection {
  /** → `now`, the database's time, in milliseconds since the epoch. */
  readonly clock: string;
  /** → `name`, of each column. */
  readonly columns: string;
  /** → `name`, of the first column of each index. */
  readonly indexes: string;
}

/** Everything that differs between databases. */
export interface Dialect {
  /** The database's name, for messages. */
  readonly name: string;
  /** Whether drivers are synchronous, so that a loop of calls would block the event loop. */
  readonly isSynchronous: boolean;
  /** The SQL of all statements, built once. */
  statements(table: TableName): Statements;
  /** The statements that create the table and its indexes if they are missing. */
  schema(table: TableName): readonly string[];
  /** The SQL that tells what is there. */
  inspection(table: TableName): Inspection;
  /** A key or an owner as the parameter of a statement. */
  toText(text: string): unknown;
  /** A key from a row. */
  fromText(column: unknown): string;
  /** What an error means for the store; null: nothing it can act on. */
  troubleOf(error: unknown): Trouble | null;
}

/** The code of a driver's error, e.g. `42P01`, or an empty string. */
export function codeOf(error: unknown): string {
  return textIn(error, 'code');
}

/** A string property of an error, or an empty string. Not every driver's errors are instances of Error. */
export function textIn(error: unknown, name: 'name' | 'message' | 'code' | 'stack'): string {
  const text: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof text === 'string' ? text : '';
}
