import { checkAuth } from './auth/check-auth.js';
import { authOptions } from './auth/auth.options.js';
import { checkCsrf } from './auth/csrf/check-csrf.js';
import { csrfOptions } from './auth/csrf/csrf.options.js';
import { checkLimiter } from './auth/limiter/check-limiter.js';
import { limiterOptions } from './auth/limiter/limiter.options.js';
import { checkMigration } from './check-migration.js';
import { checkSealed } from './check-sealed.js';
import { instance, nullable, oneOf } from './config/kinds.js';
import {
  group,
  option,
  type Environment,
  type OptionInput,
  type OptionKind,
  type ResolvedOptions,
} from './config/option.js';
import type { OptionValues } from './config/read.js';
import type { RoomCheck } from './config/room-check.js';
import { settingName } from './config/setting-name.js';
import { isGroup } from './config/tree.js';
import { validateOptions, type ValidOptions } from './config/validate.js';
import { unreadKeys } from './config/unread-keys.js';
import { checkCookie } from './cookie/check-cookie.js';
import { checkKeys } from './cookie/check-keys.js';
import { cookieOptions, keyOptions } from './cookie/cookie.options.js';
import { formerKeys, withFormerParts, withoutFormer } from './former-options.js';
import { httpOptions } from './http/http.options.js';
import { otherKeys, otherNames } from './other-names.js';
import type { SessionModuleOptions } from './session-module-options.js';
import { sealedOptions } from './session/sealed.options.js';
import { checkSession, sessionOptions } from './session/session.options.js';
import { socketsOptions } from './sockets/sockets.options.js';
import { stores, storeTypes, type StoreTrees, type StoreType, type StoreWithOptions } from './stores/index.js';
import type { SessionStore } from './stores/session-store.js';

/** Where sessions are: in a store, or in their cookies. */
export type SessionType = StoreType | 'cookie';

/** What keeps the list of ended sessions: a store that keeps anything at all. */
type RevocationsType = Exclude<StoreType, 'null'>;

const sessionTypes: readonly SessionType[] = [...storeTypes, 'cookie'];
const revocationsTypes = storeTypes.filter((type): type is RevocationsType => type !== 'null');
const storeKind = instance<SessionStore>('a SessionStore, with read, write, touch and delete', isStore);

const storeTrees = Object.fromEntries(
  storeTypes.flatMap((type) => (Object.keys(stores[type].options).length === 0 ? [] : [[type, stores[type].options]])),
) as Pick<StoreTrees, StoreWithOptions>;

/** Every option of the package, each declared in its room. */
export const sessionModuleOptions = {
  ...keyOptions,
  type: option<SessionType | null>({
    env: 'SESSION_TYPE',
    kind: oneOf(sessionTypes, { nullable: true }),
    default: null,
    defaultText: '`memory`, with a warning; in production there is none',
    meaning: 'Which store keeps the sessions; `cookie`: no store, sessions are in encrypted cookies.',
  }),
  store: option<SessionStore | null>({
    env: null,
    kind: nullable(storeKind),
    default: null,
    defaultText: 'none',
    meaning: 'Your store; takes precedence over `type`. It is used as it is, and never closed.',
  }),
  ...sessionOptions,
  ...httpOptions,
  ...authOptions,
  csrf: csrfOptions,
  limiter: limiterOptions,
  sockets: socketsOptions,
  cookie: cookieOptions,
  sealed: group("Sessions in encrypted cookies: `type: 'cookie'`.", {
    ...sealedOptions,
    revocations: option<RevocationsType | SessionStore | null>({
      env: 'SESSION_SEALED_REVOCATIONS',
      kind: nullable(revocationsKind()),
      default: null,
      defaultText: 'none: a copy of a cookie is valid until it expires',
      meaning:
        'The store that notes which sessions in cookies have ended, so that a logout holds for copies of a cookie; other features that need a store use it, too. A request with a session then reads it once, and once more if it changes the session.',
    }),
  }),
  ...storeTrees,
};

/** What an application hands in, as the declarations have it; `SessionModuleOptions` is made from it. */
export type OptionsByDeclaration = OptionInput<typeof sessionModuleOptions>;

/** The settings as they hold, all times in ms. */
export type SessionConfig = ResolvedOptions<typeof sessionModuleOptions>;

/** Reads and checks all settings. @throws SessionConfigError that names every bad one */
export function readConfig(
  code: SessionModuleOptions,
  source: OptionValues,
  environment: Environment,
): ValidOptions<typeof sessionModuleOptions> {
  const current = withoutFormer(sessionModuleOptions, { ...layersOf(code), source, environment });
  const checks: ((options: SessionConfig) => RoomCheck)[] = [
    (options) => checkKeys(options, environment),
    (options) => checkStore(options, environment),
    (options) => (isSealed(options) ? checkSealed(options, environment) : nothingToSay),
    (options) => checkSession(options, environment),
    (options) => checkMigration(options.migrateFrom, hasStore(options) ? options.keyPrefix : null),
    (options) => checkCookie(options.cookie, environment),
    (options) => checkCsrf(options, environment),
    (options) => checkLimiter(options.limiter, options.cookie, options.remember, environment),
    (options) => checkAuth(options, options.cookie, options.timeouts, environment),
  ];
  return validateOptions(sessionModuleOptions, { ...current.given, otherNames }, checks, (read) =>
    withFormerParts(read, current),
  );
}

/** What goes before the environment, and what after it. */
function layersOf(given: unknown): { readonly code: unknown; readonly defaults: unknown } {
  if (!isGroup(given) || !Object.hasOwn(given, 'defaults')) return { code: given, defaults: undefined };
  const { defaults, ...code } = given;
  return { code, defaults };
}

/** Warnings for environment keys that look like settings of sessions and are none. */
export function keysNotRead(variables: Readonly<Record<string, string | undefined>>): string[] {
  return unreadKeys(sessionModuleOptions, variables, otherKeys, formerKeys);
}

/** Whether sessions are in their cookies. */
export function isSealed({ type }: Pick<SessionConfig, 'type'>): boolean {
  return type === 'cookie';
}

function hasStore({ type, sealed }: SessionConfig): boolean {
  return type !== 'cookie' || sealed.revocations !== null;
}

const nothingToSay: RoomCheck = { problems: [], warnings: [] };

function checkStore({ type, store, redis, sealed }: SessionConfig, environment: Environment): RoomCheck {
  const setting = settingName(sessionModuleOptions.type.env, 'type');
  if (store !== null) return nothingToSay;
  if (type === null && environment === 'production') {
    return { problems: [{ setting, problem: `is not set; choose one of ${sessionTypes.join(', ')}` }], warnings: [] };
  }
  const isRedis = type === 'redis' || (type === 'cookie' && sealed.revocations === 'redis');
  if (isRedis && redis.url === null && redis.client === null) {
    const problem = 'is not set; expected a URL such as redis://user:password@host:6379/0';
    return {
      problems: [{ setting: settingName(sessionModuleOptions.redis.url.env, 'redis.url'), problem }],
      warnings: [],
    };
  }
  if (type === null || (type === 'memory' && environment === 'production')) {
    const reason =
      type === null ? 'is not set: sessions are kept in memory' : 'is memory: sessions are kept in this process';
    return {
      problems: [],
      warnings: [`${setting} ${reason} and end with it. Choose one of ${sessionTypes.join(', ')}.`],
    };
  }
  return nothingToSay;
}

/** A store by its name, or in code one that the application made. */
function revocationsKind(): OptionKind<RevocationsType | SessionStore> {
  const byName = oneOf(revocationsTypes);
  return {
    expected: `${byName.expected}, or in code ${storeKind.expected}`,
    parse: (raw, source) => (typeof raw === 'string' ? byName.parse(raw, source) : storeKind.parse(raw, source)),
  };
}

function isStore(value: unknown): value is SessionStore {
  if (typeof value !== 'object' || value === null) return false;
  return ['read', 'write', 'touch', 'delete'].every((method) => typeof Reflect.get(value, method) === 'function');
}
