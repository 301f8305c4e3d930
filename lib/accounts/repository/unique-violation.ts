import { codeOf, textIn } from '../../stores/sql/connection.js';

/** How deep ORMs wrap the error of a driver. */
const deepest = 4;

/**
 * Whether an error is a unique violation of PostgreSQL, MySQL, MariaDB or SQLite, also if an ORM has wrapped it. To find out which value it
 * was, use {@link takenKey}, since each database reports it in its own way. For repositories of your own.
 *
 * @publicApi
 */
export function isUniqueViolation(error: unknown): boolean {
  let inner = error;
  for (let depth = 0; depth < deepest && typeof inner === 'object' && inner !== null; depth++) {
    if (isTaken(inner)) return true;
    inner = Reflect.get(inner, 'driverError') ?? Reflect.get(inner, 'cause');
  }
  return false;
}

function isTaken(error: object): boolean {
  const code = codeOf(error);
  if (code === '23505' || code === 'ER_DUP_ENTRY') return true;
  return code.startsWith('SQLITE_CONSTRAINT') && /UNIQUE constraint failed|PRIMARY KEY/.test(textIn(error, 'message'));
}
