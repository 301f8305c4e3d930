import { isSessionError, SessionStoreFullError, SessionStoreUnavailableError } from '../../errors.js';
import { redactedError } from '../redacted-error.js';
import { codeOf, textIn } from './dialects/dialect.js';

/** Where the sessions are stored, for messages. */
export interface Place {
  /** The database without its password, and the setting that names it. */
  readonly database: string;
  /** The table's name as configured. */
  readonly table: string;
  /** Strings to remove from messages: the password, in every spelling that may occur. */
  readonly secrets: readonly string[];
}

/** MySQL errors that quote the statement or its values, and so a key or a record. */
const quoting = new Set(['ER_PARSE_ERROR', 'ER_DUP_ENTRY']);

/** Out of space: codes of SQLite, PostgreSQL (disk, quota of a tablespace) and MySQL. */
const full = new Set(['SQLITE_FULL', '53100', 'ER_DISK_FULL', 'ER_RECORD_FILE_FULL']);

/** Converts a driver's error to the store's. */
export function unavailable(error: unknown, { database, secrets }: Place): Error {
  if (isSessionError(error)) return error;
  const cause = withoutSecrets(error, secrets);
  if (full.has(codeOf(error))) {
    return new SessionStoreFullError(`${database} has no space for new data: ${cause.message}`, { cause });
  }
  return new SessionStoreUnavailableError(`${database} did not answer: ${cause.message}`, { cause });
}

export function tableMissing({ database, table, secrets }: Place, error: unknown, creation: unknown): Error {
  if (creation !== null) {
    const cause = withoutSecrets(creation, secrets);
    return new SessionStoreUnavailableError(
      `${database} has no table ${table}, and it could not be created: ${cause.message}`,
      { cause },
    );
  }
  return new SessionStoreUnavailableError(
    `${database} has no table ${table}. Create it with createSessionTable() of nestjs-session-auth/sql, in a migration, or ` +
      'let the store do it: SESSION_SQL_CREATE_TABLE=true (sql.createTable).',
    { cause: withoutSecrets(error, secrets) },
  );
}

export function otherTable({ database, table, secrets }: Place, error: unknown): Error {
  const cause = withoutSecrets(error, secrets);
  return new SessionStoreUnavailableError(
    `The table ${table} of ${database} was not made by this session store: ${cause.message}. Choose another name: ` +
      'SESSION_SQL_TABLE (sql.table).',
    { cause },
  );
}

/** What a driver's error says, without the given strings. */
export function withoutSecrets(error: unknown, secrets: readonly string[]): Error {
  const code = codeOf(error);
  const message = textIn(error, 'message');
  const isMute = message === '' || quoting.has(code);
  const reason = isMute ? code || textIn(error, 'name') || 'the driver gave no reason' : message;
  const stack = textIn(error, 'stack');
  return redactedError(
    { name: textIn(error, 'name'), message: reason, stack: stack === '' ? '' : stack.replace(message, reason), code },
    secrets,
  );
}
