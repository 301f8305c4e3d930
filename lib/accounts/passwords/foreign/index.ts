import { createHmac } from 'node:crypto';
import type { PasswordHash, UnreadableHash } from '../password-hash.js';
import { bcryptHash } from './bcrypt-hash.js';
import { pbkdf2Hash } from './pbkdf2-hash.js';
import { scryptHash } from './scrypt-hash.js';
import { shaCryptHash } from './sha-crypt-hash.js';

/** A hash that another library made. Null: of no known form. */
export function foreignHash(stored: string): PasswordHash | UnreadableHash | null {
  return bcryptHash(stored) ?? pbkdf2Hash(stored) ?? scryptHash(stored) ?? shaCryptHash(stored);
}

/** What Flask-Security hashes in place of the password, unless told otherwise; `salt` is its `SECURITY_PASSWORD_SALT`. */
export function flaskSecurityInput(password: Buffer, salt: string): Buffer {
  return Buffer.from(createHmac('sha512', salt).update(password).digest('base64'));
}
