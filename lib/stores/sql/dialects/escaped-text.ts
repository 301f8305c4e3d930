/**
 * Texts for columns that are texts, where a NUL cannot be stored (PostgreSQL) or may end it (some drivers of SQLite). The
 * keys of sessions have none and stay as they are, so that a person can read and compare them; but a store must not mix up
 * any two keys.
 */

const unsafe = /[\0\u0001]/g;
const escaped = /\u0001([01])/g;

export function escapeNul(text: string): string {
  return text.replace(unsafe, (character) => (character === '\0' ? '\u00010' : '\u00011'));
}

export function unescapeNul(column: unknown): string {
  if (typeof column !== 'string') throw new TypeError('The key in a row of the session table is no text.');
  return column.replace(escaped, (_, digit) => (digit === '0' ? '\0' : '\u0001'));
}
