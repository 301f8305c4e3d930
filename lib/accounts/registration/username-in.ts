import type { AccountsOptions } from '../accounts.options.js';
import type { Input } from '../http/input.js';
import { normalUsername, type NormalUsername } from '../repository/normal-form.js';

/** The username of a new account; null: it has none. */
export function usernameIn(
  input: Input,
  { enabled, required, min, max }: AccountsOptions['usernames'],
): NormalUsername | null {
  if (!enabled) return null;
  if (!input.has('username')) {
    if (required) input.refuse('username', 'REQUIRED');
    return null;
  }
  const value = input.raw('username');
  const username = normalUsername(value, { min, max });
  if (username === null) input.refuse('username', typeof value === 'string' ? 'USERNAME_INVALID' : 'NOT_TEXT');
  return username;
}
