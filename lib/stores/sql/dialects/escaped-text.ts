/**
 * Escapes strings for text columns, where a NUL cannot be stored (PostgreSQL) or may end the string (some SQLite drivers). Keys
 * of sessions contain none and stay readable; but a store must never confuse any two keys.
 */

const unsafe = /[\0\u0001]/g;
const escaped = /\u0001([01])/g;

export function escapeNul(text: string): string {
  return text.replace(unsafe, (character) => (character === '\0' ? '\u00010' : '\u00011'));
}

export function unescapeNul(column: unknown): string {
  if (typeof column !== 'string') throw new TypeError('The key in a row of the session table is not a string.');
  return column.replace(escaped, (_, digit) => (digit === '0' ? '\0' : '\u0001'));
}
