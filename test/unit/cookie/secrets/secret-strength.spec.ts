import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { secretWeakness } from '../../../../lib/cookie/secrets/secret-strength.js';

/** As a shell and many templates write it. */
const variable = (name: string): string => ['$', '{', name, '}'].join('');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

type Draw = (length: number) => Buffer;

/** The same keys each time, but for the nightly form, which tries more, and others. */
const draws =
  process.env['TEST_FULL'] === '1'
    ? { keys: 30_000, series: randomBytes(8).toString('hex') }
    : { keys: 300, series: 'the same' };

function draw(seed: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(seed).digest();
}

describe('the strength of a secret', () => {
  it.each([
    'secret',
    'dev',
    'changeme',
    'keyboard cat',
    'Keyboard-Cat',
    'your-secret-key',
    'my-secret',
    '192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf',
    '_5#y2L"F4Q8z\\n\\xec]/',
    'A0Zr98j/3yX R~XHH!jmN]LWX/,?RT',
    'averylogphrasebiggerthanthirtytwochars',
    'complex_password_at_least_32_characters_long',
    base64('complex_password_at_least_32_characters_long'),
    Buffer.from('a-string-secret-at-least-256-bits-long').toString('hex'),
  ])('knows the example value %j, as text and as bytes', (value) => {
    expect(secretWeakness(value)).toBe('is a known example value, or the hash of one');
    expect(secretWeakness(Buffer.from(value))).toBe('is a known example value, or the hash of one');
  });

  it.each(['', '\n', 'secret', 'changeme\n', 'keyboard cat'])('knows the hashes of %j in every spelling', (value) => {
    for (const name of ['md5', 'sha1', 'sha256', 'sha512', 'sha3-256']) {
      const hash = createHash(name).update(value).digest();
      const spellings = [hash, hash.toString('hex'), hash.toString('hex').toUpperCase(), hash.toString('base64url')];
      for (const spelling of spellings) expect(secretWeakness(spelling)).toContain('known example value');
    }
  });

  it.each([
    variable('COOKIE_SECRET_OF_SHOP'),
    variable('SECRET_KEY:?set a secret in the environment'),
    `shop-${variable('SHOP_COOKIE_PW')}-of-the-application`,
    '{{ .Values.session.secretKey | required }}',
    '<%= secret_key_of_the_application %>',
    '<your secret of at least 32 characters>',
    '%SECRET_KEY_OF_THE_APPLICATION_HERE%',
    '__SECRET_KEY_TO_BE_REPLACED_BY_DEPLOY__',
    '$(openssl rand -base64 32 of the shell)',
    'process.env.SECRET_KEY and nothing else',
    'vault:secret/data/shop#session_secret_key',
    'django-insecure-8f$k2m!x0q7v9z4b6n1c3l5j8h0g2d4s6a',
    'r8#-[API_KEY]-x0q7v9z4b6n1c3l5j8h0g2d4',
    'r8#-<DB_PASS>-x0q7v9z4b6n1c3l5j8h0g2d4',
    `r8#-${variable('HMAC_V2X')}-x0q7v9z4b6n1c3l5j8h0g2d4`,
  ])('sees that a template was not filled in: %j', (value) => {
    expect(secretWeakness(value)).toBe('is a placeholder');
  });

  it.each([
    'TODO: change this secret',
    'fill me in later, before anybody uses it',
    'todo: change this secret before production, please',
    'please-CHANGE-ME-before-you-go-to-production',
    'CHANGE_ME_TO_SOMETHING_LONG_AND_RANDOM_32',
    'changethissecrettosomethinglongandrandom',
    'REPLACE_WITH_A_LONG_RANDOM_STRING_OF_32_CHARS',
    'ReplaceThisWithAStrongSecretForProduction',
    'insert your own random secret of 32 bytes here',
    'your-session-secret-goes-here-and-is-long',
    'thisIsMySuperSecretKeyForTheApplication123',
    'a very long secret that nobody will ever guess',
    'example-secret-key-do-not-use-in-production',
    'this is not a secure secret, it is for testing',
    'insecure-default-secret-key-for-local-development',
    'session-secret-key-must-be-at-least-32-characters',
    'a random long string to sign the session cookies',
    'The quick brown fox jumps over the lazy dog.',
    'lorem ipsum dolor sit amet, consectetur adipisici',
  ])('hears that a text of words says so: %j', (value) => {
    expect(secretWeakness(value)).toBe('is a placeholder');
  });

  it('counts bytes, not characters', () => {
    const text = 'Vq3v0oWmJ9aT5xY2kZ8rB1nC4dE6fG7';
    expect(text).toHaveLength(31);
    expect(secretWeakness(text)).toBe('has fewer than 32 bytes');
    expect(secretWeakness(`${text}h`)).toBeNull();
    expect(secretWeakness(text.replace('V', 'ä'))).toBeNull();
  });

  it.each([
    'a'.repeat(64),
    'ab'.repeat(32),
    '0123456789'.repeat(5),
    new Uint8Array(32),
    'deadbeef'.repeat(8),
    'Wd8-otter-Wd8-otter-Wd8-otter-Wd8-ott',
    'otter1-Otter2-oTTer3-otter4-otter5-otter6',
    base64('otter-moon-'.repeat(4)),
    Buffer.from('otter-moon-'.repeat(4)).toString('hex'),
    Buffer.from(Array.from({ length: 32 }, (_, index) => index)),
    Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('hex'),
    Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - 2 * index)).toString('base64'),
    'abcdefghijklmnopqrstuvwxyz0123456789',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
    'zyxwvutsrqponmlkjihgfedcba9876543210',
    '1234567890qwertyuiopasdfghjklzxcvbnm',
  ])('sees repetition and order (%#)', (value) => {
    expect(secretWeakness(value)).toBe('repeats a few characters, or counts up or down');
  });

  it.each([
    'granite violin harvest paper comet lantern',
    'zebra-otter-quilt-vortex-lemon-anvil-crypt',
    'o8c5Y2wTq0m3v9ZrK1xJ7hB4nL6sD_Ea',
    'eine längere Folge von Wörtern, die niemand errät',
  ])('leaves alone what neither repeats nor asks for another: %j', (value) => {
    expect(secretWeakness(value)).toBeNull();
  });

  const alphabet =
    (characters: string) =>
    (bytes: Draw): string =>
      Array.from(bytes(32 + ((bytes(1)[0] ?? 0) % 48)), (byte) => characters[byte % characters.length]).join('');
  const printable = String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 33 + index));

  it.each<[string, (bytes: Draw) => string | Uint8Array]>([
    ['32 bytes as they are', (bytes) => bytes(32)],
    ['32 bytes in hexadecimal', (bytes) => bytes(32).toString('hex')],
    ['32 bytes in capital hexadecimal', (bytes) => bytes(32).toString('hex').toUpperCase()],
    ['32 bytes in base64', (bytes) => bytes(32).toString('base64')],
    ['32 bytes in base64 without padding', (bytes) => bytes(32).toString('base64').replace('=', '')],
    ['32 bytes in base64url', (bytes) => bytes(32).toString('base64url')],
    ['32 bytes in base64url with padding', (bytes) => `${bytes(32).toString('base64url')}=`],
    ['24 bytes in base64', (bytes) => bytes(24).toString('base64')],
    ['48 bytes in base64url', (bytes) => bytes(48).toString('base64url')],
    ['64 bytes in base64', (bytes) => bytes(64).toString('base64')],
    ['64 bytes in hexadecimal', (bytes) => bytes(64).toString('hex')],
    ['letters and digits', alphabet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')],
    ['letters', alphabet('abcdefghijklmnopqrstuvwxyz')],
    ['base32', alphabet('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')],
    ['all that can be typed', alphabet(printable)],
  ])('never refuses a random key: %s', (form, make) => {
    const keys = Array.from({ length: draws.keys }, (_, index) =>
      make((length) => draw(`${draws.series} ${form} ${String(index)}`, length)),
    );
    expect(keys.filter((key) => secretWeakness(key) !== null)).toEqual([]);
  });

  it.each([
    '8_C5Ax#~Z[Q_GSO]A>eTv3XZa{)4J?m<$fR[84&s9/k',
    "*V6GxTII@'U>=!f/K=xk5uL9e%R(X^pU*N2<T_W08>L_q",
    'fK9%B_X4Q%v0oWmJ9aT5xY2kZ8rB1nC4dE6fG7',
  ])('takes no short name between delimiters for one of a variable: %j', (key) => {
    expect(secretWeakness(key)).toBeNull();
  });

  it('does not look for words in what has the form of 32 random bytes', () => {
    // 43 characters of base64url whose last one is as it can be.
    const chance = 'changeThisSecretPleaseBeforeProductionTodoA';
    expect(Buffer.from(chance, 'base64url').toString('base64url')).toBe(chance);
    expect(secretWeakness(chance)).toBeNull();
    expect(secretWeakness(`${chance}B`)).toBe('is a placeholder');
  });
});

it.each(['undefined', 'null', 'None', 'NaN', '[object Object]'])(
  'the hash of a variable that was not set is known: %s',
  (text) => {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(secretWeakness(createHash('sha256').update(text).digest(encoding))).toMatch(/^is a known example/);
    }
    expect(secretWeakness('123e4567-e89b-12d3-a456-426614174000')).toMatch(/^is a known example/);
  },
);
