import {
  execute,
  type GivenDatabase,
  kyselyOver,
  parseTableName,
  type SqlDatabase,
} from '../../../stores/sql/connection.js';
import { accountDialectOf, type AccountTableNames } from './account-dialect.js';

/** The names of the tables, with or without a schema. @publicApi */
export interface AccountTablesOptions {
  /** Default: `accounts`. */
  readonly accounts?: string;
  /** Default: `credentials`. */
  readonly credentials?: string;
}

/**
 * Creates the tables of accounts and their indexes. Call it in a migration or at startup, any number of times: it does not change what
 * exists.
 *
 * ```ts
 * export async function up(database: Kysely<unknown>): Promise<void> {
 *   await createAccountTables(database);
 * }
 * ```
 *
 * @throws SessionConfigError for an invalid table name or an unsupported database; otherwise the database's error
 * @publicApi
 */
export async function createAccountTables(database: GivenDatabase, options: AccountTablesOptions = {}): Promise<void> {
  const kysely = await kyselyOver(database);
  const schema = accountDialectOf(kysely).schema(accountTableNames(options));
  const work = async (transaction: SqlDatabase): Promise<void> => {
    const plain = transaction.withoutPlugins();
    for (const statement of schema) await execute(plain, statement, []);
  };
  // All or nothing, where the database can do that: tables without an index would work, only slowly.
  if (kysely.isTransaction) await work(kysely);
  else await kysely.transaction().execute(work);
}

/** @throws SessionConfigError for an invalid table name */
export function accountTableNames({
  accounts = 'accounts',
  credentials = 'credentials',
}: AccountTablesOptions): AccountTableNames {
  return {
    accounts: parseTableName(accounts, 'accounts (the table)'),
    credentials: parseTableName(credentials, 'credentials (the table)'),
  };
}
