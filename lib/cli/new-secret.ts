import { randomBytes } from 'node:crypto';

/** A secret for SECRET_KEY, as the messages about a missing one tell to make it. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
