import { bool, duration, integer, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { DAY, MINUTE } from '../../config/time.js';
import { flaskDuration } from '../flask-duration.js';

/** Tokens for clients that keep no cookies. */
export const tokensOptions = group(
  'Access and refresh tokens, for clients that keep no cookies.',
  {
    enabled: option({
      env: 'SECURITY_TOKENS',
      kind: bool(),
      default: false,
      meaning: 'Whether a login can be made that is in tokens, and in no session.',
    }),
    maxAge: option({
      env: 'SECURITY_TOKEN_MAX_AGE',
      kind: flaskDuration({ min: 1_000, max: DAY }),
      default: 15 * MINUTE,
      defaultText: '15m',
      meaning: 'For how long an access token is valid.',
    }),
    refreshMaxAge: option({
      env: 'SECURITY_REFRESH_TOKEN_MAX_AGE',
      kind: flaskDuration({ min: MINUTE, max: 400 * DAY }),
      default: 90 * DAY,
      defaultText: '90d',
      meaning: 'For how long such a login lasts at most, however often its tokens are refreshed.',
    }),
    refreshMaxIdle: option({
      env: 'SECURITY_REFRESH_TOKEN_MAX_IDLE',
      kind: flaskDuration({ min: MINUTE, max: 400 * DAY }),
      default: 7 * DAY,
      defaultText: '7d',
      meaning: 'For how long it lasts after its tokens were refreshed last.',
    }),
    grace: option({
      env: 'SECURITY_REFRESH_TOKEN_GRACE',
      kind: duration({ min: 0, max: 300_000 }),
      default: 30_000,
      defaultText: '30s',
      meaning:
        'How long a used refresh token still leads to its successor, for parallel requests, and the access token before it is valid. After that, its use counts as theft.',
    }),
    fromSession: option({
      env: 'SECURITY_TOKENS_FROM_SESSION',
      kind: bool(),
      default: false,
      meaning: 'Whether who is logged in by a session gets tokens as well, which end with that session.',
    }),
    max: option({
      env: 'SECURITY_TOKENS_MAX',
      kind: integer({ min: 1, max: 1_000 }),
      default: 20,
      meaning: 'How many such logins an account can have. The one that was used longest ago ends for a new one.',
    }),
  },
  'enabled',
);

/** HTTP Basic. */
export const basicOptions = group(
  'HTTP Basic, for the routes that are marked with `@AllowBasic()`.',
  {
    enabled: option({
      env: 'SECURITY_HTTP_BASIC',
      kind: bool(),
      default: false,
      meaning: 'Whether these routes take an address and a password with each request.',
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
      meaning: 'What a browser shows when it asks for them. `@AllowBasic({ realm })` sets that of a route.',
    }),
  },
  'enabled',
);
