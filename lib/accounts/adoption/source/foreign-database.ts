import { types } from 'node:util';
import {
  dialectOf,
  execute,
  openForReading,
  parseDatabaseUrl,
  parseTableName,
  type SqlDatabase,
  type TableName,
  withoutSecrets,
} from '../../../stores/sql/connection.js';
import { AdoptionError } from '../adoption-error.js';
import {
  type ForeignColumn,
  type ForeignValue,
  mysqlSource,
  postgresSource,
  type SourceDialect,
  sqliteSource,
} from './source-dialect.js';

/** A row of a source, by the names of its columns. */
export type ForeignRow = Readonly<Record<string, ForeignValue>>;

/** A table of a source. */
export interface ForeignTable {
  readonly name: TableName;
  readonly columns: ReadonlyMap<string, ForeignColumn>;
}

/** How many values one statement compares a column with. */
const mostValues = 500;

/** The database of another application. Nothing is written to it. */
export class ForeignDatabase {
  readonly #database: SqlDatabase;
  readonly #dialect: SourceDialect;

  private constructor(
    database: SqlDatabase,
    /** The database's own name: what tells two sources apart. */
    readonly name: string,
    private readonly secrets: readonly string[],
    readonly close: () => Promise<void>,
  ) {
    // Plugins might rename columns.
    this.#database = database.withoutPlugins();
    this.#dialect = sourceDialectOf(database);
  }

  /** @throws AdoptionError if it is no URL of a database, or there is no such file */
  static async open(url: string): Promise<ForeignDatabase> {
    const address = parseDatabaseUrl(url);
    if (address === null) {
      throw new AdoptionError(
        'The database of the users must be a URL that begins with postgres:// or mysql://, or sqlite: and the path of a file.',
      );
    }
    const owned = await openForReading(address);
    const name = nameOf(address.kind, address.target);
    return new ForeignDatabase(owned.database, name, owned.secrets, () => owned.close());
  }

  /** A table; null: there is none. @throws SessionConfigError for what is no name of a table */
  async table(name: string): Promise<ForeignTable | null> {
    const parsed = parseTableName(name, `the table ${name}`);
    const rows = await this.#run(this.#dialect.columnsSql, this.#dialect.columnParameters(parsed));
    if (rows.length === 0) return null;
    const columns = rows.map((row): ForeignColumn => ({ name: textOf(row, 'name'), type: textOf(row, 'type') }));
    return { name: parsed, columns: new Map(columns.map((column) => [column.name, column])) };
  }

  /** The first of these tables that there is. */
  async firstTable(names: readonly string[]): Promise<ForeignTable | null> {
    for (const name of names) {
      const table = await this.table(name);
      if (table !== null) return table;
    }
    return null;
  }

  async count(table: ForeignTable): Promise<number> {
    const [row] = await this.#run(`SELECT count(*) AS number FROM ${this.#quoted(table)}`, []);
    return Number(row === undefined ? 0 : Reflect.get(row, 'number'));
  }

  /** The next rows of a table, in the order of a column that has no value twice. @param after its value in the last row before */
  page(
    table: ForeignTable,
    wanted: readonly string[],
    key: string,
    after: ForeignValue,
    limit: number,
  ): Promise<ForeignRow[]> {
    const column = columnOf(table, key);
    const [where, parameters] =
      after === null
        ? ['', []]
        : [`WHERE t.${this.#dialect.quote(key)} > ${this.#dialect.placeholder(column, 1)}`, [after]];
    const order = `ORDER BY t.${this.#dialect.quote(key)} LIMIT ${String(limit)}`;
    return this.#select(table, wanted, `${where} ${order}`, parameters);
  }

  /** The rows whose `key` is one of `values`. */
  async matching(
    table: ForeignTable,
    wanted: readonly string[],
    key: string,
    values: readonly (string | Buffer)[],
  ): Promise<ForeignRow[]> {
    const column = columnOf(table, key);
    const found: ForeignRow[] = [];
    for (let at = 0; at < values.length; at += mostValues) {
      const some = values.slice(at, at + mostValues);
      const list = some.map((_, index) => this.#dialect.placeholder(column, index + 1)).join(', ');
      found.push(...(await this.#select(table, wanted, `WHERE t.${this.#dialect.quote(key)} IN (${list})`, some)));
    }
    return found;
  }

  /** All rows, of a table that has few. */
  all(table: ForeignTable, wanted: readonly string[]): Promise<ForeignRow[]> {
    return this.#select(table, wanted, '', []);
  }

  async #select(
    table: ForeignTable,
    wanted: readonly string[],
    rest: string,
    parameters: readonly (string | Buffer)[],
  ): Promise<ForeignRow[]> {
    const { quote } = this.#dialect;
    const columns = wanted.map((name) => columnOf(table, name));
    // Aliases of their own: `ORDER BY` would take those of columns for the columns.
    const list = columns.map(
      (column, at) => `${this.#dialect.read(`t.${quote(column.name)}`, column)} AS c${String(at)}`,
    );
    const rows = await this.#run(
      `SELECT ${list.join(', ')} FROM ${this.#quoted(table)} t ${rest}`,
      parameters.map((value) => this.#dialect.parameter(value)),
    );
    return rows.map((row) =>
      Object.fromEntries(columns.map(({ name }, at) => [name, valueOf(Reflect.get(row, `c${String(at)}`))])),
    );
  }

  #quoted({ name: { schema, name } }: ForeignTable): string {
    const { quote } = this.#dialect;
    return schema === null ? quote(name) : `${quote(schema)}.${quote(name)}`;
  }

  async #run(sql: string, parameters: readonly unknown[]): Promise<object[]> {
    try {
      const { rows } = await execute(this.#database, sql, parameters);
      return rows.filter((row): row is object => typeof row === 'object' && row !== null);
    } catch (error) {
      const cause = withoutSecrets(error, this.secrets);
      throw new AdoptionError(`The database of the users did not answer: ${cause.message}`, { cause });
    }
  }
}

/** Whether a database has a table. */
export async function hasTable(database: SqlDatabase, table: TableName): Promise<boolean> {
  const { columnsSql, columnParameters } = sourceDialectOf(database);
  return (await execute(database.withoutPlugins(), columnsSql, columnParameters(table))).rows.length > 0;
}

function sourceDialectOf(database: SqlDatabase): SourceDialect {
  switch (dialectOf(database).name) {
    case 'PostgreSQL':
      return postgresSource;
    case 'MySQL':
      return mysqlSource;
    default:
      return sqliteSource;
  }
}

/** The name of a database on its server, or of a file: the same from wherever it is reached. */
function nameOf(kind: string, target: string): string {
  const path = kind === 'sqlite' ? target : new URL(target).pathname;
  return path.split('/').at(-1) ?? '';
}

function columnOf({ columns, name }: ForeignTable, column: string): ForeignColumn {
  const found = columns.get(column);
  if (found === undefined) throw new AdoptionError(`The table ${name.name} has no column ${column}.`);
  return found;
}

function valueOf(value: unknown): ForeignValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (types.isUint8Array(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (types.isAnyArrayBuffer(value)) return Buffer.from(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  throw new AdoptionError('A column of the source is neither text nor bytes.');
}

function textOf(row: object, name: string): string {
  const value = valueOf(Reflect.get(row, name));
  return value === null ? '' : value.toString();
}
