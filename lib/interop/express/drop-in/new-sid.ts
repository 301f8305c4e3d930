import { randomBytes } from 'node:crypto';

/** A new id, as long as express-session's. */
export function newSid(): string {
  return randomBytes(24).toString('base64url');
}
