import { bool, duration, fn, integer, nullable, oneOf, text } from '../config/kinds.js';
import { option, OptionMismatch, type OptionKind, type ResolvedOptions } from '../config/option.js';
import { listOf } from './access/names.js';
import { rememberOptions } from './remember/remember.options.js';
import { isActiveByItself, type IsActive } from './users/active.js';
import type { SessionUser, UserId, UserLoader } from './users/user.js';

/** A path of this site, or a URL of another application. */
const pageUrl = text({
  nullable: true,
  // With a second slash or a backslash, browsers would read a path as another host.
  pattern:
    /\/(?:[\x21-\x2e\x30-\x5b\x5d-\x7e][\x21-\x7e]*)?|(?:https:\/\/[^\s/?#@\\]+|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)(?:[/?#][\x21-\x7e]*)?/i,
  expected:
    'a path such as /login, or a URL that begins with https:// (http:// for localhost only), percent-encoded where needed',
});

/** The names of a user's roles, permissions or factors. */
export type NamesOf = (user: SessionUser) => Iterable<string> | Promise<Iterable<string>>;

/** A login's own timeouts; omitted ones are the module's. In seconds, or as a string such as `15m`; null: none. */
export interface LoginTimeouts {
  readonly idleTimeout?: number | string | null | undefined;
  readonly absoluteTimeout?: number | string | null | undefined;
}

/** How many sessions a user may have; null: any number. */
export type SessionLimit =
  number | null | ((userId: UserId, user: SessionUser | null) => number | null | Promise<number | null>);

/** The default for roles and permissions: fields of the user. */
export const ownRoles: NamesOf = (user) => listOf(user, 'roles');
export const ownPermissions: NamesOf = (user) => listOf(user, 'permissions');

/** Who the users are, where they log in, and what a login permits. */
export const authOptions = {
  userLoader: option<UserLoader | null>({
    env: null,
    kind: nullable(fn<UserLoader>('a function (id, context) => user or null')),
    default: null,
    defaultText: 'a provider with `@UserLoader()`; where there is none, a user is `{ id }`',
    meaning:
      'Finds the user with the id that the session holds; null: there is no such user (any more), and the login ends.',
  }),
  userIdField: option({
    env: 'SESSION_USER_ID_FIELD',
    kind: text({ pattern: /[A-Za-z_$][\w$]*/, expected: 'the name of a field, such as id' }),
    default: 'id',
    meaning:
      'The field of a user whose value the session holds. With one whose value can be changed, changing it ends all logins of the user.',
  }),
  isActive: option<IsActive>({
    env: null,
    kind: fn('a function (user) => true or false'),
    default: () => isActiveByItself,
    defaultText: 'what `user.isActive` says, a field or a method; without one: yes',
    meaning: 'Whether a user may log in, and stay so. Asked at every login and once a request. May be asynchronous.',
  }),
  rolesOf: option<NamesOf>({
    env: null,
    kind: fn('a function (user) => names of roles'),
    default: () => ownRoles,
    defaultText: '`user.roles`: texts, or objects with a `name`',
    meaning: 'The roles of a user, for `@Roles()`. May be asynchronous.',
  }),
  permissionsOf: option<NamesOf>({
    env: null,
    kind: fn('a function (user) => names of permissions'),
    default: () => ownPermissions,
    defaultText: '`user.permissions`: texts, or objects with a `name`',
    meaning: 'The permissions of a user, for `@Permissions()`. May be asynchronous.',
  }),
  factorsOf: option<NamesOf>({
    env: null,
    kind: fn('a function (user) => names of factors'),
    default: () => () => ['pwd'],
    defaultText: '`pwd` alone',
    meaning: "The factors that a user has, for `@Fresh({ factors: 'all' })`. May be asynchronous.",
  }),
  anonymousUser: option<(() => object) | null>({
    env: null,
    kind: nullable(fn('a function () => user')),
    default: null,
    defaultText: 'none: `null`',
    meaning: 'Makes what `@CurrentUser()` injects where nobody is logged in. No guard takes it for a user.',
  }),
  loginUrl: option({
    env: 'SESSION_LOGIN_URL',
    kind: pageUrl,
    default: null,
    defaultText: 'none: a 401',
    meaning:
      'Where `SessionAuthGuard` sends a browser that is not logged in, with `?next=`. API clients get a 401 in any case.',
  }),
  confirmUrl: option({
    env: 'SESSION_CONFIRM_URL',
    kind: pageUrl,
    default: null,
    defaultText: 'none: a 401',
    meaning: 'Where a browser is sent whose login is not fresh enough for `@Fresh()`, with `?next=` and `&action=`.',
  }),
  refusal: option({
    env: 'SESSION_REFUSAL',
    kind: oneOf(['auto', 'json', 'redirect']),
    default: 'auto' as const,
    meaning:
      'How a guard refuses: `json` always, `redirect` always, or `auto`: browsers are redirected, others get JSON.',
  }),
  nextField: option({
    env: 'SESSION_NEXT_FIELD',
    kind: text({ pattern: /[A-Za-z][\w.-]*/, expected: 'the name of a query parameter, such as next' }),
    default: 'next',
    meaning: 'The query parameter that tells the login page where the browser wanted to go.',
  }),
  nextInSession: option({
    env: 'USE_SESSION_FOR_NEXT',
    kind: bool(),
    default: false,
    meaning:
      'Keep that place in the session instead (`session.next`). Every visitor who is refused then gets a session.',
  }),
  redirectHost: option({
    env: 'FORCE_HOST_FOR_REDIRECTS',
    kind: text({ nullable: true, pattern: /[\w.-]+(?::\d{1,5})?/, expected: 'a host, with a port where needed' }),
    default: null,
    defaultText: 'none',
    meaning: 'The host that the redirect to a login page of the site names, whatever the request said.',
  }),
  loginMessage: option({
    env: 'SESSION_LOGIN_MESSAGE',
    kind: text({ nullable: true }),
    default: null,
    defaultText: 'none',
    meaning: 'A flash message for the login page. Every visitor who is redirected then gets a session.',
  }),
  loginMessageCategory: option({
    env: 'SESSION_LOGIN_MESSAGE_CATEGORY',
    kind: text(),
    default: 'message',
    meaning: 'Its category.',
  }),
  confirmMessage: option({
    env: 'SESSION_CONFIRM_MESSAGE',
    kind: text({ nullable: true }),
    default: null,
    defaultText: 'none',
    meaning: 'A flash message for the page that asks to confirm who one is.',
  }),
  confirmMessageCategory: option({
    env: 'SESSION_CONFIRM_MESSAGE_CATEGORY',
    kind: text(),
    default: 'message',
    meaning: 'Its category.',
  }),
  freshFor: option({
    env: 'SESSION_FRESH_FOR',
    kind: duration({ min: 1000, nullable: true }),
    default: 86_400_000,
    defaultText: '24h',
    meaning: 'How long a login is fresh for `@Fresh()` without `within`; `null`: as long as it lasts.',
  }),
  protection: option({
    env: 'SESSION_PROTECTION',
    kind: oneOf(['basic', 'strong'], { nullable: true }),
    default: 'basic' as const,
    meaning:
      'What becomes of a login that another client uses, by user agent and network: `basic`: it is not fresh any more; `strong`: the session ends; `null`: nothing.',
  }),
  protectionIpv4: option({
    env: 'SESSION_PROTECTION_IPV4',
    kind: integer({ min: 0, max: 32 }),
    default: 0,
    defaultText: '0: none, so that a phone may roam',
    meaning: 'How many bits of an IPv4 address make the network that protection compares.',
  }),
  protectionIpv6: option({
    env: 'SESSION_PROTECTION_IPV6',
    kind: integer({ min: 0, max: 128 }),
    default: 0,
    defaultText: '0: none, so that a phone may roam',
    meaning: 'How many bits of an IPv6 address make the network that protection compares.',
  }),
  maxSessionsPerUser: option<SessionLimit, SessionLimit>({
    env: 'SESSION_MAX_PER_USER',
    kind: sessionLimit(),
    default: null,
    defaultText: 'any number',
    meaning: 'How many sessions a user may have at a time; in code also a function of the user.',
  }),
  onTooManySessions: option({
    env: 'SESSION_ON_TOO_MANY',
    kind: oneOf(['end-oldest', 'refuse']),
    default: 'end-oldest' as const,
    meaning: 'What a login does that would be one too many: end the oldest, or be refused with a 403.',
  }),
  timeoutsOf: option<((user: SessionUser) => LoginTimeouts | null) | null>({
    env: null,
    kind: nullable(fn('a function (user) => { idleTimeout, absoluteTimeout } or null')),
    default: null,
    defaultText: "none: the module's",
    meaning: 'Timeouts of its own for a login, e.g. shorter ones for administrators.',
  }),
  everyoneInterval: option({
    env: 'SESSION_EVERYONE_INTERVAL',
    kind: duration({ min: 0 }),
    default: 30_000,
    defaultText: '30s',
    meaning: 'How long a process may go without looking whether `logoutAllUsers()` was called in another one.',
  }),
  remember: rememberOptions,
};

export type AuthOptions = ResolvedOptions<typeof authOptions>;

function sessionLimit(): OptionKind<SessionLimit> {
  const number = nullable(integer({ min: 1 }));
  return {
    expected: `${number.expected}, or in code a function (userId, user) => such a number`,
    parse(raw, source) {
      if (typeof raw === 'function') return source === 'code' ? (raw as SessionLimit) : new OptionMismatch();
      return number.parse(raw, source);
    },
  };
}
