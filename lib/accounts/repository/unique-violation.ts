import { codeOf, textIn } from '../../stores/sql/connection.js';

/** How deep ORMs wrap the error of a driver. */
const deepest = 4;

/**
 * Whether an error says that a unique value already exists, in the words of PostgreSQL, MySQL, MariaDB or SQLite, also where an ORM has
 * wrapped it. Which value it was, each database says in its own way: look it up, as {@link takenKey} does. For repositories of your own.
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
