import type { Input } from '../http/input.js';

/** The longest name of a factor, in bytes. */
const longestName = 200;

/** The name that the owner of a factor gives it; null: none. */
export function factorNameIn(input: Input): string | null {
  const name = input.optionalText('name', longestName)?.normalize('NFC').trim() ?? null;
  if (name !== null && /\p{Cc}/u.test(name)) input.refuse('name', 'NOT_TEXT');
  return name === '' ? null : name;
}
