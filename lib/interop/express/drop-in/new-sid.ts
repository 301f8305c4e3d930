import { randomBytes } from 'node:crypto';

/** A new id, of the length that express-session gives its own. */
export function newSid(): string {
  return randomBytes(24).toString('base64url');
}
