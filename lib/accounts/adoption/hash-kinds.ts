import { readArgon2 } from '../passwords/argon2-hash.js';
import { foreignHash } from '../passwords/foreign/index.js';
import { UnreadableHash } from '../passwords/password-hash.js';

/** What a stored hash is. */
export interface HashKind {
  /** Its algorithm and who writes it so, never a part of the hash. */
  readonly name: string;
  /** Null: passwords can be compared with it. */
  readonly problem: 'PASSWORD_MISSING' | 'PASSWORD_UNKNOWN' | 'PASSWORD_TOO_COSTLY' | null;
}

/** By what each form begins with. The names of those that are not checked here are known only for the report. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^\$argon2id\$/, 'argon2id'],
  [/^\$argon2i\$/, 'argon2i'],
  [/^\$argon2d\$/, 'argon2d'],
  [/^argon2\$argon2/, 'argon2 (Django)'],
  [/^\$2[aby]\$/, 'bcrypt'],
  [/^bcrypt\$/, 'bcrypt (Django)'],
  [/^bcrypt_sha256\$/, 'bcrypt_sha256 (Django)'],
  [/^\$bcrypt-sha256\$/, 'bcrypt-sha256 (passlib)'],
  [/^\$pbkdf2-sha256\$/, 'pbkdf2-sha256 (passlib)'],
  [/^\$pbkdf2-sha512\$/, 'pbkdf2-sha512 (passlib)'],
  [/^\$pbkdf2\$/, 'pbkdf2-sha1 (passlib)'],
  [/^pbkdf2_sha256\$/, 'pbkdf2_sha256 (Django)'],
  [/^pbkdf2_sha1\$/, 'pbkdf2_sha1 (Django)'],
  [/^pbkdf2:/, 'pbkdf2 (Werkzeug)'],
  [/^scrypt:/, 'scrypt (Werkzeug)'],
  [/^scrypt\$/, 'scrypt (Django)'],
  [/^\$scrypt\$/, 'scrypt (passlib)'],
  [/^[0-9a-f]{32}:[0-9a-f]{128}$/, 'scrypt (better-auth)'],
  [/^\$6\$/, 'sha512_crypt'],
  [/^\$5\$/, 'sha256_crypt'],
  [/^\$1\$/, 'md5_crypt'],
  [/^\$[PH]\$/, 'phpass'],
  [/^sha1\$/, 'sha1 (Django)'],
  [/^md5\$/, 'md5 (Django)'],
  [/^\{SSHA(?:256|512)?\}/, 'SSHA (LDAP)'],
];

/** What a stored password is, by its form. */
export function hashKindOf(stored: string | null): HashKind {
  // Django's mark of a password that nothing matches.
  if (stored === null || stored === '' || stored.startsWith('!')) return { name: 'none', problem: 'PASSWORD_MISSING' };
  const name = names.find(([form]) => form.test(stored))?.[1] ?? 'unknown';
  const hash = readArgon2(stored.replace(/^argon2\$(?=argon2)/, '$')) ?? foreignHash(stored);
  if (hash === null) return { name, problem: 'PASSWORD_UNKNOWN' };
  return { name, problem: hash instanceof UnreadableHash ? 'PASSWORD_TOO_COSTLY' : null };
}
