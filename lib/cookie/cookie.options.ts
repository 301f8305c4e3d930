import { bool, boolOr, list, nullable, oneOf, secret, text } from '../config/kinds.js';
import { group, option, type ResolvedOptions } from '../config/option.js';
import { formerPlace } from './cookie-place.js';

/** The session cookie: its name and its attributes. */
export const cookieOptions = group('The session cookie: its name and its attributes.', {
  name: option({
    env: 'SESSION_COOKIE_NAME',
    kind: text({ nullable: true }),
    default: null,
    defaultText: '`__Host-session` in production (`__Secure-session` with a domain or a path), else `session`',
    meaning: 'The name of the cookie.',
  }),
  prefix: option({
    env: 'SESSION_COOKIE_PREFIX',
    kind: oneOf(['auto', 'host', 'secure', 'none'], { nullable: true }),
    default: null,
    defaultText: '`auto` in production where no name is set, else `none`',
    meaning:
      'The name prefix that makes browsers insist on the attributes: `host` for `__Host-`, `secure` for `__Secure-`; `auto` picks the strongest that the other settings allow.',
  }),
  path: option({
    env: 'SESSION_COOKIE_PATH',
    kind: text(),
    default: '/',
    meaning: 'The path that the cookie is sent to, and everything below it.',
  }),
  domain: option({
    env: 'SESSION_COOKIE_DOMAIN',
    kind: text({ nullable: true }),
    default: null,
    defaultText: 'none: the exact host alone',
    meaning: 'The domain that gets the cookie, with all its subdomains. A leading dot and a port are dropped.',
  }),
  secure: option({
    env: 'SESSION_COOKIE_SECURE',
    kind: boolOr(['auto']),
    default: 'auto' as const,
    meaning: 'Send the cookie over HTTPS alone; `auto`: in production, and wherever the request came by HTTPS.',
  }),
  httpOnly: option({
    env: 'SESSION_COOKIE_HTTPONLY',
    kind: bool(),
    default: true,
    meaning: 'Keep the cookie from scripts in the page.',
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
    meaning: 'A jar of its own for each site that embeds the application (CHIPS). It turns `Secure` on.',
  }),
  former: option({
    env: 'SESSION_COOKIE_FORMER',
    kind: list(formerPlace()),
    default: [],
    defaultText: 'none',
    meaning:
      'Where the cookie was set before its path, its domain or `partitioned` was changed. Each answer that sets or clears the cookie removes it from there, too.',
  }),
});

/** The signing secret, and former secrets that still verify. */
export const keyOptions = {
  secretKey: option({
    env: 'SECRET_KEY',
    kind: nullable(secret()),
    default: null,
    defaultText: 'none: refused in production, else a random one for this process',
    meaning: 'The secret that the keys are made from: 32 random bytes or more.',
    secret: true,
  }),
  secretKeyFallbacks: option({
    env: 'SECRET_KEY_FALLBACKS',
    kind: list(secret()),
    default: [],
    defaultText: 'none',
    meaning: 'Former secrets. They verify only; a cookie that one of them signed is signed again with the current one.',
    secret: true,
  }),
};

export type CookieOptions = ResolvedOptions<typeof cookieOptions>;
export type KeyOptions = ResolvedOptions<typeof keyOptions>;
