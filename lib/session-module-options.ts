// Made by `npm run docs` from the declarations in lib/**/*.options.ts. Change those, and run it again.

import type { RoleGrants } from './auth/access/role-grants.js';
import type { LoginTimeouts, NamesOf, SessionLimit } from './auth/auth.options.js';
import type { IsFailure } from './auth/limiter/failure.js';
import type { LimiterStorage } from './auth/limiter/limiter-storage.js';
import type { RememberStore } from './auth/remember/remember-store.js';
import type { IsActive } from './auth/users/active.js';
import type { SessionUser, UserLoader } from './auth/users/user.js';
import type { FormerPlace } from './cookie/cookie-place.js';
import type { SessionSource } from './session/foreign-session.js';
import type { SessionObserver } from './session/observer.js';
import type { Serializer } from './session/serializer/serializer.js';
import type { DynamoDbClient } from './stores/dynamodb/dynamodb.client.js';
import type { MemcachedClient } from './stores/memcached/memcached.client.js';
import type { MongoDbClient } from './stores/mongodb/mongodb.client.js';
import type { RedisClient } from './stores/redis/redis.client.js';
import type { SessionStore } from './stores/session-store.js';
import type { GivenDatabase } from './stores/sql/given-database.js';

/** What `SessionModule.forRoot()` takes. Every option has a default or an environment key. `@publicApi` */
export interface SessionModuleOptions {
  /**
   * The secret from which the keys are derived: 32 random bytes or more.
   *
   * Takes a non-empty string or bytes, or null for none. Default: none: rejected in production, else a random
   * one for this process.
   *
   * Environment: `SECRET_KEY` or `SESSION_SECRET_KEY`.
   */
  secretKey?: string | Uint8Array | null | undefined;
  /**
   * Former secrets. They only verify; a cookie signed with one of them is signed again with the current one.
   *
   * Takes an array, each item a non-empty string or bytes. Default: none.
   *
   * Environment: `SECRET_KEY_FALLBACKS` or `SESSION_SECRET_KEY_FALLBACKS`.
   */
  secretKeyFallbacks?: readonly (string | Uint8Array)[] | undefined;
  /**
   * Which store keeps the sessions; `cookie`: no store, sessions are in encrypted cookies.
   *
   * Takes one of memory, filesystem, lmdb, redis, sql, mongodb, memcached, dynamodb, null, cookie, or null for
   * none. Default: `memory`, with a warning; in production there is none.
   *
   * Environment: `SESSION_TYPE`.
   */
  type?:
    | 'memory'
    | 'filesystem'
    | 'lmdb'
    | 'redis'
    | 'sql'
    | 'mongodb'
    | 'memcached'
    | 'dynamodb'
    | 'null'
    | 'cookie'
    | null
    | undefined;
  /**
   * Your store; takes precedence over `type`. It is used as it is, and never closed.
   *
   * Takes a SessionStore, with read, write, touch and delete, or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  store?: SessionStore | null | undefined;
  /**
   * Idle timeout: a session that is not used for this long expires. Applies to every session, permanent or not;
   * `null` turns it off.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 1ms or more, or null for none. Default: 31d.
   *
   * Environment: `PERMANENT_SESSION_LIFETIME` or `SESSION_IDLE_TIMEOUT`.
   */
  idleTimeout?: string | number | null | undefined;
  /**
   * Absolute timeout: a session expires this long after it was created, however much it is used; `null` turns it
   * off.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 1ms or more, or null for none. Default: 90d.
   *
   * Environment: `SESSION_ABSOLUTE_TIMEOUT`.
   */
  absoluteTimeout?: string | number | null | undefined;
  /**
   * How often users must log in, whatever the other timeouts say: `monthly`: 30d in total; `daily`: 24h in
   * total, 1h idle; `twice-daily`: 12h in total, 15m idle. These are the limits of NIST SP 800-63B-4 for AAL 1,
   * 2 and 3. Under the latter two, remember-me is off.
   *
   * Takes one of monthly, daily, twice-daily, or null for none. Default: none.
   *
   * Until 1.0 it also takes aal1, aal2, aal3, which are the same in this order.
   *
   * Environment: `SESSION_TIMEOUTS`.
   */
  timeouts?: 'monthly' | 'daily' | 'twice-daily' | 'aal1' | 'aal2' | 'aal3' | null | undefined;
  /**
   * Whether the cookie of a new session outlives the browser; `session.permanent` changes it for one session.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SESSION_PERMANENT`.
   */
  permanent?: boolean | undefined;
  /**
   * How old a cookie may be before reading extends the session in the store and issues the cookie again;
   * `false`: only a change does. `SESSION_REFRESH_EACH_REQUEST=false`, as in Flask, is the same as `false`.
   *
   * Takes auto, false, or a duration such as 30m or 31d, or a number of seconds. Default: `auto`: a twentieth of
   * the idle timeout, at most 5m.
   *
   * Environment: `SESSION_REFRESH_INTERVAL` or `SESSION_REFRESH`.
   */
  refresh?: string | number | false | undefined;
  /**
   * How often a session in use gets a new id.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 1ms or more, or null for none. Default: off.
   *
   * Environment: `SESSION_ROTATE_EVERY`.
   */
  rotateEvery?: string | number | null | undefined;
  /**
   * How long the id before a periodic rotation still leads to the session, for requests in flight.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 1ms or more. Default: 30s.
   *
   * Environment: `SESSION_ROTATE_GRACE`.
   */
  rotateGrace?: string | number | undefined;
  /** @deprecated Leave it out. */
  idLength?: number | undefined;
  /**
   * The prefix of the keys in the store.
   *
   * Takes a string. Default: `session:`.
   *
   * Environment: `SESSION_KEY_PREFIX`.
   */
  keyPrefix?: string | undefined;
  /**
   * The format of records: `msgpack`, `json`, or in code a `Serializer`. Both built-in formats are read,
   * whichever is written.
   *
   * Takes one of msgpack, json, or in code an object with encode and decode. Default: `msgpack`.
   *
   * Environment: `SESSION_SERIALIZATION_FORMAT` or `SESSION_SERIALIZER`.
   */
  serializer?: 'msgpack' | 'json' | Serializer | undefined;
  /**
   * The maximum size of a stored session. One that is already larger may stay, and shrink.
   *
   * Takes a size such as 4kb or 1mb, or a number of bytes, 128b or more. Default: 256kb.
   *
   * Environment: `SESSION_MAX_SIZE`.
   */
  maxSize?: string | number | undefined;
  /**
   * How many values a session may hold, at any depth: each string, number, array, object and so on, and each
   * flash message as three. `null`: as many as fit into `maxSize`.
   *
   * Takes a whole number, 64 or more, or null for none. Default: `20000`.
   *
   * Environment: `SESSION_MAX_NODES`.
   */
  maxNodes?: number | null | undefined;
  /**
   * How often a write is retried if other requests change the same session, before the request gets a 503.
   *
   * Takes a whole number, from 0 to 10000. Default: `64`.
   *
   * Environment: `SESSION_MAX_RETRIES`.
   */
  maxRetries?: number | undefined;
  /**
   * What happens to a request that changed a session which was ended while it ran: nothing is saved, and with
   * `error` the response is a 409.
   *
   * Takes one of drop, error. Default: `drop`.
   *
   * Environment: `SESSION_ON_GONE`.
   */
  onGone?: 'drop' | 'error' | undefined;
  /**
   * Sources of live sessions of other frameworks, which are migrated: read in order if a request has one of
   * their cookies and no session of ours.
   *
   * Takes an array, each item a source of sessions, such as from fromFlask() or fromExpress(). Default: none.
   *
   * Can be given in code alone.
   */
  migrateFrom?: readonly SessionSource[] | undefined;
  /**
   * A listener for late writes, overwritten values, broken records, logins and so on.
   *
   * Takes an object with methods of SessionObserver, or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  observer?: SessionObserver | null | undefined;
  /**
   * The clock for timeouts; for tests.
   *
   * Takes a function that returns the time in ms since the epoch. Default: `Date.now`.
   *
   * Can be given in code alone.
   */
  clock?: (() => number) | undefined;
  /**
   * When a session is saved. `interceptor`: after the handler, so that a failure reaches exception filters.
   * `response`: only when the response is sent, which costs less.
   *
   * Takes one of interceptor, response. Default: `interceptor`.
   *
   * Environment: `SESSION_COMMIT`.
   */
  commit?: 'interceptor' | 'response' | undefined;
  /**
   * Whether changes are saved if the handler throws. With `commit: response` (and for guards), a response with a
   * status of 400 or above counts as an error.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SESSION_COMMIT_ON_ERROR`.
   */
  commitOnError?: boolean | undefined;
  /**
   * Loads every session before everything else and sets `req.session` in the form of express-session, for
   * Passport and the like.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SESSION_EAGER`.
   */
  eager?: boolean | undefined;
  /**
   * Makes `SessionService.current()` and `AuthService.current()` available in all code that runs for a request,
   * without a request in hand.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SESSION_REQUEST_CONTEXT`.
   */
  requestContext?: boolean | undefined;
  /**
   * How long a store call may take at most.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 1ms or more. Default: 2s.
   *
   * Environment: `SESSION_STORE_TIMEOUT`.
   */
  storeTimeout?: string | number | undefined;
  /**
   * What happens if a session cannot be loaded: `fail` responds with a 503; `anonymous` continues with an empty,
   * read-only session. Guards respond with a 503 either way.
   *
   * Takes one of fail, anonymous. Default: `fail`.
   *
   * Environment: `SESSION_ON_STORE_ERROR`.
   */
  onStoreError?: 'fail' | 'anonymous' | undefined;
  /**
   * The application’s URL for browsers, including a path prefix that a proxy removes:
   * `https://example.com/shop`.
   *
   * Takes a URL such as https://shop.example or https://example.com/shop, with nothing after the path, or null
   * for none. Default: from the request, and from a trusted proxy.
   *
   * Environment: `SESSION_PUBLIC_URL`.
   */
  publicUrl?: string | null | undefined;
  /**
   * The `Cache-Control` of responses behind `SessionAuthGuard` that do not set one. `no-store`: after a logout,
   * the Back button shows none of them. `private`: the browser may cache them.
   *
   * Takes one of no-store, private. Default: `no-store`.
   *
   * Environment: `SESSION_GUARDED_CACHE`.
   */
  guardedCache?: 'no-store' | 'private' | undefined;
  /**
   * Finds the user by the id in the session; null: the user does not exist any more, and the login ends.
   *
   * Takes a function (id, context) => user or null, or null for none. Default: a provider with `@UserLoader()`;
   * without one, a user is `{ id }`.
   *
   * Can be given in code alone.
   */
  userLoader?: UserLoader | null | undefined;
  /**
   * The field of the user whose value is stored in the session. If you choose a field that can change, changing
   * it ends all logins of the user.
   *
   * Takes the name of a field, such as id. Default: `id`.
   *
   * Environment: `SESSION_USER_ID_FIELD`.
   */
  userIdField?: string | undefined;
  /**
   * Whether a user may log in, and stay logged in. Called at every login and once per request. May be
   * asynchronous.
   *
   * Takes a function (user) => true or false. Default: `user.isActive`, a field or a method; without one:
   * active.
   *
   * Can be given in code alone.
   */
  isActive?: IsActive | undefined;
  /**
   * The roles of a user, for `@Roles()`. May be asynchronous.
   *
   * Takes a function (user) => names of roles. Default: `user.roles`: strings, or objects with a `name`.
   *
   * Can be given in code alone.
   */
  rolesOf?: NamesOf | undefined;
  /**
   * The permissions of a user, for `@Permissions()`. May be asynchronous.
   *
   * Takes a function (user) => names of permissions. Default: `user.permissions`: strings, or objects with a
   * `name`.
   *
   * Can be given in code alone.
   */
  permissionsOf?: NamesOf | undefined;
  /**
   * What roles grant: `{ editor: { includes: ['author'], permissions: ['articles:*'] }, author: {} }`. Users
   * with a role have those that it includes, too, and the permissions of all of them.
   *
   * Takes an object of role names, each with { includes?, permissions? }, which are arrays of non-empty strings.
   * Default: none: each role is itself alone.
   *
   * Can be given in code alone.
   */
  roles?: Readonly<Record<string, RoleGrants>> | undefined;
  /**
   * The factors that a user has, for `@Fresh({ factors: 'all' })`. May be asynchronous.
   *
   * Takes a function (user) => names of factors. Default: only `pwd`.
   *
   * Can be given in code alone.
   */
  factorsOf?: NamesOf | undefined;
  /**
   * Creates what `@CurrentUser()` injects if nobody is logged in. Guards do not accept it as a user.
   *
   * Takes a function () => user, or null for none. Default: none: `null`.
   *
   * Can be given in code alone.
   */
  anonymousUser?: (() => object) | null | undefined;
  /** Where guards redirect browsers that they refuse. */
  redirects?: SessionRedirectsOptions | undefined;
  /** Flash messages for the pages that browsers are redirected to. */
  messages?: SessionMessagesOptions | undefined;
  /**
   * How long a login is fresh for `@Fresh()` without `within`; `null`: as long as it lasts.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 1s or more, or null for none. Default: 24h.
   *
   * Environment: `SESSION_FRESH_FOR`.
   */
  freshFor?: string | number | null | undefined;
  /**
   * What happens to a login that another client uses.
   *
   * Until 1.0 it also takes the value of `protection.mode` alone.
   */
  protection?: SessionProtectionOptions | 'basic' | 'strong' | null | undefined;
  /**
   * The limit of sessions per user: the number alone, or with what happens at the limit.
   *
   * How many sessions a user may have at once; in code also a function of the user.
   *
   * Takes a whole number, 1 or more, or null for none, or in code a function (userId, user) => such a number.
   * Default: any number.
   *
   * Environment: `SESSION_MAX_PER_USER` or `SESSION_MAX_SESSIONS_PER_USER`.
   */
  maxSessionsPerUser?: SessionLimit | SessionMaxSessionsPerUserOptions | undefined;
  /**
   * Separate timeouts for a login, e.g. shorter ones for administrators.
   *
   * Takes a function (user) => { idleTimeout, absoluteTimeout } or null, or null for none. Default: none: the
   * module's.
   *
   * Can be given in code alone.
   */
  timeoutsOf?: ((user: SessionUser) => LoginTimeouts | null) | null | undefined;
  /**
   * How long a process may go without looking whether `logoutAllUsers()` was called in another one.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 0s or more. Default: 30s.
   *
   * Environment: `SESSION_EVERYONE_INTERVAL` or `SESSION_LOGOUT_ALL_USERS_INTERVAL`.
   */
  logoutAllUsersInterval?: string | number | undefined;
  /**
   * What happens at boot if a handler is unguarded: neither a guard that requires a login nor `@Public()`
   * applies to it. `warn`: a line in the log names them; `refuse`: the application does not start.
   *
   * Takes one of warn, refuse, or null for none. Default: off.
   *
   * Environment: `SESSION_AUDIT`.
   */
  audit?: 'warn' | 'refuse' | null | undefined;
  /** The remember-me cookie, and how long a login is remembered. */
  remember?: SessionRememberOptions | undefined;
  /** How `CsrfGuard` recognises requests from the application. */
  csrf?: SessionCsrfOptions | undefined;
  /** How often a login may fail. */
  limiter?: SessionLimiterOptions | undefined;
  /** The sessions of WebSocket gateways. */
  sockets?: SessionSocketsOptions | undefined;
  /** The session cookie: its name and its attributes. */
  cookie?: SessionCookieOptions | undefined;
  /** Sessions in encrypted cookies: `type: 'cookie'`. */
  sealed?: SessionSealedOptions | undefined;
  /** The memory store: `type: 'memory'`. */
  memory?: SessionMemoryOptions | undefined;
  /** The filesystem store: `type: 'filesystem'`. */
  filesystem?: SessionFilesystemOptions | undefined;
  /** The LMDB store: `type: 'lmdb'`. */
  lmdb?: SessionLmdbOptions | undefined;
  /** The Redis store: `type: 'redis'`. */
  redis?: SessionRedisOptions | undefined;
  /** The SQL store: `type: 'sql'`, for PostgreSQL, MySQL, MariaDB and SQLite. */
  sql?: SessionSqlOptions | undefined;
  /** The MongoDB store: `type: 'mongodb'`. */
  mongodb?: SessionMongodbOptions | undefined;
  /** The memcached store: `type: 'memcached'`. */
  memcached?: SessionMemcachedOptions | undefined;
  /** The DynamoDB store: `type: 'dynamodb'`. */
  dynamodb?: SessionDynamodbOptions | undefined;
  /**
   * The same options, for what the environment does not set: code comes first, then the environment, then these,
   * then the built-in defaults.
   */
  defaults?: Omit<SessionModuleOptions, 'defaults'> | undefined;
  /** @deprecated Use `redirects.loginUrl`. */
  loginUrl?: string | null | undefined;
  /** @deprecated Use `redirects.confirmUrl`. */
  confirmUrl?: string | null | undefined;
  /** @deprecated Use `redirects.refusal`. */
  refusal?: 'auto' | 'json' | 'redirect' | undefined;
  /** @deprecated Use `redirects.nextField`. */
  nextField?: string | undefined;
  /** @deprecated Use `redirects.nextInSession`. */
  nextInSession?: boolean | undefined;
  /** @deprecated Use `redirects.host`. */
  redirectHost?: string | null | undefined;
  /** @deprecated Use `messages.login.text`. */
  loginMessage?: string | null | undefined;
  /** @deprecated Use `messages.login.category`. */
  loginMessageCategory?: string | undefined;
  /** @deprecated Use `messages.confirm.text`. */
  confirmMessage?: string | null | undefined;
  /** @deprecated Use `messages.confirm.category`. */
  confirmMessageCategory?: string | undefined;
  /** @deprecated Use `protection.ipv4`. */
  protectionIpv4?: number | undefined;
  /** @deprecated Use `protection.ipv6`. */
  protectionIpv6?: number | undefined;
  /** @deprecated Use `maxSessionsPerUser.onTooMany`. */
  onTooManySessions?: 'end-oldest' | 'refuse' | undefined;
  /** @deprecated Use `logoutAllUsersInterval`. */
  everyoneInterval?: string | number | undefined;
  /** @deprecated Use `refresh`. */
  refreshInterval?: string | number | false | null | undefined;
  /** @deprecated Use `refresh`. */
  refreshEachRequest?: boolean | undefined;
}

/** Where guards redirect browsers that they refuse. `@publicApi` */
export interface SessionRedirectsOptions {
  /**
   * The login page: `SessionAuthGuard` redirects a browser that is not logged in there, with `?next=`. API
   * clients always get a 401.
   *
   * Takes a path such as /login, or a URL that begins with https:// (http:// for localhost only),
   * percent-encoded where needed, or null for none. Default: none: a 401.
   *
   * Environment: `SESSION_LOGIN_URL` or `SESSION_REDIRECTS_LOGIN_URL`.
   */
  loginUrl?: string | null | undefined;
  /**
   * The re-authentication page: a browser whose login is not fresh enough for `@Fresh()` is redirected there,
   * with `?next=` and `&action=`.
   *
   * Takes a path such as /login, or a URL that begins with https:// (http:// for localhost only),
   * percent-encoded where needed, or null for none. Default: none: a 401.
   *
   * Environment: `SESSION_CONFIRM_URL` or `SESSION_REDIRECTS_CONFIRM_URL`.
   */
  confirmUrl?: string | null | undefined;
  /**
   * How a guard refuses access: always with `json`, always with a `redirect`, or `auto`: browsers are
   * redirected, others get JSON.
   *
   * Takes one of auto, json, redirect. Default: `auto`.
   *
   * Environment: `SESSION_REFUSAL` or `SESSION_REDIRECTS_REFUSAL`.
   */
  refusal?: 'auto' | 'json' | 'redirect' | undefined;
  /**
   * The query parameter that gives the login page the requested place.
   *
   * Takes the name of a query parameter, such as next. Default: `next`.
   *
   * Environment: `SESSION_NEXT_FIELD` or `SESSION_REDIRECTS_NEXT_FIELD`.
   */
  nextField?: string | undefined;
  /**
   * Store the requested place in the session instead (`session.next`). Every client that is redirected then gets
   * a session.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `USE_SESSION_FOR_NEXT` or `SESSION_REDIRECTS_NEXT_IN_SESSION`.
   */
  nextInSession?: boolean | undefined;
  /**
   * The host in redirects to a login page of this site, whatever the request named.
   *
   * Takes a host, with a port if needed, or null for none. Default: none.
   *
   * Environment: `FORCE_HOST_FOR_REDIRECTS` or `SESSION_REDIRECTS_HOST`.
   */
  host?: string | null | undefined;
}

/** Flash messages for the pages that browsers are redirected to. `@publicApi` */
export interface SessionMessagesOptions {
  /**
   * The flash message for the login page: its text alone, or with its category.
   *
   * A flash message for the login page. Every client that is redirected then gets a session.
   *
   * Takes a string, or null for none. Default: none.
   *
   * Environment: `SESSION_LOGIN_MESSAGE` or `SESSION_MESSAGES_LOGIN`.
   */
  login?: string | null | SessionMessagesLoginOptions | undefined;
  /**
   * The flash message for the re-authentication page: its text alone, or with its category.
   *
   * A flash message for the re-authentication page. Every client that is redirected then gets a session.
   *
   * Takes a string, or null for none. Default: none.
   *
   * Environment: `SESSION_CONFIRM_MESSAGE` or `SESSION_MESSAGES_CONFIRM`.
   */
  confirm?: string | null | SessionMessagesConfirmOptions | undefined;
}

/** The flash message for the login page: its text alone, or with its category. `@publicApi` */
export interface SessionMessagesLoginOptions {
  /**
   * A flash message for the login page. Every client that is redirected then gets a session.
   *
   * Takes a string, or null for none. Default: none.
   *
   * Environment: `SESSION_LOGIN_MESSAGE` or `SESSION_MESSAGES_LOGIN`.
   */
  text?: string | null | undefined;
  /**
   * Its category.
   *
   * Takes a string. Default: `message`.
   *
   * Environment: `SESSION_LOGIN_MESSAGE_CATEGORY` or `SESSION_MESSAGES_LOGIN_CATEGORY`.
   */
  category?: string | undefined;
}

/** The flash message for the re-authentication page: its text alone, or with its category. `@publicApi` */
export interface SessionMessagesConfirmOptions {
  /**
   * A flash message for the re-authentication page. Every client that is redirected then gets a session.
   *
   * Takes a string, or null for none. Default: none.
   *
   * Environment: `SESSION_CONFIRM_MESSAGE` or `SESSION_MESSAGES_CONFIRM`.
   */
  text?: string | null | undefined;
  /**
   * Its category.
   *
   * Takes a string. Default: `message`.
   *
   * Environment: `SESSION_CONFIRM_MESSAGE_CATEGORY` or `SESSION_MESSAGES_CONFIRM_CATEGORY`.
   */
  category?: string | undefined;
}

/** What happens to a login that another client uses. `@publicApi` */
export interface SessionProtectionOptions {
  /**
   * What happens to a login that is used by another client, judged by user agent and network: `basic`: it is no
   * longer fresh; `strong`: the session ends; `null`: nothing.
   *
   * Takes one of basic, strong, or null for none. Default: `basic`.
   *
   * Environment: `SESSION_PROTECTION` or `SESSION_PROTECTION_MODE`.
   */
  mode?: 'basic' | 'strong' | null | undefined;
  /**
   * How many leading bits of an IPv4 address make the network that protection compares.
   *
   * Takes a whole number, from 0 to 32. Default: 0: none, so that phones can roam.
   *
   * Environment: `SESSION_PROTECTION_IPV4`.
   */
  ipv4?: number | undefined;
  /**
   * How many leading bits of an IPv6 address make the network that protection compares.
   *
   * Takes a whole number, from 0 to 128. Default: 0: none, so that phones can roam.
   *
   * Environment: `SESSION_PROTECTION_IPV6`.
   */
  ipv6?: number | undefined;
}

/** The limit of sessions per user: the number alone, or with what happens at the limit. `@publicApi` */
export interface SessionMaxSessionsPerUserOptions {
  /**
   * How many sessions a user may have at once; in code also a function of the user.
   *
   * Takes a whole number, 1 or more, or null for none, or in code a function (userId, user) => such a number.
   * Default: any number.
   *
   * Environment: `SESSION_MAX_PER_USER` or `SESSION_MAX_SESSIONS_PER_USER`.
   */
  max?: SessionLimit | undefined;
  /**
   * What happens to a login that exceeds the limit: end the oldest session, or reject the login with a 403.
   *
   * Takes one of end-oldest, refuse. Default: `end-oldest`.
   *
   * Environment: `SESSION_ON_TOO_MANY` or `SESSION_MAX_SESSIONS_PER_USER_ON_TOO_MANY`.
   */
  onTooMany?: 'end-oldest' | 'refuse' | undefined;
}

/** The remember-me cookie, and how long a login is remembered. `@publicApi` */
export interface SessionRememberOptions {
  /**
   * The name of the remember-me cookie.
   *
   * Takes a string, or null for none. Default: `remember_token`, in production with the prefix `__Host-`
   * (`__Secure-` with a domain or a path).
   *
   * Environment: `REMEMBER_COOKIE_NAME` or `SESSION_REMEMBER_COOKIE_NAME`.
   */
  cookieName?: string | null | undefined;
  /**
   * How long a login is remembered; browsers keep no cookie longer than 400 days.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 400d. Default: 365d.
   *
   * Environment: `REMEMBER_COOKIE_DURATION` or `SESSION_REMEMBER_DURATION`.
   */
  duration?: string | number | undefined;
  /**
   * The domain that gets the cookie, with all its subdomains.
   *
   * Takes a string, or null for none. Default: none: the exact host only.
   *
   * Environment: `REMEMBER_COOKIE_DOMAIN` or `SESSION_REMEMBER_DOMAIN`.
   */
  domain?: string | null | undefined;
  /**
   * The path that the cookie is sent to, including everything below it.
   *
   * Takes a string. Default: `/`.
   *
   * Environment: `REMEMBER_COOKIE_PATH` or `SESSION_REMEMBER_PATH`.
   */
  path?: string | undefined;
  /**
   * Send the cookie over HTTPS only; `auto`: in production, and whenever the request used HTTPS.
   *
   * Takes true, false or auto. Default: `auto`.
   *
   * Environment: `REMEMBER_COOKIE_SECURE` or `SESSION_REMEMBER_SECURE`.
   */
  secure?: 'auto' | boolean | undefined;
  /**
   * Hide the cookie from scripts in the page.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `REMEMBER_COOKIE_HTTPONLY` or `SESSION_REMEMBER_HTTP_ONLY`.
   */
  httpOnly?: boolean | undefined;
  /**
   * Which requests from other sites carry the cookie; `none` needs `Secure`.
   *
   * Takes one of lax, strict, none. Default: `lax`.
   *
   * Environment: `REMEMBER_COOKIE_SAMESITE` or `SESSION_REMEMBER_SAME_SITE`.
   */
  sameSite?: 'lax' | 'strict' | 'none' | undefined;
  /**
   * Where the cookie was set before its path or domain was changed. Each response that sets or clears the cookie
   * also removes it from there.
   *
   * Takes an array, each item `{ path, domain }` of a cookie: a path that begins with /, a host name or null.
   * Default: none.
   *
   * Environment: `REMEMBER_COOKIE_FORMER` or `SESSION_REMEMBER_FORMER`.
   */
  former?: readonly FormerPlace[] | undefined;
  /**
   * Whether use extends it: then a login is remembered until `duration` after its last use (noted at most once a
   * day), otherwise until `duration` after the login.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `REMEMBER_COOKIE_REFRESH_EACH_REQUEST` or `SESSION_REMEMBER_REFRESH_EACH_REQUEST`.
   */
  refreshEachRequest?: boolean | undefined;
  /**
   * How long a used token still leads to its successor, for parallel requests. After that, its use counts as
   * theft.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 0s to 5m. Default: 30s.
   *
   * Environment: `REMEMBER_GRACE` or `SESSION_REMEMBER_GRACE`.
   */
  grace?: string | number | undefined;
  /**
   * Where remembered logins are kept.
   *
   * Takes a RememberStore, or null for none. Default: in the session store.
   *
   * Can be given in code alone.
   */
  store?: RememberStore | null | undefined;
}

/** How `CsrfGuard` recognises requests from the application. `@publicApi` */
export interface SessionCsrfOptions {
  /**
   * What `CsrfGuard` requires of a request that changes something. `origin`: the browser says that it comes from
   * this site or, if it says nothing, a token. `token`: always a token of the session, in addition.
   *
   * Takes one of origin, token. Default: `origin`.
   *
   * Environment: `SESSION_CSRF_MODE`.
   */
  mode?: 'origin' | 'token' | undefined;
  /**
   * Other origins whose pages may send such requests, and those of the site itself that the server does not know
   * it by. Also `capacitor://localhost` and the like.
   *
   * Takes an array, each item an origin such as https://shop.example, without a path and without *. Default:
   * none.
   *
   * Environment: `SESSION_CSRF_TRUSTED_ORIGINS`.
   */
  trustedOrigins?: readonly string[] | undefined;
  /**
   * The request header that carries the token.
   *
   * Takes the name of a header, such as x-csrf-token. Default: `x-csrf-token`.
   *
   * Environment: `SESSION_CSRF_HEADER`.
   */
  header?: string | undefined;
  /**
   * The field of a form or JSON body that carries the token.
   *
   * Takes the name of a form field, such as _csrf. Default: `_csrf`.
   *
   * Environment: `SESSION_CSRF_FIELD`.
   */
  field?: string | undefined;
}

/** How often a login may fail. `@publicApi` */
export interface SessionLimiterOptions {
  /**
   * How many logins to one account may fail before the next has to wait: 1s, 2s, 4s and so on.
   *
   * Takes a whole number, from 1 to 20. Default: `5`.
   *
   * Environment: `SESSION_LIMITER_ATTEMPTS`.
   */
  attempts?: number | undefined;
  /**
   * How many logins from one network address may fail in an hour before the next has to wait; `null`: addresses
   * are not limited.
   *
   * Takes a whole number, from 1 to 1000000, or null for none. Default: `100`.
   *
   * Environment: `SESSION_LIMITER_ADDRESS_ATTEMPTS`.
   */
  addressAttempts?: number | null | undefined;
  /**
   * The longest wait.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 1d. Default: 15m.
   *
   * Environment: `SESSION_LIMITER_LONGEST`.
   */
  longest?: string | number | undefined;
  /**
   * How long after the last failed login to an account its failures are forgotten.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1h to 400d. Default: 1d.
   *
   * Environment: `SESSION_LIMITER_FORGET_AFTER`.
   */
  forgetAfter?: string | number | undefined;
  /**
   * After so many failed logins in a row, nobody can log in to the account, not even from a known device, until
   * `LoginLimiter.forget()` is called.
   *
   * Takes a whole number, from 1 to 100, or null for none. Default: none.
   *
   * Environment: `SESSION_LIMITER_CEILING`.
   */
  ceiling?: number | null | undefined;
  /** @deprecated Leave it out. */
  deviceCookieName?: string | undefined;
  /**
   * What happens to a login while failures cannot be counted: a 503, or `allow`: it is not limited.
   *
   * Takes one of refuse, allow. Default: `refuse`.
   *
   * Environment: `SESSION_LIMITER_ON_STORE_ERROR`.
   */
  onStoreError?: 'refuse' | 'allow' | undefined;
  /**
   * Whether an error thrown by a check of credentials is a failed login: `true`, `false`, or `undefined` for the
   * default.
   *
   * Takes a function that takes an error, or null for none. Default: decided by the kind of error.
   *
   * Can be given in code alone.
   */
  isFailure?: IsFailure | null | undefined;
  /**
   * Where failed logins are counted.
   *
   * Takes a LimiterStorage, with take, or null for none. Default: the session store.
   *
   * Can be given in code alone.
   */
  storage?: LimiterStorage | null | undefined;
}

/** The sessions of WebSocket gateways. `@publicApi` */
export interface SessionSocketsOptions {
  /**
   * Other origins whose pages may open a socket with a session, besides the application’s own and
   * `csrf.trustedOrigins`.
   *
   * Takes an array, each item an origin such as https://shop.example, without a path and without *. Default:
   * none.
   *
   * Environment: `SESSION_SOCKETS_ALLOWED_ORIGINS`.
   */
  allowedOrigins?: readonly string[] | undefined;
  /**
   * Whether messages that use the session extend it, as requests do. The cookie is not extended: the client gets
   * an event `session-expiring` before it ends.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SESSION_SOCKETS_COUNT_AS_USE`.
   */
  countAsUse?: boolean | undefined;
  /**
   * How often the user loader is asked whether the users of open sockets are still there and active; `null`:
   * only by `AuthService.recheck()`.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 1s or more, or null for none. Default: 15s.
   *
   * Environment: `SESSION_SOCKETS_RECHECK_INTERVAL`.
   */
  recheckInterval?: string | number | null | undefined;
}

/** The session cookie: its name and its attributes. `@publicApi` */
export interface SessionCookieOptions {
  /**
   * The name of the cookie. `auto` is `session` with the strongest prefix that the other settings allow, and
   * `auto:shop` is `shop` with it: `__Host-` or, with a domain or a path, `__Secure-`, which make browsers
   * enforce the attributes. Neither is used where `Secure` is not certain.
   *
   * Takes a string, or null for none. Default: `auto` in production, else `session`.
   *
   * Environment: `SESSION_COOKIE_NAME`.
   */
  name?: string | null | undefined;
  /**
   * The path that the cookie is sent to, including everything below it.
   *
   * Takes a string. Default: `/`.
   *
   * Environment: `SESSION_COOKIE_PATH`.
   */
  path?: string | undefined;
  /**
   * The domain that gets the cookie, with all its subdomains. A leading dot and a port are dropped.
   *
   * Takes a string, or null for none. Default: none: the exact host only.
   *
   * Environment: `SESSION_COOKIE_DOMAIN`.
   */
  domain?: string | null | undefined;
  /**
   * Send the cookie over HTTPS only; `auto`: in production, and whenever the request used HTTPS.
   *
   * Takes true, false or auto. Default: `auto`.
   *
   * Environment: `SESSION_COOKIE_SECURE`.
   */
  secure?: 'auto' | boolean | undefined;
  /**
   * Hide the cookie from scripts in the page.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SESSION_COOKIE_HTTPONLY` or `SESSION_COOKIE_HTTP_ONLY`.
   */
  httpOnly?: boolean | undefined;
  /**
   * Which requests from other sites carry the cookie; `none` needs `Secure`. It is always sent.
   *
   * Takes one of lax, strict, none. Default: `lax`.
   *
   * Environment: `SESSION_COOKIE_SAMESITE` or `SESSION_COOKIE_SAME_SITE`.
   */
  sameSite?: 'lax' | 'strict' | 'none' | undefined;
  /**
   * A separate cookie jar for each site that embeds the application (CHIPS). Turns `Secure` on.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SESSION_COOKIE_PARTITIONED`.
   */
  partitioned?: boolean | undefined;
  /**
   * Where the cookie was set before its path, domain or `partitioned` was changed. Each response that sets or
   * clears the cookie also removes it from there.
   *
   * Takes an array, each item `{ path, domain }` of a cookie: a path that begins with /, a host name or null.
   * Default: none.
   *
   * Environment: `SESSION_COOKIE_FORMER`.
   */
  former?: readonly FormerPlace[] | undefined;
  /** @deprecated Use `cookie.name`. */
  prefix?: 'auto' | 'host' | 'secure' | 'none' | null | undefined;
}

/** Sessions in encrypted cookies: `type: 'cookie'`. `@publicApi` */
export interface SessionSealedOptions {
  /**
   * The maximum size of a session’s cookies in a request, encrypted and encoded: about three quarters of it are
   * data. Servers reject requests with long headers, Node beyond 16 kB.
   *
   * Takes a size such as 4kb or 1mb, or a number of bytes, from 2kb to 32kb. Default: 12kb.
   *
   * Environment: `SESSION_SEALED_MAX_SIZE`.
   */
  maxSize?: string | number | undefined;
  /** @deprecated Leave it out. */
  compress?: boolean | undefined;
  /** @deprecated Leave it out. */
  compressAbove?: string | number | undefined;
  /**
   * The store that notes which sessions in cookies have ended, so that a logout holds for copies of a cookie;
   * other features that need a store use it, too. A request with a session then reads it once, and once more if
   * it changes the session.
   *
   * Takes one of memory, filesystem, lmdb, redis, sql, mongodb, memcached, dynamodb, or in code a SessionStore,
   * with read, write, touch and delete, or null for none. Default: none: a copy of a cookie is valid until it
   * expires.
   *
   * Environment: `SESSION_SEALED_REVOCATIONS`.
   */
  revocations?:
    | 'memory'
    | 'filesystem'
    | 'lmdb'
    | 'redis'
    | 'sql'
    | 'mongodb'
    | 'memcached'
    | 'dynamodb'
    | SessionStore
    | null
    | undefined;
}

/** The memory store: `type: 'memory'`. `@publicApi` */
export interface SessionMemoryOptions {
  /**
   * How many sessions the memory store holds. One more evicts the least recently used session, those without a
   * login first.
   *
   * Takes a whole number, 1 or more. Default: `10000`.
   *
   * Environment: `SESSION_MEMORY_MAX` or `SESSION_MEMORY_MAX_SESSIONS`.
   */
  maxSessions?: number | undefined;
  /**
   * How many notes of one kind the memory store holds besides: that sealed sessions have ended, that logins
   * failed. None is removed early.
   *
   * Takes a whole number, 1 or more. Default: `100000`.
   *
   * Environment: `SESSION_MEMORY_MAX_NOTES`.
   */
  maxNotes?: number | undefined;
}

/** The filesystem store: `type: 'filesystem'`. `@publicApi` */
export interface SessionFilesystemOptions {
  /**
   * The folder of the filesystem store, created when the application starts. Relative to the working directory.
   *
   * Takes the path of a folder. Default: `.sessions`.
   *
   * Environment: `SESSION_FILE_DIR` or `SESSION_FILESYSTEM_DIR`.
   */
  dir?: string | undefined;
  /**
   * The permissions of a session's file, in octal.
   *
   * Takes file permissions in octal, such as 0600, or the number 0o600. Default: 0600.
   *
   * Environment: `SESSION_FILE_MODE` or `SESSION_FILESYSTEM_MODE`.
   */
  mode?: string | number | undefined;
  /**
   * How many session files may exist before expired ones are removed at once, in addition to every few minutes;
   * 0 for no limit. Live sessions are never removed.
   *
   * Takes a whole number, 0 or more. Default: `0`.
   *
   * Environment: `SESSION_FILE_THRESHOLD` or `SESSION_FILESYSTEM_THRESHOLD`.
   */
  threshold?: number | undefined;
}

/** The LMDB store: `type: 'lmdb'`. `@publicApi` */
export interface SessionLmdbOptions {
  /**
   * Where the LMDB store keeps its database: a folder, or a file whose name ends in .mdb. Created when the
   * application starts. Relative to the working directory.
   *
   * Takes the path of a folder, or of a file whose name ends in .mdb. Default: `.sessions`.
   *
   * Environment: `SESSION_LMDB_PATH`.
   */
  path?: string | undefined;
}

/** The Redis store: `type: 'redis'`. `@publicApi` */
export interface SessionRedisOptions {
  /**
   * The Redis server, as redis://user:password@host:port/database; rediss:// for TLS. Redis store only.
   *
   * Takes a URL that begins with redis:// or rediss://, or null for none. Default: redis://127.0.0.1:6379, in
   * production none.
   *
   * Environment: `SESSION_REDIS` or `SESSION_REDIS_URL`.
   */
  url?: string | null | undefined;
  /**
   * Your ioredis client: it is used as it is, and never closed. Takes precedence over the URL.
   *
   * Takes an ioredis client (Redis or Cluster), which returns replies as bytes. Default: none.
   *
   * Can be given in code alone.
   */
  client?: RedisClient | null | undefined;
}

/** The SQL store: `type: 'sql'`, for PostgreSQL, MySQL, MariaDB and SQLite. `@publicApi` */
export interface SessionSqlOptions {
  /**
   * The database, as postgres://user:password@host:port/database, mysql://… (MariaDB, too) or sqlite:path. SQL
   * store only.
   *
   * Takes a URL that begins with postgres:// or mysql://, or sqlite: and the path of a file, such as
   * sqlite:./sessions.db. Default: none.
   *
   * Environment: `SESSION_SQL` or `SESSION_SQL_URL`.
   */
  url?: string | null | undefined;
  /**
   * The database that the application has opened: it is used as it is, and never closed. Goes before the URL.
   *
   * Takes a Pool of pg, a pool of mysql2, a Database of better-sqlite3 or libsql, or a Kysely instance. Default:
   * none.
   *
   * Can be given in code alone.
   */
  database?: GivenDatabase | null | undefined;
  /**
   * The table of the SQL store, with or without a schema.
   *
   * Takes the name of a table, such as sessions or app.sessions, in letters, digits and underscores, 48 at most.
   * Default: `sessions`.
   *
   * Environment: `SESSION_SQL_TABLE`.
   */
  table?: string | undefined;
  /**
   * Whether the SQL store creates its table if it is missing. In production, use a migration instead.
   *
   * Takes true or false. Default: true, in production false.
   *
   * Environment: `SESSION_SQL_CREATE_TABLE`.
   */
  createTable?: boolean | undefined;
  /**
   * How often the SQL store removes expired sessions; null for never.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 24d, or null for none. Default: 10m.
   *
   * Environment: `SESSION_SQL_PRUNE_INTERVAL`.
   */
  pruneInterval?: string | number | null | undefined;
  /**
   * How many expired sessions the SQL store removes with one statement, so that none holds locks for long.
   *
   * Takes a whole number, from 1 to 100000. Default: `1000`.
   *
   * Environment: `SESSION_SQL_PRUNE_BATCH`.
   */
  pruneBatch?: number | undefined;
}

/** The MongoDB store: `type: 'mongodb'`. `@publicApi` */
export interface SessionMongodbOptions {
  /**
   * The MongoDB server, or several of a replica set, as mongodb://user:password@host:port,host:port/database.
   * MongoDB store only.
   *
   * Takes a URL that begins with mongodb:// or mongodb+srv://, such as mongodb://127.0.0.1:27017/shop. Default:
   * mongodb://127.0.0.1:27017/sessions, in production none.
   *
   * Environment: `SESSION_MONGODB` or `SESSION_MONGODB_URL`.
   */
  url?: string | null | undefined;
  /**
   * Your MongoClient: it is used as it is, and never closed. Takes precedence over the URL.
   *
   * Takes a MongoClient of MongoDB's driver. Default: none.
   *
   * Can be given in code alone.
   */
  client?: MongoDbClient | null | undefined;
  /**
   * The database of the MongoDB store.
   *
   * Takes the name of a database: 1 to 63 letters, digits, hyphens or underscores, or null for none. Default:
   * that of the URL or of the client; `sessions` if the URL names none.
   *
   * Environment: `SESSION_MONGODB_DB` or `SESSION_MONGODB_DATABASE`.
   */
  database?: string | null | undefined;
  /**
   * The collection of the MongoDB store.
   *
   * Takes the name of a collection: 1 to 120 letters, digits, dots, hyphens or underscores, and not a system
   * collection. Default: `sessions`.
   *
   * Environment: `SESSION_MONGODB_COLLECT` or `SESSION_MONGODB_COLLECTION`.
   */
  collection?: string | undefined;
}

/** The memcached store: `type: 'memcached'`. `@publicApi` */
export interface SessionMemcachedOptions {
  /**
   * The memcached servers, each as host:port, separated by commas. Every process needs the same list.
   *
   * Takes an array, each item host:port, such as 127.0.0.1:11211, or null for none. Default: 127.0.0.1:11211, in
   * production none.
   *
   * Environment: `SESSION_MEMCACHED` or `SESSION_MEMCACHED_SERVERS`.
   */
  servers?: readonly string[] | null | undefined;
  /**
   * Whether the memcached store keeps an owner index, so that a user's sessions can be listed and ended. The
   * servers must be started with -M, so that they evict nothing.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SESSION_MEMCACHED_OWNERS`.
   */
  owners?: boolean | undefined;
  /**
   * Your memcached client: it is used as it is, and never closed. Takes precedence over the servers.
   *
   * Takes a client with servers that take meta commands, such as from connectMemcached(). Default: none.
   *
   * Can be given in code alone.
   */
  client?: MemcachedClient | null | undefined;
}

/** The DynamoDB store: `type: 'dynamodb'`. `@publicApi` */
export interface SessionDynamodbOptions {
  /**
   * The endpoint of DynamoDB, if it is not that of the region in AWS_REGION. DynamoDB store only.
   *
   * Takes a URL that begins with http:// or https://, or null for none. Default: that of the region.
   *
   * Environment: `SESSION_DYNAMODB` or `SESSION_DYNAMODB_ENDPOINT`.
   */
  endpoint?: string | null | undefined;
  /**
   * The table of the DynamoDB store, as created by createSessionTable().
   *
   * Takes the name of a table: 3 to 255 letters, digits, dots, hyphens or underscores. Default: `sessions`.
   *
   * Environment: `SESSION_DYNAMODB_TABLE`.
   */
  table?: string | undefined;
  /**
   * Your DynamoDBClient: it is used as it is, and never closed. Takes precedence over the endpoint.
   *
   * Takes a DynamoDBClient of `@aws-sdk/client-dynamodb`. Default: none.
   *
   * Can be given in code alone.
   */
  client?: DynamoDbClient | null | undefined;
}
