import type { Input } from '../http/input.js';

/** The most bytes that are looked at. */
const longest = 1_024;

/** The name of a passkey, as its owner calls it. Null: none. @param most in characters */
export function optionalNameIn(input: Input, most: number): string | null {
  return input.has('name') ? nameIn(input, most) : null;
}

/** The same where there has to be one. */
export function nameIn(input: Input, most: number): string {
  const given = input.has('name') ? input.optionalText('name', longest) : '';
  if (given === null) return '';
  const name = given.normalize('NFC').trim();
  if (name === '') input.refuse('name', 'REQUIRED');
  else if (Array.from(name).length > most) input.refuse('name', 'TOO_LONG');
  // Neither control characters nor marks that turn the direction of the text around it.
  else if (/[\p{Cc}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(name)) input.refuse('name', 'FIELD_INVALID');
  return name;
}
