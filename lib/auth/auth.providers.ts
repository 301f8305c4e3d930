import type { Provider } from '@nestjs/common';
import { environmentOf } from '../config/environment.js';
import { KeyRing } from '../cookie/key-ring.js';
import { SessionRuntime } from '../http/session-runtime.js';
import type { SessionOptions } from '../session/session.options.js';
import { SessionStore } from '../stores/session-store.js';
import { SESSION_CONFIG } from '../tokens.js';
import { AccessService } from './access/access.service.js';
import { Policies } from './access/policies.js';
import { SessionAuthGuard } from './access/session-auth.guard.js';
import { AuthConfig } from './auth-config.js';
import { Adoptions } from './adoptions.js';
import type { AuthFeature } from './auth-feature.js';
import { AuthWatcher } from './auth-watcher.js';
import { authOptions, type AuthOptions } from './auth.options.js';
import { AuthService } from './auth.service.js';
import { CsrfConfig } from './csrf/csrf-config.js';
import { CsrfGuard } from './csrf/csrf.guard.js';
import type { CsrfOptions } from './csrf/csrf.options.js';
import { CsrfService } from './csrf/csrf.service.js';
import { Devices } from './devices/devices.js';
import { UserLogins } from './devices/user-logins.js';
import { SessionLimiter } from './devices/session-limiter.js';
import { authFeatures } from './features.js';
import { FamilyEnd } from './remember/family-end.js';
import { LimitedRemember } from './remember/limited-remember.js';
import { DeviceCookies, deviceCookiesProvider } from './limiter/device-cookies.js';
import { LimiterStorage } from './limiter/limiter-storage.js';
import { limiterProvider, limiterStorageProvider } from './limiter/limiter.providers.js';
import { LoginLimiter } from './limiter/login-limiter.js';
import { RememberCookie } from './remember/remember-cookie.js';
import { RememberFamilies } from './remember/remember-families.js';
import { RememberRestore } from './remember/remember-restore.js';
import { RememberStore } from './remember/remember-store.js';
import { rememberRefusal, resolveRememberCookie } from './remember/resolve-remember.js';
import { StoredRemember } from './remember/stored-remember.js';
import { LoginTickets } from './login-tickets.js';
import { SignIn } from './sign-in.js';
import { AUTH_FEATURES, AUTH_WATCHER } from './tokens.js';
import { Users } from './users/users.js';

/** The module's settings that this room needs. */
type AuthSettings = AuthOptions &
  Pick<SessionOptions, 'keyPrefix' | 'idLength' | 'absoluteTimeout' | 'timeouts' | 'clock'> & {
    readonly onStoreError: 'fail' | 'anonymous';
    /** ms */
    readonly storeTimeout: number;
  };

/** The providers of this room. */
export const authProviders: Provider[] = [
  {
    provide: AuthConfig,
    inject: [SESSION_CONFIG],
    useFactory: (settings: AuthSettings): AuthConfig => {
      const { keyPrefix, idLength, absoluteTimeout, onStoreError, timeouts } = settings;
      const surroundings = {
        keyPrefix,
        idLength,
        absoluteTimeout,
        onStoreError,
        rememberRefusal: rememberRefusal(timeouts),
        timeouts,
      };
      // Its own options only: guards can access this object, and the others include the secret.
      const own = Object.fromEntries(
        Object.keys(authOptions).map((name) => [name, Reflect.get(settings, name) as unknown]),
      );
      return new AuthConfig(own as AuthOptions, surroundings);
    },
  },
  {
    provide: RememberStore,
    inject: [SESSION_CONFIG, SessionStore],
    useFactory: (settings: AuthSettings, store: SessionStore): RememberStore => {
      const { remember, keyPrefix, clock, storeTimeout } = settings;
      if (remember.store !== null) return new LimitedRemember(remember.store, storeTimeout);
      return new StoredRemember(store, keyPrefix, clock);
    },
  },
  {
    provide: RememberCookie,
    inject: [SESSION_CONFIG, KeyRing],
    useFactory: ({ remember, clock }: AuthSettings, keys: KeyRing): RememberCookie => {
      const cookie = resolveRememberCookie(remember, environmentOf(process.env['NODE_ENV']));
      return new RememberCookie(cookie, keys, clock);
    },
  },
  ...authFeatures,
  {
    provide: AUTH_FEATURES,
    inject: [...authFeatures],
    // The module adds the providers that other modules have marked, before the first request.
    useFactory: (...features: AuthFeature[]): AuthFeature[] => features,
  },
  {
    provide: AUTH_WATCHER,
    inject: [AUTH_FEATURES, SessionRuntime, Adoptions, Users],
    useFactory: (
      features: readonly AuthFeature[],
      runtime: SessionRuntime,
      adoptions: Adoptions,
      users: Users,
    ): AuthWatcher => {
      const watcher = new AuthWatcher(features, adoptions, users);
      runtime.watcher = watcher;
      return watcher;
    },
  },
  {
    provide: CsrfConfig,
    inject: [SESSION_CONFIG, SessionRuntime, RememberCookie],
    useFactory: (
      { csrf }: { readonly csrf: CsrfOptions },
      runtime: SessionRuntime,
      remember: RememberCookie,
    ): CsrfConfig => {
      const config = new CsrfConfig(csrf, (client) => runtime.isIn(client) || remember.isIn(client));
      runtime.trustedOrigins = config.trusted;
      return config;
    },
  },
  { provide: CsrfService, inject: [KeyRing], useFactory: (keys: KeyRing): CsrfService => new CsrfService(keys) },
  CsrfGuard,
  limiterStorageProvider,
  limiterProvider,
  deviceCookiesProvider,
  Users,
  SessionLimiter,
  SignIn,
  Adoptions,
  Devices,
  UserLogins,
  RememberFamilies,
  FamilyEnd,
  RememberRestore,
  LoginTickets,
  AuthService,
  Policies,
  AccessService,
  SessionAuthGuard,
];

/** Those that an application may inject. */
export const authExports = [
  AccessService,
  AuthService,
  AuthConfig,
  SessionAuthGuard,
  CsrfConfig,
  CsrfGuard,
  CsrfService,
  LoginLimiter,
  LimiterStorage,
  DeviceCookies,
];
