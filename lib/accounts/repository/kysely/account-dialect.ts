import { types } from 'node:util';
import { dialectOf, quoted, type SqlDatabase, type TableName } from '../../../stores/sql/connection.js';
import { isUniqueViolation } from '../unique-violation.js';

/** The two tables. */
export interface AccountTableNames {
  readonly accounts: TableName;
  readonly credentials: TableName;
}

/** What an error of a database means for the repository. */
export type AccountTrouble =
  /** Another statement got in the way; nothing was changed, and the same may be tried again. */
  | 'again'
  /** A unique value already exists. */
  | 'taken'
  | 'no-table';

/** Everything in which databases differ for the repository. */
export interface AccountDialect {
  /** Whether drivers are synchronous, so that a loop of calls would block the event loop. */
  readonly isSynchronous: boolean;
  /** A table's name, quoted. */
  quote(name: TableName): string;
  /** Rewrites the parameters, `?`. */
  finish(sql: string): string;
  /** What an INSERT ends with so that one that would violate uniqueness changes nothing, where that is possible. */
  readonly orNothing: string;
  /** What a SELECT ends with so that it locks its rows. */
  readonly forUpdate: string;
  /** Whether a column contains a parameter, from a character on. */
  contains(column: string, from: number): string;
  /** Whether a parameter is among the roles. */
  readonly hasRole: string;
  toText(text: string): unknown;
  fromText(column: unknown): string;
  toBoolean(value: boolean): unknown;
  troubleOf(error: unknown): AccountTrouble | null;
  /** The statements that create what is missing of the tables. */
  schema(names: AccountTableNames): readonly string[];
}

/** @throws SessionConfigError for an unsupported database */
export function accountDialectOf(database: SqlDatabase): AccountDialect {
  const dialect = dialectOf(database);
  const { name, isSynchronous } = dialect;
  const troubles = (error: unknown): AccountTrouble | null => {
    if (isUniqueViolation(error)) return 'taken';
    const trouble = dialect.troubleOf(error);
    return trouble === 'other-table' ? null : trouble;
  };
  const common = { isSynchronous, troubleOf: troubles };
  switch (name) {
    case 'PostgreSQL':
      return { ...common, ...postgres };
    case 'MySQL':
      return { ...common, ...mysql };
    default:
      return { ...common, ...sqlite };
  }
}

const plainText = {
  toText: (text: string): unknown => text,
  fromText(column: unknown): string {
    if (typeof column === 'string') return column;
    throw new TypeError('A column of the accounts tables is not a string.');
  },
};

type DialectParts = Omit<AccountDialect, 'isSynchronous' | 'troubleOf'>;

const postgres: DialectParts = {
  ...plainText,
  quote: (name) => quoted(name, '"'),
  finish(sql) {
    let count = 0;
    return sql.replaceAll('?', () => `$${String(++count)}`);
  },
  orNothing: ' ON CONFLICT DO NOTHING',
  forUpdate: ' FOR UPDATE',
  contains: (column, from) => `strpos(substr(${column}, ${String(from)}), ?) > 0`,
  hasRole: 'roles @> jsonb_build_array(?::text)',
  toBoolean: (value) => value,

  schema({ accounts, credentials }) {
    const [table, owned] = [quoted(accounts, '"'), quoted(credentials, '"')];
    return [
      `CREATE TABLE IF NOT EXISTS ${table} (
  id text COLLATE "C" PRIMARY KEY,
  email text NOT NULL,
  email_key text COLLATE "C" NOT NULL UNIQUE,
  email_confirmed_at bigint,
  username text,
  username_key text COLLATE "C" UNIQUE,
  password text,
  active boolean NOT NULL,
  roles jsonb NOT NULL,
  locale text,
  epoch bigint NOT NULL,
  state jsonb NOT NULL,
  data jsonb NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  password_changed_at bigint,
  version bigint NOT NULL,
  login_count bigint NOT NULL,
  last_login_at bigint,
  last_login_ip text,
  current_login_at bigint,
  current_login_ip text
)`,
      `CREATE TABLE IF NOT EXISTS ${owned} (
  id text COLLATE "C" PRIMARY KEY,
  account_id text COLLATE "C" NOT NULL REFERENCES ${table} (id) ON DELETE CASCADE,
  kind text COLLATE "C" NOT NULL,
  external_id text COLLATE "C",
  name text,
  data jsonb NOT NULL,
  created_at bigint NOT NULL,
  last_used_at bigint,
  expires_at bigint,
  version bigint NOT NULL,
  UNIQUE (kind, external_id)
)`,
      `CREATE INDEX IF NOT EXISTS "${credentials.name}_account" ON ${owned} (account_id, kind)`,
      `CREATE INDEX IF NOT EXISTS "${credentials.name}_expires_at" ON ${owned} (kind, expires_at) WHERE expires_at IS NOT NULL`,
    ];
  },
};

const sqlite: DialectParts = {
  ...plainText,
  quote: (name) => quoted(name, '"'),
  finish: (sql) => sql,
  orNothing: ' ON CONFLICT DO NOTHING',
  forUpdate: '',
  contains: (column, from) => `instr(substr(${column}, ${String(from)}), ?) > 0`,
  hasRole: 'EXISTS (SELECT 1 FROM json_each(roles) WHERE value = ?)',
  toBoolean: Number,

  schema({ accounts, credentials }) {
    const owned = quoted(credentials, '"');
    // An index is in the same schema as its table, so the table is named without one.
    const index = (suffix: string): string =>
      quoted({ schema: credentials.schema, name: `${credentials.name}_${suffix}` }, '"');
    return [
      `CREATE TABLE IF NOT EXISTS ${quoted(accounts, '"')} (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  email_confirmed_at INTEGER,
  username TEXT,
  username_key TEXT UNIQUE,
  password TEXT,
  active INTEGER NOT NULL,
  roles TEXT NOT NULL,
  locale TEXT,
  epoch INTEGER NOT NULL,
  state TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  password_changed_at INTEGER,
  version INTEGER NOT NULL,
  login_count INTEGER NOT NULL,
  last_login_at INTEGER,
  last_login_ip TEXT,
  current_login_at INTEGER,
  current_login_ip TEXT
)`,
      `CREATE TABLE IF NOT EXISTS ${owned} (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES "${accounts.name}" (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  external_id TEXT,
  name TEXT,
  data TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  expires_at INTEGER,
  version INTEGER NOT NULL,
  UNIQUE (kind, external_id)
)`,
      `CREATE INDEX IF NOT EXISTS ${index('account')} ON "${credentials.name}" (account_id, kind)`,
      `CREATE INDEX IF NOT EXISTS ${index('expires_at')} ON "${credentials.name}" (kind, expires_at) WHERE expires_at IS NOT NULL`,
    ];
  },
};

/**
 * Text is sent as bytes: `mysql2` writes parameters into the statement itself, and its escaping of strings is not safe under every
 * `sql_mode`. What accounts are found by is stored as bytes, too, since MySQL compares strings without case, accents or trailing spaces.
 */
const mysql: DialectParts = {
  toText: (text) => Buffer.from(text),
  fromText(column) {
    if (typeof column === 'string') return column;
    if (!types.isUint8Array(column)) throw new TypeError('A column of the accounts tables is neither text nor binary.');
    return Buffer.from(column.buffer, column.byteOffset, column.length).toString();
  },
  quote: (name) => quoted(name, '`'),
  finish: (sql) => sql,
  orNothing: '',
  forUpdate: ' FOR UPDATE',
  contains: (column, from) => `LOCATE(?, SUBSTRING(${column}, ${String(from)})) > 0`,
  hasRole: 'JSON_CONTAINS(roles, JSON_QUOTE(CONVERT(? USING utf8mb4)))',
  toBoolean: Number,

  schema({ accounts, credentials }) {
    const table = quoted(accounts, '`');
    const text = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
    return [
      `CREATE TABLE IF NOT EXISTS ${table} (
  id VARBINARY(128) NOT NULL,
  email VARCHAR(320) ${text} NOT NULL,
  email_key VARBINARY(512) NOT NULL,
  email_confirmed_at BIGINT,
  username VARCHAR(256) ${text},
  username_key VARBINARY(512),
  password VARCHAR(1024) ${text},
  active TINYINT(1) NOT NULL,
  roles LONGTEXT ${text} NOT NULL,
  locale VARCHAR(64) ${text},
  epoch BIGINT NOT NULL,
  state LONGTEXT ${text} NOT NULL,
  data LONGTEXT ${text} NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  password_changed_at BIGINT,
  version BIGINT NOT NULL,
  login_count BIGINT NOT NULL,
  last_login_at BIGINT,
  last_login_ip VARCHAR(64) ${text},
  current_login_at BIGINT,
  current_login_ip VARCHAR(64) ${text},
  PRIMARY KEY (id),
  UNIQUE KEY ${accounts.name}_email_key (email_key),
  UNIQUE KEY ${accounts.name}_username_key (username_key)
) ENGINE = InnoDB, ROW_FORMAT = DYNAMIC`,
      `CREATE TABLE IF NOT EXISTS ${quoted(credentials, '`')} (
  id VARBINARY(128) NOT NULL,
  account_id VARBINARY(128) NOT NULL,
  kind VARBINARY(64) NOT NULL,
  external_id VARBINARY(1536),
  name VARCHAR(512) ${text},
  data LONGTEXT ${text} NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  expires_at BIGINT,
  version BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY ${credentials.name}_external_id (kind, external_id),
  KEY ${credentials.name}_account (account_id, kind),
  KEY ${credentials.name}_expires_at (kind, expires_at),
  CONSTRAINT ${credentials.name}_account_id FOREIGN KEY (account_id) REFERENCES ${table} (id) ON DELETE CASCADE
) ENGINE = InnoDB, ROW_FORMAT = DYNAMIC`,
    ];
  },
};
