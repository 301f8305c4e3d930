import { DAY } from '../../config/time.js';
import { bool, boolOr, duration, instance, list, nullable, oneOf, text } from '../../config/kinds.js';
import { group, option, type ResolvedOptions } from '../../config/option.js';
import { formerPlace } from '../../cookie/cookie-place.js';
import { isRememberStore, type RememberStore } from './remember-store.js';

/** The remember-me cookie and its lifetime. */
export const rememberOptions = group('The remember-me cookie, and how long a login is remembered.', {
  cookieName: option({
    env: 'REMEMBER_COOKIE_NAME',
    kind: text({ nullable: true }),
    default: null,
    defaultText: '`remember_token`, in production with the prefix `__Host-` (`__Secure-` with a domain or a path)',
    meaning: 'The name of the remember-me cookie.',
  }),
  duration: option({
    env: 'REMEMBER_COOKIE_DURATION',
    kind: duration({ min: 1000, max: 400 * DAY }),
    default: 365 * DAY,
    defaultText: '365d',
    meaning: 'How long a login is remembered; browsers keep no cookie longer than 400 days.',
  }),
  domain: option({
    env: 'REMEMBER_COOKIE_DOMAIN',
    kind: text({ nullable: true }),
    default: null,
    defaultText: 'none: the exact host only',
    meaning: 'The domain that gets the cookie, with all its subdomains.',
  }),
  path: option({
    env: 'REMEMBER_COOKIE_PATH',
    kind: text(),
    default: '/',
    meaning: 'The path that the cookie is sent to, including everything below it.',
  }),
  secure: option({
    env: 'REMEMBER_COOKIE_SECURE',
    kind: boolOr(['auto']),
    default: 'auto' as const,
    meaning: 'Send the cookie over HTTPS only; `auto`: in production, and whenever the request used HTTPS.',
  }),
  httpOnly: option({
    env: 'REMEMBER_COOKIE_HTTPONLY',
    kind: bool(),
    default: true,
    meaning: 'Hide the cookie from scripts in the page.',
  }),
  sameSite: option({
    env: 'REMEMBER_COOKIE_SAMESITE',
    kind: oneOf(['lax', 'strict', 'none']),
    default: 'lax' as const,
    meaning: 'Which requests from other sites carry the cookie; `none` needs `Secure`.',
  }),
  former: option({
    env: 'REMEMBER_COOKIE_FORMER',
    kind: list(formerPlace()),
    default: [],
    defaultText: 'none',
    meaning:
      'Where the cookie was set before its path or domain was changed. Each response that sets or clears the cookie also removes it from there.',
  }),
  refreshEachRequest: option({
    env: 'REMEMBER_COOKIE_REFRESH_EACH_REQUEST',
    kind: bool(),
    default: false,
    meaning:
      'Whether use extends it: then a login is remembered until `duration` after its last use (noted at most once a day), otherwise until `duration` after the login.',
  }),
  grace: option({
    env: 'REMEMBER_GRACE',
    kind: duration({ min: 0, max: 300_000 }),
    default: 30_000,
    defaultText: '30s',
    meaning:
      'How long a used token still leads to its successor, for parallel requests. After that, its use counts as theft.',
  }),
  store: option<RememberStore | null>({
    env: null,
    kind: nullable(instance<RememberStore>('a RememberStore', isRememberStore)),
    default: null,
    defaultText: 'in the session store',
    meaning: 'Where remembered logins are kept.',
  }),
});

export type RememberOptions = ResolvedOptions<typeof rememberOptions>;
