import { createHash, getFips } from 'node:crypto';
import { decodingsOf, isText, plain } from './secret-text.js';

/** Secrets that documents, tutorials and templates show. */
const examples: readonly string[] = [
  // Everybody's first try.
  '',
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
  // Flask's documents, past and present, and its tutorials'.
  '192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf',
  '_5#y2L"F4Q8z\\n\\xec]/',
  '_5#y2L"F4Q8z\n\xec]/',
  'A0Zr98j/3yX R~XHH!jmN]LWX/,?RT',
  'sosecret',
  'you-will-never-guess',
  'hard to guess string',
  'development key',
  'BAD_SECRET_KEY',
  // Express, Fastify, iron-session, JSON Web Token and Nest pages.
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
];

/** Without case, space and punctuation: nobody's spelling makes one of them a secret. */
const known: ReadonlySet<string> = new Set(examples.map(plain).filter((text) => text !== ''));

/** Somebody who wants 32 bytes makes them out of a word, or out of nothing, since a variable was not set. */
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
/** Where nothing but FIPS 140 is allowed, asking for another one is an error. */
const approved = /^sha[23]/;

let digests: ReadonlySet<string> | undefined;

/** Whether a secret, or what it is the hexadecimal or base64 text of, is such an example, or the hash of one. */
export function isKnown(secret: Buffer): boolean {
  const hashed = (digests ??= new Set(hashesOfExamples()));
  return [secret, ...decodingsOf(secret)].some((bytes) => isExample(bytes) || hashed.has(bytes.toString('base64')));
}

/** Of random bytes, few are letters: what is left of them without the others is a word by chance. */
function isExample(bytes: Buffer): boolean {
  return isText(bytes) && known.has(plain(bytes.toString('utf8')));
}

function hashesOfExamples(): string[] {
  const names = hashes.filter((name) => getFips() === 0 || approved.test(name));
  // `echo secret | sha256sum` takes the end of the line along.
  const words = examples.flatMap((example) => [example, `${example}\n`]);
  return names.flatMap((name) => words.map((word) => createHash(name).update(word).digest('base64')));
}
