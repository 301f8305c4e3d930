import { dialectOf } from './dialects/index.js';
import { execute, type SqlDatabase } from './sql.client.js';
import { parseTableName } from './table-name.js';

/** @publicApi */
export interface CreateSessionTableOptions {
  /** The table's name, with or without a schema. Default: `sessions`. */
  readonly table?: string;
}

/**
 * Creates the table of the SQL store and its indexes. Call it in a migration or at start; what already exists is left alone, so
 * you may call it any number of times.
 *
 * ```ts
 * export async function up(database: Kysely<unknown>): Promise<void> {
 *   await createSessionTable(database);
 * }
 * ```
 *
 * @throws the database's error
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
  // All or nothing: a table without indexes would work, only slowly, and the cause would be hard to find.
  if (schema.length === 1 || database.isTransaction) await work(database);
  else await database.transaction().execute(work);
}
