import { availableParallelism } from 'node:os';
import { bool, instance, integer, list, nullable, oneOf, size, text } from '../../config/kinds.js';
import { group, option, type ResolvedOptions } from '../../config/option.js';
import type { PasswordPepper } from './argon2-hash.js';
import { type PasswordRanges, pwnedPasswords } from './password-ranges.js';

/** In bytes. */
const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
/** The threads of libuv that hash, unless `UV_THREADPOOL_SIZE` says otherwise. */
const threads = 4;

export const passwordOptions = group('Which passwords are accepted, and how they are hashed.', {
  min: option({
    env: 'SECURITY_PASSWORD_LENGTH_MIN',
    kind: integer({ min: 8, max: 64 }),
    default: 8,
    meaning: 'The minimum number of characters in a password.',
  }),
  max: option({
    env: 'SECURITY_PASSWORD_LENGTH_MAX',
    kind: integer({ min: 64, max: 1_024 }),
    default: 256,
    meaning: 'The maximum number of characters in a password.',
  }),
  common: option({
    env: 'SECURITY_PASSWORD_COMMON',
    kind: bool(),
    default: true,
    meaning: 'Whether common passwords are rejected, using a list of 18,000 in this package.',
  }),
  words: option<readonly string[]>({
    env: 'SECURITY_PASSWORD_WORDS',
    kind: list(text({ pattern: /[^\p{Cc}]{3,100}/u, expected: 'a word of 3 to 100 characters' })),
    default: [],
    defaultText: 'none',
    meaning:
      'Words that a password must not consist of, such as the name of your company. The username, the address and the name of the site are always included.',
  }),
  breached: option<'strict' | 'best-effort' | null>({
    env: 'SECURITY_PASSWORD_CHECK_BREACHED',
    kind: oneOf(['strict', 'best-effort'], { nullable: true }),
    default: null,
    defaultText: 'none',
    meaning:
      'Whether passwords from data breaches are rejected, by a query of `ranges` with the first five digits of their SHA-1. If it does not respond, `strict` rejects the password and `best-effort` accepts it.',
  }),
  breachedCount: option({
    env: 'SECURITY_PASSWORD_BREACHED_COUNT',
    kind: integer({ min: 1, max: 1_000_000 }),
    default: 1,
    meaning: 'How often a password must have appeared in breaches to be rejected.',
  }),
  ranges: option<PasswordRanges>({
    env: null,
    kind: instance('an object with a method range(prefix)', isRanges),
    default: pwnedPasswords(),
    defaultText: '`pwnedPasswords()`, the service of Have I Been Pwned',
    meaning: 'The service that is queried for breached passwords.',
  }),
  minScore: option<number | null>({
    env: 'SECURITY_ZXCVBN_MINIMUM_SCORE',
    kind: integer({ min: 1, max: 4, nullable: true }),
    default: null,
    defaultText: 'none',
    meaning:
      'The minimum score of a password, rated by zxcvbn from 1 to 4. Needs `@zxcvbn-ts/core` and `@zxcvbn-ts/language-common`.',
  }),
  hashing: group('The cost of an argon2id hash.', {
    memory: option({
      env: 'SECURITY_HASHING_MEMORY',
      kind: size({ min: 7 * mebibyte, max: 256 * mebibyte }),
      default: 19 * mebibyte,
      defaultText: '19mb',
      meaning: 'The memory that a hash uses.',
    }),
    passes: option({
      env: 'SECURITY_HASHING_PASSES',
      kind: integer({ min: 1, max: 4 }),
      default: 2,
      meaning: 'The number of passes over the memory. With less than 19 MiB of memory, use more passes.',
    }),
    parallelism: option({
      env: 'SECURITY_HASHING_PARALLELISM',
      kind: integer({ min: 1, max: 16 }),
      default: 1,
      meaning: 'The number of lanes.',
    }),
    parallel: option({
      env: 'SECURITY_HASHING_PARALLEL',
      kind: integer({ min: 1, max: 64 }),
      default: Math.min(threads, availableParallelism()),
      defaultText: 'the number of processors, up to 4',
      meaning: 'The maximum number of passwords that are hashed at the same time.',
    }),
    waiting: option({
      env: 'SECURITY_HASHING_WAITING',
      kind: integer({ min: 1, max: 10_000 }),
      default: 50,
      meaning: 'The maximum number of requests that wait for a hash; further ones get a 503.',
    }),
  }),
  peppers: option<readonly PasswordPepper[]>({
    env: null,
    kind: instance('a list of objects with an id and a secret of at least 32 characters', arePeppers),
    default: [],
    defaultText: 'none',
    meaning:
      'Secret keys that hashes also depend on: `[{ id, secret }]`. New hashes use the first; the others are former ones. A hash whose pepper is missing cannot be verified.',
    secret: true,
  }),
  flaskSalt: option<string | null>({
    env: 'SECURITY_PASSWORD_SALT',
    kind: nullable(text({ pattern: /[^]+/, expected: 'a non-empty string' })),
    default: null,
    defaultText: 'none',
    meaning:
      'The `SECURITY_PASSWORD_SALT` of a Flask-Security application whose users you have adopted. It verifies their hashes, which are replaced at the next login.',
    secret: true,
  }),
  devisePepper: option<string | null>({
    env: 'DEVISE_PEPPER',
    kind: nullable(text({ pattern: /[^]+/, expected: 'a non-empty string' })),
    default: null,
    defaultText: 'none',
    meaning:
      'The `config.pepper` of Devise in a Rails application whose users you have adopted. It verifies their hashes, which are replaced at the next login.',
    secret: true,
  }),
});

export type PasswordSettings = ResolvedOptions<typeof passwordOptions>;

function isRanges(value: unknown): value is PasswordRanges {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'range') === 'function';
}

function arePeppers(value: unknown): value is readonly PasswordPepper[] {
  if (!Array.isArray(value) || !value.every(isPepper)) return false;
  return new Set(value.map(({ id }) => id)).size === value.length;
}

function isPepper(value: unknown): value is PasswordPepper {
  if (typeof value !== 'object' || value === null) return false;
  const id: unknown = Reflect.get(value, 'id');
  const secret: unknown = Reflect.get(value, 'secret');
  const isLong = typeof secret === 'string' || secret instanceof Uint8Array ? secret.length >= 32 : false;
  return typeof id === 'string' && /^[A-Za-z0-9_-]{1,32}$/.test(id) && isLong;
}
