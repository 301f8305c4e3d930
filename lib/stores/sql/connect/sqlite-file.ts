import type { SqliteDatabase } from 'kysely';

/** A database of SQLite that is open. */
export interface SqliteFile extends SqliteDatabase {
  /** Runs a statement that has no parameters, and drops what it gives. */
  exec(source: string): unknown;
}
