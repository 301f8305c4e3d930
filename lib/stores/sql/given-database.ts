import { isSqlDatabase, type SqlDatabase } from './sql.client.js';

/** A `Pool` of pg. Not a single client: parallel transactions cannot share it. @publicApi */
export interface PgPool {
  readonly totalCount: number;
  connect(): Promise<object>;
  query(text: string): Promise<object>;
}

/** A pool of mysql2, or of `mysql2/promise`. @publicApi */
export interface Mysql2Pool {
  getConnection(...callback: never[]): unknown;
  end(...callback: never[]): unknown;
}

/** A `Database` of better-sqlite3 or libsql. @publicApi */
export interface SqliteDatabaseFile {
  prepare(source: string): object;
  exec(source: string): unknown;
  pragma(source: string): unknown;
}

/** Your open database: from its driver, or a Kysely instance over it. @publicApi */
export type GivenDatabase = SqlDatabase | PgPool | Mysql2Pool | SqliteDatabaseFile;

export function isGivenDatabase(value: unknown): value is GivenDatabase {
  return isSqlDatabase(value) || isSqliteFile(value) || isMysqlPool(value) || isPgPool(value);
}

export function isSqliteFile(value: unknown): value is SqliteDatabaseFile {
  return has(value, 'prepare', 'exec', 'pragma');
}

export function isMysqlPool(value: unknown): value is Mysql2Pool {
  return has(value, 'getConnection', 'end');
}

export function isPgPool(value: unknown): value is PgPool {
  return has(value, 'connect', 'query') && typeof Reflect.get(value, 'totalCount') === 'number';
}

export function has(value: unknown, ...methods: readonly string[]): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof Reflect.get(value, method) === 'function')
  );
}
