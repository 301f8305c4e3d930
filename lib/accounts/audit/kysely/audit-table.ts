import {
  dialectOf,
  execute,
  type GivenDatabase,
  kyselyOver,
  parseTableName,
  quoted,
  type SqlDatabase,
  type TableName,
} from '../../../stores/sql/connection.js';

/** @publicApi */
export interface AuditTableOptions {
  /** The name of the table, with or without a schema. Default: `account_audit`. */
  readonly table?: string;
}

/**
 * Creates the table of the audit log and its indexes. Call it in a migration or at startup, any number of times: it does not change what
 * exists.
 *
 * @throws SessionConfigError for an invalid table name or an unsupported database; otherwise the database's error
 * @publicApi
 */
export async function createAuditTable(database: GivenDatabase, options: AuditTableOptions = {}): Promise<void> {
  const kysely = await kyselyOver(database);
  const schema = auditTableSchema(kysely, auditTableName(options));
  const work = async (transaction: SqlDatabase): Promise<void> => {
    const plain = transaction.withoutPlugins();
    for (const statement of schema) await execute(plain, statement, []);
  };
  if (kysely.isTransaction) await work(kysely);
  else await kysely.transaction().execute(work);
}

/** @throws SessionConfigError for an invalid table name */
export function auditTableName({ table = 'account_audit' }: AuditTableOptions): TableName {
  return parseTableName(table, 'table (of the audit log)');
}

/** The statements that create what is missing of the table. */
export function auditTableSchema(database: SqlDatabase, table: TableName): readonly string[] {
  switch (dialectOf(database).name) {
    case 'PostgreSQL':
      return postgres(table);
    case 'MySQL':
      return mysql(table);
    default:
      return sqlite(table);
  }
}

function postgres(table: TableName): readonly string[] {
  const name = quoted(table, '"');
  return [
    `CREATE TABLE IF NOT EXISTS ${name} (
  sequence bigint PRIMARY KEY,
  at bigint NOT NULL,
  event text NOT NULL,
  account_id text COLLATE "C",
  actor text NOT NULL,
  actor_id text COLLATE "C",
  address text,
  user_agent text,
  data text NOT NULL,
  previous text NOT NULL,
  signing_key text NOT NULL,
  signature text NOT NULL
)`,
    `CREATE INDEX IF NOT EXISTS "${table.name}_account" ON ${name} (account_id, sequence)`,
    `CREATE INDEX IF NOT EXISTS "${table.name}_actor" ON ${name} (actor_id, sequence)`,
    `CREATE INDEX IF NOT EXISTS "${table.name}_at" ON ${name} (at)`,
  ];
}

function sqlite(table: TableName): readonly string[] {
  // An index is in the same schema as its table, so the table is named without one.
  const index = (suffix: string): string => quoted({ schema: table.schema, name: `${table.name}_${suffix}` }, '"');
  return [
    `CREATE TABLE IF NOT EXISTS ${quoted(table, '"')} (
  sequence INTEGER NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  account_id TEXT,
  actor TEXT NOT NULL,
  actor_id TEXT,
  address TEXT,
  user_agent TEXT,
  data TEXT NOT NULL,
  previous TEXT NOT NULL,
  signing_key TEXT NOT NULL,
  signature TEXT NOT NULL
)`,
    `CREATE INDEX IF NOT EXISTS ${index('account')} ON "${table.name}" (account_id, sequence)`,
    `CREATE INDEX IF NOT EXISTS ${index('actor')} ON "${table.name}" (actor_id, sequence)`,
    `CREATE INDEX IF NOT EXISTS ${index('at')} ON "${table.name}" (at)`,
  ];
}

function mysql(table: TableName): readonly string[] {
  const text = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
  return [
    `CREATE TABLE IF NOT EXISTS ${quoted(table, '`')} (
  sequence BIGINT NOT NULL,
  at BIGINT NOT NULL,
  event VARCHAR(100) ${text} NOT NULL,
  account_id VARBINARY(128),
  actor VARCHAR(32) ${text} NOT NULL,
  actor_id VARBINARY(128),
  address VARCHAR(64) ${text},
  user_agent VARCHAR(512) ${text},
  data LONGTEXT ${text} NOT NULL,
  previous VARCHAR(64) ${text} NOT NULL,
  signing_key VARCHAR(32) ${text} NOT NULL,
  signature VARCHAR(64) ${text} NOT NULL,
  PRIMARY KEY (sequence),
  KEY ${table.name}_account (account_id, sequence),
  KEY ${table.name}_actor (actor_id, sequence),
  KEY ${table.name}_at (at)
) ENGINE = InnoDB, ROW_FORMAT = DYNAMIC`,
  ];
}
