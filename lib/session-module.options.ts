import { checkAuth } from './auth/check-auth.js';
import { authOptions } from './auth/auth.options.js';
import { checkCsrf } from './auth/csrf/check-csrf.js';
import { csrfOptions } from './auth/csrf/csrf.options.js';
import { checkLimiter } from './auth/limiter/check-limiter.js';
import { limiterOptions } from './auth/limiter/limiter.options.js';
import { instance, nullable, oneOf } from './config/kinds.js';
import { option, type Environment, type OptionInput, type ResolvedOptions } from './config/option.js';
import type { OptionValues } from './config/read.js';
import type { RoomCheck } from './config/room-check.js';
import { settingName } from './config/setting-name.js';
import { validateOptions, type ValidOptions } from './config/validate.js';
import { checkCookie } from './cookie/check-cookie.js';
import { checkKeys } from './cookie/check-keys.js';
import { cookieOptions, keyOptions } from './cookie/cookie.options.js';
import { httpOptions } from './http/http.options.js';
import { checkSession, sessionOptions } from './session/session.options.js';
import { stores, storeTypes, type StoreTrees, type StoreType } from './stores/index.js';
import type { SessionStore } from './stores/session-store.js';

const storeTrees = Object.fromEntries(storeTypes.map((type) => [type, stores[type].options])) as StoreTrees;

/** Every option of the package, each declared in its room. */
export const sessionModuleOptions = {
  ...keyOptions,
  type: option<StoreType | null>({
    env: 'SESSION_TYPE',
    kind: oneOf(storeTypes, { nullable: true }),
    default: null,
    defaultText: '`memory`, with a warning; in production there is none',
    meaning: 'Which store keeps the sessions.',
  }),
  store: option<SessionStore | null>({
    env: null,
    kind: nullable(instance<SessionStore>('a SessionStore, with read, write, touch and delete', isStore)),
    default: null,
    defaultText: 'none',
    meaning: 'A store that the application made; goes before `type`. It is used as it is, and never closed.',
  }),
  ...sessionOptions,
  ...httpOptions,
  ...authOptions,
  csrf: csrfOptions,
  limiter: limiterOptions,
  cookie: cookieOptions,
  ...storeTrees,
};

/** What `SessionModule.forRoot()` takes. Every option has a default or an environment key. @publicApi */
export type SessionModuleOptions = OptionInput<typeof sessionModuleOptions>;

/** The settings as they hold, all times in ms. */
export type SessionConfig = ResolvedOptions<typeof sessionModuleOptions>;

/** Reads and checks all settings. @throws SessionConfigError that names every bad one */
export function readConfig(
  code: SessionModuleOptions,
  source: OptionValues,
  environment: Environment,
): ValidOptions<typeof sessionModuleOptions> {
  return validateOptions(sessionModuleOptions, { code, source, environment }, [
    (options) => checkKeys(options, environment),
    (options) => checkStore(options, environment),
    (options) => checkSession(options, environment),
    (options) => checkCookie(options.cookie, environment),
    (options) => checkCsrf(options, environment),
    (options) => checkLimiter(options.limiter, options.cookie, environment),
    (options) => checkAuth(options, options.cookie, options.timeouts, environment),
  ]);
}

function checkStore({ type, store, redis }: SessionConfig, environment: Environment): RoomCheck {
  const setting = settingName(sessionModuleOptions.type.env, 'type');
  if (store !== null) return { problems: [], warnings: [] };
  if (type === null && environment === 'production') {
    return { problems: [{ setting, problem: `is not set; choose one of ${storeTypes.join(', ')}` }], warnings: [] };
  }
  if (type === 'redis' && redis.url === null && redis.client === null) {
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
      warnings: [`${setting} ${reason} and end with it. Choose one of ${storeTypes.join(', ')}.`],
    };
  }
  return { problems: [], warnings: [] };
}

function isStore(value: unknown): value is SessionStore {
  if (typeof value !== 'object' || value === null) return false;
  return ['read', 'write', 'touch', 'delete'].every((method) => typeof Reflect.get(value, method) === 'function');
}
