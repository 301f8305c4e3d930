/** What the SQL store needs of Kysely. A `Kysely` instance has it, and a transaction of one. */

/** What a statement gave: rows, or how many of them it changed. */
export interface SqlResult {
  readonly rows: readonly unknown[];
  readonly numAffectedRows?: bigint | undefined;
}

/**
 * A Kysely instance (0.28) for PostgreSQL, MySQL, MariaDB or SQLite, whatever its tables and its plugins.
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
 * Runs a statement as it stands. What is handed over is what Kysely compiles its own queries to; made by hand, so that
 * Kysely itself is not needed where an application brings its own.
 */
export function execute(database: SqlDatabase, sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
  return database.executeQuery({ sql, parameters, query: rawNode([sql], []), queryId });
}

/** How the database would write an identifier and a parameter, e.g. `"a" $1`: that is where dialects differ. */
export function writtenBy(database: SqlDatabase): string {
  const identifier = { kind: 'IdentifierNode', name: 'a' };
  const parameter = { kind: 'ValueNode', value: 1 };
  return database.getExecutor().compileQuery(rawNode(['', ' ', ''], [identifier, parameter]), queryId).sql;
}

function rawNode(sqlFragments: readonly string[], parameters: readonly object[]): object {
  return { kind: 'RawNode', sqlFragments, parameters };
}
