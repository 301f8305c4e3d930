import { bool, duration, integer, list, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

/** The name of a scope (RFC 6749, 3.3, without characters that mean something elsewhere). */
export const scopeName = text({ pattern: /[A-Za-z][\w.:/-]{0,63}/, expected: 'a name such as orders:read' });

/** Keys by which programs use an account. */
export const apiKeysOptions = group(
  'API keys, which let programs use an account within some scopes.',
  {
    enabled: option({
      env: 'SECURITY_API_KEYS',
      kind: bool(),
      default: false,
      meaning: 'Whether accounts can have API keys.',
    }),
    scopes: option<readonly string[]>({
      env: 'SECURITY_API_KEY_SCOPES',
      kind: list(scopeName),
      default: [],
      defaultText: 'none; required if API keys are on',
      meaning:
        'The scopes that keys can have. `@Scopes()` declares which of them a route needs; routes without it accept no keys.',
    }),
    prefix: option({
      env: 'SECURITY_API_KEY_PREFIX',
      kind: text({ pattern: /[a-z][a-z0-9]{1,15}/, expected: '2 to 16 lower-case letters and digits, such as shop' }),
      default: 'key',
      meaning:
        'The prefix of keys, by which people and secret scanners recognise them. If you change it, existing keys stop working.',
    }),
    max: option({
      env: 'SECURITY_API_KEYS_MAX',
      kind: integer({ min: 1, max: 1_000 }),
      default: 20,
      meaning: 'The maximum number of keys of an account.',
    }),
    maxAge: option<number | null, number | string | null>({
      env: 'SECURITY_API_KEY_MAX_AGE',
      kind: duration({ min: 60_000, nullable: true }),
      default: null,
      defaultText: 'none: until they are revoked',
      meaning: 'The maximum lifetime of a key, and its lifetime if its owner does not choose one.',
    }),
    perMinute: option<number | null>({
      env: 'SECURITY_API_KEY_PER_MINUTE',
      kind: integer({ min: 1, max: 1_000_000, nullable: true }),
      default: 600,
      meaning: 'The maximum number of requests a minute with one key; further ones get a 429. `null`: no limit.',
    }),
  },
  'enabled',
);
