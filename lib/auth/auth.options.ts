import { bool, duration, fn, integer, nullable, oneOf, text } from '../config/kinds.js';
import { group, option, OptionMismatch, type OptionKind, type ResolvedOptions } from '../config/option.js';
import { DAY } from '../config/time.js';
import { listOf } from './access/names.js';
import { RoleHierarchy, roleMap, type RoleMap } from './access/role-grants.js';
import { auditOptions } from './audit/audit.options.js';
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
  | number
  | null
  | ((userId: UserId, user: SessionUser | null) => number | null | Promise<number | null>);

/** The default of `factorsOf`: every user has a password, and nothing else. */
export const ownFactors: NamesOf = () => ['pwd'];

/** The default for roles and permissions: fields of the user. */
export const ownRoles: NamesOf = (user) => listOf(user, 'roles');
export const ownPermissions: NamesOf = (user) => listOf(user, 'permissions');

/** Who the users are, where they log in, and what a login permits. */
export const authOptions = {
  userLoader: option<UserLoader | null>({
    env: null,
    kind: nullable(fn<UserLoader>('a function (id, context) => user or null')),
    default: null,
    defaultText: 'a provider with `@UserLoader()`; without one, a user is `{ id }`',
    meaning: 'Finds the user by the id in the session; null: the user does not exist any more, and the login ends.',
  }),
  userIdField: option({
    env: 'SESSION_USER_ID_FIELD',
    kind: text({ pattern: /[A-Za-z_$][\w$]*/, expected: 'the name of a field, such as id' }),
    default: 'id',
    meaning:
      'The field of the user whose value is stored in the session. If you choose a field that can change, changing it ends all logins of the user.',
  }),
  isActive: option<IsActive>({
    env: null,
    kind: fn('a function (user) => true or false'),
    default: () => isActiveByItself,
    defaultText: '`user.isActive`, a field or a method; without one: active',
    meaning:
      'Whether a user may log in, and stay logged in. Called at every login and once per request. May be asynchronous.',
  }),
  rolesOf: option<NamesOf>({
    env: null,
    kind: fn('a function (user) => names of roles'),
    default: () => ownRoles,
    defaultText: '`user.roles`: strings, or objects with a `name`',
    meaning: 'The roles of a user, for `@Roles()`. May be asynchronous.',
  }),
  permissionsOf: option<NamesOf>({
    env: null,
    kind: fn('a function (user) => names of permissions'),
    default: () => ownPermissions,
    defaultText: '`user.permissions`: strings, or objects with a `name`',
    meaning: 'The permissions of a user, for `@Permissions()`. May be asynchronous.',
  }),
  roles: option<RoleHierarchy, RoleMap>({
    env: null,
    kind: roleMap(),
    default: RoleHierarchy.none,
    defaultText: 'none: each role is itself alone',
    meaning:
      "What roles grant: `{ editor: { includes: ['author'], permissions: ['articles:*'] }, author: {} }`. Users with a role have those that it " +
      'includes, too, and the permissions of all of them.',
  }),
  factorsOf: option<NamesOf>({
    env: null,
    kind: fn('a function (user) => names of factors'),
    default: () => ownFactors,
    defaultText: 'only `pwd`',
    meaning: "The factors that a user has, for `@Fresh({ factors: 'all' })`. May be asynchronous.",
  }),
  anonymousUser: option<(() => object) | null>({
    env: null,
    kind: nullable(fn('a function () => user')),
    default: null,
    defaultText: 'none: `null`',
    meaning: 'Creates what `@CurrentUser()` injects if nobody is logged in. Guards do not accept it as a user.',
  }),
  redirects: group('Where guards redirect browsers that they refuse.', {
    loginUrl: option({
      env: 'SESSION_LOGIN_URL',
      kind: pageUrl,
      default: null,
      defaultText: 'none: a 401',
      meaning:
        'The login page: `SessionAuthGuard` redirects a browser that is not logged in there, with `?next=`. API clients always get a 401.',
    }),
    confirmUrl: option({
      env: 'SESSION_CONFIRM_URL',
      kind: pageUrl,
      default: null,
      defaultText: 'none: a 401',
      meaning:
        'The re-authentication page: a browser whose login is not fresh enough for `@Fresh()` is redirected there, with `?next=` and `&action=`.',
    }),
    refusal: option({
      env: 'SESSION_REFUSAL',
      kind: oneOf(['auto', 'json', 'redirect']),
      default: 'auto' as const,
      meaning:
        'How a guard refuses access: always with `json`, always with a `redirect`, or `auto`: browsers are redirected, others get JSON.',
    }),
    nextField: option({
      env: 'SESSION_NEXT_FIELD',
      kind: text({ pattern: /[A-Za-z][\w.-]*/, expected: 'the name of a query parameter, such as next' }),
      default: 'next',
      meaning: 'The query parameter that gives the login page the requested place.',
    }),
    nextInSession: option({
      env: 'USE_SESSION_FOR_NEXT',
      kind: bool(),
      default: false,
      meaning:
        'Store the requested place in the session instead (`session.next`). Every client that is redirected then gets a session.',
    }),
    host: option({
      env: 'FORCE_HOST_FOR_REDIRECTS',
      kind: text({ nullable: true, pattern: /[\w.-]+(?::\d{1,5})?/, expected: 'a host, with a port if needed' }),
      default: null,
      defaultText: 'none',
      meaning: 'The host in redirects to a login page of this site, whatever the request named.',
    }),
  }),
  messages: group('Flash messages for the pages that browsers are redirected to.', {
    login: message('login page', 'SESSION_LOGIN_MESSAGE', 'SESSION_LOGIN_MESSAGE_CATEGORY'),
    confirm: message('re-authentication page', 'SESSION_CONFIRM_MESSAGE', 'SESSION_CONFIRM_MESSAGE_CATEGORY'),
  }),
  freshFor: option({
    env: 'SESSION_FRESH_FOR',
    kind: duration({ min: 1000, nullable: true }),
    default: DAY,
    defaultText: '24h',
    meaning: 'How long a login is fresh for `@Fresh()` without `within`; `null`: as long as it lasts.',
  }),
  protection: group('What happens to a login that another client uses.', {
    mode: option({
      env: 'SESSION_PROTECTION',
      kind: oneOf(['basic', 'strong'], { nullable: true }),
      default: 'basic' as const,
      meaning:
        'What happens to a login that is used by another client, judged by user agent and network: `basic`: it is no longer fresh; `strong`: the session ends; `null`: nothing.',
    }),
    ipv4: option({
      env: 'SESSION_PROTECTION_IPV4',
      kind: integer({ min: 0, max: 32 }),
      default: 0,
      defaultText: '0: none, so that phones can roam',
      meaning: 'How many leading bits of an IPv4 address make the network that protection compares.',
    }),
    ipv6: option({
      env: 'SESSION_PROTECTION_IPV6',
      kind: integer({ min: 0, max: 128 }),
      default: 0,
      defaultText: '0: none, so that phones can roam',
      meaning: 'How many leading bits of an IPv6 address make the network that protection compares.',
    }),
  }),
  maxSessionsPerUser: group(
    'The limit of sessions per user: the number alone, or with what happens at the limit.',
    {
      max: option<SessionLimit, SessionLimit>({
        env: 'SESSION_MAX_PER_USER',
        kind: sessionLimit(),
        default: null,
        defaultText: 'any number',
        meaning: 'How many sessions a user may have at once; in code also a function of the user.',
      }),
      onTooMany: option({
        env: 'SESSION_ON_TOO_MANY',
        kind: oneOf(['end-oldest', 'refuse']),
        default: 'end-oldest' as const,
        meaning:
          'What happens to a login that exceeds the limit: end the oldest session, or reject the login with a 403.',
      }),
    },
    'max',
  ),
  timeoutsOf: option<((user: SessionUser) => LoginTimeouts | null) | null>({
    env: null,
    kind: nullable(fn('a function (user) => { idleTimeout, absoluteTimeout } or null')),
    default: null,
    defaultText: "none: the module's",
    meaning: 'Separate timeouts for a login, e.g. shorter ones for administrators.',
  }),
  logoutAllUsersInterval: option({
    env: 'SESSION_EVERYONE_INTERVAL',
    kind: duration({ min: 0 }),
    default: 30_000,
    defaultText: '30s',
    meaning: 'How long a process may go without looking whether `logoutAllUsers()` was called in another one.',
  }),
  ...auditOptions,
  remember: rememberOptions,
};

export type AuthOptions = ResolvedOptions<typeof authOptions>;

/** A flash message, and its category. */
function message(page: string, env: string, categoryEnv: string) {
  const options = {
    text: option<string | null>({
      env,
      kind: text({ nullable: true }),
      default: null,
      defaultText: 'none',
      meaning: `A flash message for the ${page}. Every client that is redirected then gets a session.`,
    }),
    category: option({ env: categoryEnv, kind: text(), default: 'message', meaning: 'Its category.' }),
  };
  return group(`The flash message for the ${page}: its text alone, or with its category.`, options, 'text');
}

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
