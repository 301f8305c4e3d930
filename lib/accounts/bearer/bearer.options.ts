import { bool, duration, integer, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { DAY, MINUTE } from '../../config/time.js';
import { flaskDuration } from '../flask-duration.js';

/** Tokens for clients that keep no cookies. */
export const tokensOptions = group(
  'Access and refresh tokens for clients without cookies.',
  {
    enabled: option({
      env: 'SECURITY_TOKENS',
      kind: bool(),
      default: false,
      meaning: 'Whether clients can log in with tokens instead of a session.',
    }),
    maxAge: option({
      env: 'SECURITY_TOKEN_MAX_AGE',
      kind: flaskDuration({ min: 1_000, max: DAY }),
      default: 15 * MINUTE,
      defaultText: '15m',
      meaning: 'How long an access token is valid.',
    }),
    refreshMaxAge: option({
      env: 'SECURITY_REFRESH_TOKEN_MAX_AGE',
      kind: flaskDuration({ min: MINUTE, max: 400 * DAY }),
      default: 90 * DAY,
      defaultText: '90d',
      meaning: 'The absolute timeout of a token login, however often its tokens are refreshed.',
    }),
    refreshMaxIdle: option({
      env: 'SECURITY_REFRESH_TOKEN_MAX_IDLE',
      kind: flaskDuration({ min: MINUTE, max: 400 * DAY }),
      default: 7 * DAY,
      defaultText: '7d',
      meaning: 'The idle timeout of a token login: how long after the last refresh it ends.',
    }),
    grace: option({
      env: 'SECURITY_REFRESH_TOKEN_GRACE',
      kind: duration({ min: 0, max: 300_000 }),
      default: 30_000,
      defaultText: '30s',
      meaning:
        'How long a used refresh token still returns its successor, for parallel requests, and the former access token stays valid. Later use counts as theft.',
    }),
    fromSession: option({
      env: 'SECURITY_TOKENS_FROM_SESSION',
      kind: bool(),
      default: false,
      meaning: 'Whether users with a session can get tokens, which end with that session.',
    }),
    max: option({
      env: 'SECURITY_TOKENS_MAX',
      kind: integer({ min: 1, max: 1_000 }),
      default: 20,
      meaning: 'The maximum number of token logins of an account. A further one ends the least recently used.',
    }),
  },
  'enabled',
);

/** HTTP Basic. */
export const basicOptions = group(
  'HTTP Basic authentication for routes with `@AllowBasic()`.',
  {
    enabled: option({
      env: 'SECURITY_HTTP_BASIC',
      kind: bool(),
      default: false,
      meaning: 'Whether these routes accept an address and a password with each request.',
    }),
    realm: option<string | null>({
      env: 'SECURITY_DEFAULT_HTTP_AUTH_REALM',
      kind: text({
        nullable: true,
        pattern: /[\x20-\x21\x23-\x5b\x5d-\x7e]{1,100}/,
        expected: 'up to 100 ASCII characters without quotes and backslashes',
      }),
      default: null,
      defaultText: 'the name of the site',
      meaning:
        'The realm, which browsers may show when they ask for the password. `@AllowBasic({ realm })` sets it for one route.',
    }),
  },
  'enabled',
);
