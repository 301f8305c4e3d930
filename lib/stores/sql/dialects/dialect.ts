import type { Statements } from '../statements.js';
import type { TableName } from '../table-name.js';

/** What an error of a database means for the store. */
export type Trouble =
  /** Another statement was in the way; nothing was changed, and the same statement may be sent again. */
  | 'again'
  /** The key of a row that was to be inserted is there already. */
  | 'taken'
  /** There is no such table. */
  | 'no-table'
  /** The table is there, and has other columns than it should. */
  | 'other-table';

/** All that differs from one database to another. */
export interface Dialect {
  /** The database's name, for messages. */
  readonly name: string;
  /** Whether drivers answer at once, so that whoever asks over and over would leave nobody else a turn of the event loop. */
  readonly isSynchronous: boolean;
  /** The texts of all statements, made once. */
  statements(table: TableName): Statements;
  /** The statements that create the table and its indexes where they are missing. */
  schema(table: TableName): readonly string[];
  /** A key or an owner as the parameter of a statement. */
  toText(text: string): unknown;
  /** A key out of a row. */
  fromText(column: unknown): string;
  /** Whether an error is one that the store knows what to do about. */
  troubleOf(error: unknown): Trouble | null;
}

/** The code that a driver's error carries, e.g. `42P01`, or an empty text. */
export function codeOf(error: unknown): string {
  return textIn(error, 'code');
}

/** A text that an error has under a name, or an empty one. Not every driver's errors are errors as the language knows them. */
export function textIn(error: unknown, name: 'name' | 'message' | 'code' | 'stack'): string {
  const text: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof text === 'string' ? text : '';
}
