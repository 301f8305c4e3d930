import type { Options } from '@node-rs/argon2';
import { decimal, type PasswordHash, tooCostly, UnreadableHash } from './password-hash.js';

/** The library, once imported. */
export interface Argon2Library {
  hash(password: Uint8Array, options: Options): Promise<string>;
  verify(hashed: string, password: Uint8Array, options?: Options): Promise<boolean>;
}

/** A secret key that hashes also depend on, and that is not in the database. @publicApi */
export interface PasswordPepper {
  /** Stored with each hash, so that peppers can be replaced: 1 to 32 letters, digits, `-` and `_`. */
  readonly id: string;
  /** At least 32 bytes, or a string of at least 32 characters. */
  readonly secret: string | Uint8Array;
}

/** What is read of an argon2 hash. */
export interface Argon2Form {
  readonly type: 'argon2id' | 'argon2i' | 'argon2d';
  readonly version: number;
  /** In KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  /** The length of the hash itself, in bytes. */
  readonly length: number;
  /** The pepper's id; null: it has none. */
  readonly pepper: string | null;
  /** The hash without the pepper's id, as the library reads it. */
  readonly plain: string;
}

const phc =
  /^\$(argon2(?:id|i|d))(?:\$v=(\d{1,3}))?\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})(?:,keyid=([A-Za-z0-9+/]{2,48}))?\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,172})$/;

/** 1 GiB that is passed over once, or 64 MiB sixteen times. In KiB. */
const mostMemory = 1024 * 1024;
const mostParallelism = 64;

/** Null: it is no hash of argon2. */
export function readArgon2(stored: string): Argon2Form | null {
  const [, type, version = '16', memory, passes, parallelism, keyId, salt, hash] = phc.exec(stored) ?? [];
  if (type !== 'argon2id' && type !== 'argon2i' && type !== 'argon2d') return null;
  return {
    type,
    version: decimal(version),
    memory: decimal(memory),
    passes: decimal(passes),
    parallelism: decimal(parallelism),
    length: Buffer.byteLength(hash ?? '', 'base64'),
    pepper: keyId === undefined ? null : Buffer.from(keyId, 'base64').toString(),
    plain: `$${type}$v=${version}$m=${memory ?? ''},t=${passes ?? ''},p=${parallelism ?? ''}$${salt ?? ''}$${hash ?? ''}`,
  };
}

/** Adds the pepper's id to a hash that the library made: `keyid`, as the PHC string format has it. */
export function withPepper(hash: string, { id }: PasswordPepper): string {
  return hash.replace(
    /^(\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+)\$/,
    (_, head: string) => `${head},keyid=${encoded(id)}$`,
  );
}

export function argon2Hash(
  { memory, passes, parallelism, pepper, plain }: Argon2Form,
  library: Argon2Library,
  secretOf: (pepper: string) => Uint8Array | null,
): PasswordHash | UnreadableHash {
  if (memory * passes > mostMemory || parallelism > mostParallelism || passes === 0) return tooCostly('argon2');
  const secret = pepper === null ? null : secretOf(pepper);
  if (pepper !== null && secret === null) {
    return new UnreadableHash('a hash was made with a pepper that is not among passwords.peppers');
  }
  return {
    algorithm: 'argon2',
    matches: (password) =>
      secret === null ? library.verify(plain, password) : library.verify(plain, password, { secret }),
  };
}

function encoded(id: string): string {
  return Buffer.from(id).toString('base64').replace(/=+$/, '');
}
