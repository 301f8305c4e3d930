import type { SqliteDatabase } from 'kysely';

/** An open SQLite database. */
export interface SqliteFile extends SqliteDatabase {
  /** Runs a statement without parameters and discards its result. */
  exec(source: string): unknown;
}
