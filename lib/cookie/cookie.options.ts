import { bool, boolOr, list, nullable, oneOf, secret, text } from '../config/kinds.js';
import { group, option, type ResolvedOptions } from '../config/option.js';
import { formerPlace } from './cookie-place.js';

/** The session cookie: its name and its attributes. */
export const cookieOptions = group('The session cookie: its name and its attributes.', {
  name: option({
    env: 'SESSION_COOKIE_NAME',
    kind: text({ nullable: true }),
    default: null,
    defaultText: '`auto` in production, else `session`',
    meaning:
      'The name of the cookie. `auto` is `session` with the strongest prefix that the other settings allow, and `auto:shop` is `shop` with it: `__Host-` or, with a domain or a path, `__Secure-`, which make browsers enforce the attributes. Neither is used where `Secure` is not certain.',
  }),
  path: option({
    env: 'SESSION_COOKIE_PATH',
    kind: text(),
    default: '/',
    meaning: 'The path that the cookie is sent to, including everything below it.',
  }),
  domain: option({
    env: 'SESSION_COOKIE_DOMAIN',
    kind: text({ nullable: true }),
    default: null,
    defaultText: 'none: the exact host only',
    meaning: 'The domain that gets the cookie, with all its subdomains. A leading dot and a port are dropped.',
  }),
  secure: option({
    env: 'SESSION_COOKIE_SECURE',
    kind: boolOr(['auto']),
    default: 'auto' as const,
    meaning: 'Send the cookie over HTTPS only; `auto`: in production, and whenever the request used HTTPS.',
  }),
  httpOnly: option({
    env: 'SESSION_COOKIE_HTTPONLY',
    kind: bool(),
    default: true,
    meaning: 'Hide the cookie from scripts in the page.',
  }),
  sameSite: option({
    env: 'SESSION_COOKIE_SAMESITE',
    kind: oneOf(['lax', 'strict', 'none']),
    default: 'lax' as const,
    meaning: 'Which requests from other sites carry the cookie; `none` needs `Secure`. It is always sent.',
  }),
  partitioned: option({
    env: 'SESSION_COOKIE_PARTITIONED',
    kind: bool(),
    default: false,
    meaning: 'A separate cookie jar for each site that embeds the application (CHIPS). Turns `Secure` on.',
  }),
  former: option({
    env: 'SESSION_COOKIE_FORMER',
    kind: list(formerPlace()),
    default: [],
    defaultText: 'none',
    meaning:
      'Where the cookie was set before its path, domain or `partitioned` was changed. Each response that sets or clears the cookie also removes it from there.',
  }),
});

/** The signing secret, and former secrets that still verify. */
export const keyOptions = {
  secretKey: option({
    env: 'SECRET_KEY',
    kind: nullable(secret()),
    default: null,
    defaultText: 'none: rejected in production, else a random one for this process',
    meaning: 'The secret from which the keys are derived: 32 random bytes or more.',
    secret: true,
  }),
  secretKeyFallbacks: option({
    env: 'SECRET_KEY_FALLBACKS',
    kind: list(secret()),
    default: [],
    defaultText: 'none',
    meaning: 'Former secrets. They only verify; a cookie signed with one of them is signed again with the current one.',
    secret: true,
  }),
};

export type CookieOptions = ResolvedOptions<typeof cookieOptions>;
export type KeyOptions = ResolvedOptions<typeof keyOptions>;
