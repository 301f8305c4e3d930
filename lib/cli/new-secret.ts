import { randomBytes } from 'node:crypto';

/** A secret for SECRET_KEY, as suggested by the messages about a missing one. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
