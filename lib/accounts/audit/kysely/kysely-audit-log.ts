import { environmentOf } from '../../../config/environment.js';
import type { GivenDatabase, TableName } from '../../../stores/sql/connection.js';
import { AccountRunner } from '../../repository/kysely/account-runner.js';
import type { AccountDialect } from '../../repository/kysely/account-dialect.js';
import { pageLimit } from '../../repository/page-limit.js';
import { AuditLog, type AuditRowQuery } from '../audit-log.js';
import type { AuditActor, AuditRow } from '../audit-row.js';
import { auditTableName, type AuditTableOptions, createAuditTable } from './audit-table.js';

/** @publicApi */
export interface KyselyAuditLogOptions extends AuditTableOptions {
  /** Whether to create the table if it is missing. Default: true, except in production (`NODE_ENV`). */
  readonly createTable?: boolean;
}

const columns = [
  ...['sequence', 'at', 'event', 'account_id', 'actor', 'actor_id', 'address', 'user_agent'],
  ...['data', 'previous', 'signing_key', 'signature'],
];

/**
 * Stores the audit log in a table in PostgreSQL, MySQL, MariaDB or SQLite. Pass your Kysely instance, a pool of pg or mysql2, or a
 * `Database` of better-sqlite3 or libsql; it is never closed. Kysely must be installed.
 *
 * @publicApi
 */
export class KyselyAuditLog extends AuditLog {
  readonly #runner: AccountRunner;
  readonly #name: TableName;

  /** @throws SessionConfigError for an invalid table name, or for something that is not a database */
  constructor(database: GivenDatabase, options: KyselyAuditLogOptions = {}) {
    super();
    const { createTable = environmentOf(process.env['NODE_ENV']) !== 'production', ...table } = options;
    this.#name = auditTableName(table);
    this.#runner = new AccountRunner(database, createTable ? () => createAuditTable(database, table) : null, {
      setting: 'KyselyAuditLog',
      missing: (cause) =>
        `The database has no table for the audit log: ${cause}. Create it with createAuditTable(), in a migration, or let the log do it: createTable: true.`,
    });
  }

  override async head(): Promise<AuditRow | null> {
    const [row] = await this.#read('', 'ORDER BY sequence DESC LIMIT 1', []);
    return row ?? null;
  }

  override async append(rows: readonly AuditRow[]): Promise<boolean> {
    const dialect = await this.#runner.dialect();
    const placeholders = `(${columns.map(() => '?').join(', ')})`;
    const values = rows.map(() => placeholders).join(', ');
    const sql = `INSERT INTO ${dialect.quote(this.#name)} (${columns.join(', ')}) VALUES ${values}`;
    const parameters = rows.flatMap((row) => valuesOf(row, dialect));
    // One statement: all or nothing.
    return (await this.#runner.run((statement) => statement.change(sql, parameters), false)) !== 'taken';
  }

  override async list({ accountId, since, after = 0, limit }: AuditRowQuery = {}): Promise<readonly AuditRow[]> {
    const most = pageLimit(limit);
    const dialect = await this.#runner.dialect();
    const conditions = ['sequence > ?'];
    const parameters: unknown[] = [after];
    if (since !== undefined) {
      conditions.push('at >= ?');
      parameters.push(since);
    }
    if (accountId !== undefined) {
      conditions.push('(account_id = ? OR actor_id = ?)');
      parameters.push(dialect.toText(accountId), dialect.toText(accountId));
    }
    return this.#read(`WHERE ${conditions.join(' AND ')}`, `ORDER BY sequence LIMIT ${String(most)}`, parameters);
  }

  override async prune(upTo: number): Promise<number> {
    const dialect = await this.#runner.dialect();
    const sql = `DELETE FROM ${dialect.quote(this.#name)} WHERE sequence <= ?`;
    const removed = await this.#runner.run((statement) => statement.change(sql, [upTo]), false);
    return removed === 'taken' ? 0 : removed;
  }

  async #read(where: string, end: string, parameters: readonly unknown[]): Promise<readonly AuditRow[]> {
    const dialect = await this.#runner.dialect();
    const sql = `SELECT ${columns.join(', ')} FROM ${dialect.quote(this.#name)} ${where} ${end}`;
    const rows = await this.#runner.run((statement) => statement.rows(sql, parameters), false);
    return rows === 'taken' ? [] : rows.map((row) => rowIn(row, dialect));
  }
}

function valuesOf(row: AuditRow, dialect: AccountDialect): unknown[] {
  const toText = (text: string): unknown => dialect.toText(text);
  const orNull = (text: string | null): unknown => (text === null ? null : toText(text));
  return [
    row.sequence,
    row.at,
    toText(row.event),
    orNull(row.accountId),
    toText(row.actor),
    orNull(row.actorId),
    orNull(row.address),
    orNull(row.userAgent),
    ...[row.data, row.previous, row.key, row.signature].map(toText),
  ];
}

/** Whatever is in it: a value that was changed is for the verification to find. */
function rowIn(row: object, dialect: AccountDialect): AuditRow {
  const text = (column: string): string => dialect.fromText(Reflect.get(row, column));
  const orNull = (column: string): string | null => {
    const value: unknown = Reflect.get(row, column);
    return value === null ? null : dialect.fromText(value);
  };
  return {
    sequence: Number(Reflect.get(row, 'sequence')),
    at: Number(Reflect.get(row, 'at')),
    event: text('event'),
    accountId: orNull('account_id'),
    actor: text('actor') as AuditActor,
    actorId: orNull('actor_id'),
    address: orNull('address'),
    userAgent: orNull('user_agent'),
    data: text('data'),
    previous: text('previous'),
    key: text('signing_key'),
    signature: text('signature'),
  };
}
