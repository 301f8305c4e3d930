import { dialectOf } from './dialects/index.js';
import { execute, type SqlDatabase } from './sql.client.js';
import { parseTableName } from './table-name.js';

/** @publicApi */
export interface CreateSessionTableOptions {
  /** The table's name, with its schema or without. Default: `sessions`. */
  readonly table?: string;
}

/**
 * Creates the table of the SQL store and its indexes, where they are missing. For a migration of the application's own, or
 * a start: what is there already is left alone, so it may be called any number of times.
 *
 * ```ts
 * export async function up(database: Kysely<unknown>): Promise<void> {
 *   await createSessionTable(database);
 * }
 * ```
 *
 * @throws what the database says against it
 * @publicApi
 */
export async function createSessionTable(
  database: SqlDatabase,
  { table = 'sessions' }: CreateSessionTableOptions = {},
): Promise<void> {
  const schema = dialectOf(database).schema(parseTableName(table));
  const work = async (transaction: SqlDatabase): Promise<void> => {
    const plain = transaction.withoutPlugins();
    for (const statement of schema) await execute(plain, statement, []);
  };
  // All or nothing: a table whose indexes are missing would work, and nobody would find out why it is slow.
  if (schema.length === 1 || database.isTransaction) await work(database);
  else await database.transaction().execute(work);
}
