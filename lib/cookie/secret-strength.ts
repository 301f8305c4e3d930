const shortest = 32;
const fewestDifferentBytes = 8;

/** Secrets that documents, tutorials and templates show, without case, space and punctuation. */
const examples: ReadonlySet<string> = new Set(
  [
    // Everybody's first try.
    'secret',
    'dev',
    'development',
    'test',
    'testing',
    'password',
    'key',
    'secret key',
    'my secret',
    'my secret key',
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
    'your secret',
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
  ].map(plain),
);

/** Parts of a text that say "put your own here". */
const placeholders: readonly string[] = [
  'changeme',
  'changethis',
  'replaceme',
  'replacethis',
  'yoursecret',
  'yourkeyhere',
  'putyour',
  'djangoinsecure',
  'keyboardcat',
  'secretkeyhere',
  'supersecret',
  'mysecretkey',
];

/**
 * What makes a secret guessable, to follow "SECRET_KEY …"; `null` if nothing was found. No measure of randomness: it finds what
 * attackers try first.
 */
export function secretWeakness(secret: string | Uint8Array): string | null {
  const bytes = Buffer.from(secret);
  const text = bytes.toString('latin1');
  const words = plain(bytes.toString('utf8'));
  if (examples.has(words) || placeholders.some((placeholder) => words.includes(placeholder))) {
    return 'is a known example value';
  }
  if (bytes.length < shortest) return `has fewer than ${String(shortest)} bytes`;
  if (new Set(bytes).size < fewestDifferentBytes || isRepeated(text)) return 'repeats a few characters';
  return null;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Whether a text is nothing but a shorter one again and again: then it is found in itself before its end. */
function isRepeated(text: string): boolean {
  return (text + text).indexOf(text, 1) < text.length;
}
