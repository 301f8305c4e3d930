import { createHash, getFips } from 'node:crypto';
import { decodingsOf, isText, plain } from './secret-text.js';

/** Secrets from documentation, tutorials and templates. */
const examples: readonly string[] = [
  // An unset variable, as text.
  '',
  'undefined',
  'null',
  'None',
  'NaN',
  '[object Object]',
  // Common first tries.
  'secret',
  'dev',
  'development',
  'test',
  'testing',
  'admin',
  'password',
  'password123',
  'changeme',
  'change this',
  'replace me',
  'key',
  'secret key',
  'my secret',
  'my secret key',
  'your secret',
  'your secret key',
  'super secret',
  'super secret key',
  'top secret',
  'very secret',
  'a secret',
  'some secret',
  'not secret',
  'default',
  'session secret',
  'your-256-bit-secret',
  'the secret key',
  'i am a secret',
  // From Flask's documentation, past and present, and its tutorials.
  '192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf',
  '_5#y2L"F4Q8z\\n\\xec]/',
  '_5#y2L"F4Q8z\n\xec]/',
  'A0Zr98j/3yX R~XHH!jmN]LWX/,?RT',
  'sosecret',
  'you-will-never-guess',
  'hard to guess string',
  'development key',
  'BAD_SECRET_KEY',
  // From pages on Express, Fastify, iron-session, JSON Web Token and Nest.
  'keyboard cat',
  'shhhh, very secret',
  'shhhhh',
  'some secret here',
  'cats',
  'a secret with minimum length of 32 characters',
  'averylogphrasebiggerthanthirtytwochars',
  'complex_password_at_least_32_characters_long',
  'a-string-secret-at-least-256-bits-long',
  'password_at_least_32_characters_long',
  'DO NOT USE THIS VALUE. INSTEAD, CREATE A COMPLEX SECRET AND KEEP IT SAFE OUTSIDE OF THE SOURCE CODE.',
  'correct horse battery staple',
  '123e4567-e89b-12d3-a456-426614174000',
];

/** Without case, spaces and punctuation: spelling one differently does not make it a secret. */
const known: ReadonlySet<string> = new Set(examples.map(plain).filter((text) => text !== ''));

/** To get 32 bytes, people hash a word, or hash nothing when a variable was not set. */
const hashes = [
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'sha3-256',
  'sha3-512',
  'blake2s256',
  'blake2b512',
];
/** If only FIPS 140 algorithms are allowed, requesting another one throws. */
const approved = /^sha[23]/;

let digests: ReadonlySet<string> | undefined;

/** Whether a secret, or what it decodes to from hexadecimal or base64, is such an example, or the hash of one. */
export function isKnown(secret: Buffer): boolean {
  const hashed = (digests ??= new Set(hashesOfExamples()));
  return [secret, ...decodingsOf(secret)].some((bytes) => isExample(bytes) || hashed.has(bytes.toString('base64')));
}

/** Few of the characters in random bytes are letters, and those may form a word by chance. */
function isExample(bytes: Buffer): boolean {
  return isText(bytes) && known.has(plain(bytes.toString('utf8')));
}

function hashesOfExamples(): string[] {
  const names = hashes.filter((name) => getFips() === 0 || approved.test(name));
  // `echo secret | sha256sum` includes the newline.
  const words = examples.flatMap((example) => [example, `${example}\n`]);
  return names.flatMap((name) => words.map((word) => createHash(name).update(word).digest('base64')));
}
