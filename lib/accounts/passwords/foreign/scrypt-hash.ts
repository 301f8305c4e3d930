import { scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';
import { decimal, type PasswordHash, tooCostly, UnreadableHash } from '../password-hash.js';
import { fromPasslib } from './passlib-base64.js';

/** passlib: `$scrypt$ln=16,r=8,p=1$salt$hash`. */
const passlib =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,10}),p=(\d{1,10})\$([A-Za-z0-9+/.]{0,1366})\$([A-Za-z0-9+/.]{16,344})$/;
/** Werkzeug: `scrypt:32768:8:1$salt$hash`. The salt is text, the hash in hexadecimal. */
const werkzeug = /^scrypt:(\d{1,10}):(\d{1,10}):(\d{1,10})\$([^$]{1,256})\$([0-9a-f]{32,256})$/;
/** Django: `scrypt$16384$salt$8$1$hash`. The salt is text. */
const django = /^scrypt\$(\d{1,10})\$([^$]{1,256})\$(\d{1,10})\$(\d{1,10})\$([A-Za-z0-9+/]{22,344}={0,2})$/;
/** better-auth: `salt:hash`, with fixed parameters. The salt is the text of its hexadecimal digits. */
const betterAuth = /^([0-9a-f]{32}):([0-9a-f]{128})$/;

/** In bytes. */
const mostMemory = 256 * 1024 * 1024;
const mostParallelism = 16;

/** Null: it is no hash of scrypt. */
export function scryptHash(stored: string): PasswordHash | UnreadableHash | null {
  const parts = (form: RegExp): string[] | undefined => form.exec(stored)?.slice(1);
  let found = parts(passlib);
  if (found !== undefined) {
    const [power, r, p, salt = '', hash = ''] = found;
    return scryptWith(2 ** decimal(power), decimal(r), decimal(p), fromPasslib(salt), fromPasslib(hash));
  }
  found = parts(werkzeug);
  if (found !== undefined) {
    const [n, r, p, salt = '', hash = ''] = found;
    return scryptWith(decimal(n), decimal(r), decimal(p), Buffer.from(salt), Buffer.from(hash, 'hex'));
  }
  found = parts(django);
  if (found !== undefined) {
    const [n, salt = '', r, p, hash = ''] = found;
    return scryptWith(decimal(n), decimal(r), decimal(p), Buffer.from(salt), Buffer.from(hash, 'base64'));
  }
  found = parts(betterAuth);
  if (found === undefined) return null;
  const [salt = '', hash = ''] = found;
  return scryptWith(16_384, 16, 1, Buffer.from(salt), Buffer.from(hash, 'hex'));
}

function scryptWith(N: number, r: number, p: number, salt: Buffer, hash: Buffer): PasswordHash | UnreadableHash {
  const memory = 128 * r * (N + p + 2);
  if (memory > mostMemory || p > mostParallelism) return tooCostly('scrypt');
  if (!(N > 1 && (N & (N - 1)) === 0 && r > 0 && p > 0)) {
    return new UnreadableHash('a hash of scrypt has parameters that scrypt does not allow');
  }
  return {
    algorithm: 'scrypt',
    async matches(password) {
      return timingSafeEqual(await derive(password, salt, hash.length, { N, r, p, maxmem: memory }), hash);
    },
  };
}

function derive(password: Buffer, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
