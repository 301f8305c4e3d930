import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { decimal, type PasswordHash, tooCostly, UnreadableHash } from '../password-hash.js';
import { fromPasslib } from './passlib-base64.js';

const derive = promisify(pbkdf2);

/** passlib: `$pbkdf2-sha256$29000$salt$hash`; SHA-1 where none is named. */
const passlib = /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(\d{1,10})\$([A-Za-z0-9./]{0,1366})\$([A-Za-z0-9./]{16,344})$/;
/** Django: `pbkdf2_sha256$600000$salt$hash`. The salt is text. */
const django = /^pbkdf2_(sha1|sha256)\$(\d{1,10})\$([^$]{1,256})\$([A-Za-z0-9+/=]{16,344})$/;
/** Werkzeug: `pbkdf2:sha256:600000$salt$hash`. The salt is text, the hash in hexadecimal. */
const werkzeug = /^pbkdf2:(sha1|sha256|sha512):(\d{1,10})\$([^$]{1,256})\$([0-9a-f]{32,256})$/;

/** Of a derived key. Base64 may be padding alone, whose bytes any password would match. */
const leastBytes = 16;
const mostIterations = 3_000_000;

/** Null: it is no hash of PBKDF2. */
export function pbkdf2Hash(stored: string): PasswordHash | UnreadableHash | null {
  const parts = (form: RegExp): string[] | undefined => form.exec(stored)?.slice(1);
  let found = parts(passlib);
  if (found !== undefined) {
    const [digest = 'sha1', iterations, salt = '', hash = ''] = found;
    return pbkdf2With(digest, iterations, fromPasslib(salt), fromPasslib(hash));
  }
  found = parts(django);
  if (found !== undefined) {
    const [digest = '', iterations, salt = '', hash = ''] = found;
    return pbkdf2With(digest, iterations, Buffer.from(salt), Buffer.from(hash, 'base64'));
  }
  found = parts(werkzeug);
  if (found === undefined) return null;
  const [digest = '', iterations, salt = '', hash = ''] = found;
  return pbkdf2With(digest, iterations, Buffer.from(salt), Buffer.from(hash, 'hex'));
}

function pbkdf2With(
  digest: string,
  iterationsText: string | undefined,
  salt: Buffer,
  hash: Buffer,
): PasswordHash | UnreadableHash {
  if (hash.length < leastBytes) return new UnreadableHash('a hash of PBKDF2 is too short');
  const iterations = decimal(iterationsText);
  if (iterations > mostIterations) return tooCostly('PBKDF2');
  if (iterations < 1) return new UnreadableHash('a hash of PBKDF2 has no iterations');
  return {
    algorithm: 'PBKDF2',
    matches: async (password) => timingSafeEqual(await derive(password, salt, iterations, hash.length, digest), hash),
  };
}
