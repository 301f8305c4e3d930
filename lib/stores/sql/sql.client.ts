/** The parts of Kysely that the SQL store needs. A `Kysely` instance has them, and so does a transaction. */

/** The result of a statement: rows, or how many of them it changed. */
export interface SqlResult {
  readonly rows: readonly unknown[];
  readonly numAffectedRows?: bigint | undefined;
}

/**
 * A Kysely instance (0.28) for PostgreSQL, MySQL, MariaDB or SQLite, with any tables and plugins.
 *
 * @publicApi
 */
export interface SqlDatabase {
  readonly isTransaction: boolean;
  withoutPlugins(): SqlDatabase;
  getExecutor(): { compileQuery(query: object, queryId: object): { readonly sql: string } };
  executeQuery(query: object): Promise<SqlResult>;
  transaction(): { execute<T>(work: (transaction: SqlDatabase) => Promise<T>): Promise<T> };
}

const methods = ['withoutPlugins', 'getExecutor', 'executeQuery', 'transaction'];

export function isSqlDatabase(value: unknown): value is SqlDatabase {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof Reflect.get(value, method) === 'function')
  );
}

const queryId = { queryId: 'session' };

/**
 * Runs a raw statement. Builds the object that Kysely compiles its own queries to, so that Kysely need not be imported if the
 * application passes its own instance.
 */
export function execute(database: SqlDatabase, sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
  return database.executeQuery({ sql, parameters, query: rawNode([sql], []), queryId });
}

/** How the database writes an identifier and a parameter, e.g. `"a" $1`, which tells the dialects apart. */
export function writtenBy(database: SqlDatabase): string {
  const identifier = { kind: 'IdentifierNode', name: 'a' };
  const parameter = { kind: 'ValueNode', value: 1 };
  return database.getExecutor().compileQuery(rawNode(['', ' ', ''], [identifier, parameter]), queryId).sql;
}

function rawNode(sqlFragments: readonly string[], parameters: readonly object[]): object {
  return { kind: 'RawNode', sqlFragments, parameters };
}
