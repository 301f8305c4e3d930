import { Logger, type Provider } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { environmentOf } from '../../config/environment.js';
import type { Environment } from '../../config/option.js';
import type { CookieOptions } from '../../cookie/cookie.options.js';
import { KeyRing } from '../../cookie/key-ring.js';
import { isSessionError, SessionStoreUnavailableError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { NoStore } from '../../session/sealed-no-store.js';
import type { SessionStore } from '../../stores/session-store.js';
import { SESSION_CONFIG, SESSION_STORE } from '../../tokens.js';
import { Buckets } from './buckets.js';
import { DeviceEpochs } from './device-epochs.js';
import { deviceCookie, KnownDevices } from './known-devices.js';
import { boundLimiter } from './limiter-binding.js';
import type { LimiterOptions } from './limiter.options.js';
import { LimiterStorage } from './limiter-storage.js';
import { LoginLimiter } from './login-limiter.js';
import { LoginTries } from './login-tries.js';
import { StoreLimiterStorage } from './store-limiter-storage.js';

/** The module's settings that the limiter needs. */
export interface LimiterSettings {
  readonly limiter: LimiterOptions;
  /** Of the session cookie, whose attributes the device cookie shares. */
  readonly cookie: CookieOptions;
  readonly keyPrefix: string;
}

/** The purpose of account hashes in events, which match nothing in the store or in a cookie. */
const eventPurpose = 'login-limiter-event:v1';
const eventHashLength = 16;

/** Where the limiter of an application counts, and whatever else has a limit. */
export const limiterStorageProvider: Provider<LimiterStorage> = {
  provide: LimiterStorage,
  inject: [SESSION_CONFIG, SESSION_STORE, SessionRuntime],
  useFactory: (
    { limiter, keyPrefix }: LimiterSettings,
    store: SessionStore,
    { now, options: { storeTimeout } }: SessionRuntime,
  ) => limiter.storage ?? new StoreLimiterStorage(store, { keyPrefix: `${keyPrefix}limiter:`, now, storeTimeout }),
};

/** The limiter of an application, which its module provides and exports. */
export const limiterProvider: Provider<LoginLimiter> = {
  provide: LoginLimiter,
  inject: [SESSION_CONFIG, SESSION_STORE, LimiterStorage, KeyRing, SessionRuntime, HttpAdapterHost],
  useFactory: (
    settings: LimiterSettings,
    store: SessionStore,
    storage: LimiterStorage,
    keys: KeyRing,
    runtime: SessionRuntime,
    adapterHost: HttpAdapterHost,
  ) => createLoginLimiter(settings, store, storage, keys, runtime, adapterHost, environmentOf(process.env['NODE_ENV'])),
};

function createLoginLimiter(
  { limiter: options, cookie, keyPrefix }: LimiterSettings,
  store: SessionStore,
  storage: LimiterStorage,
  keys: KeyRing,
  runtime: SessionRuntime,
  adapterHost: HttpAdapterHost,
  environment: Environment,
): LoginLimiter {
  const { now, observer } = runtime;
  const { storeTimeout } = runtime.options;
  const report = (error: unknown): void => {
    const trouble = isSessionError(error) ? error : storageFailed(error);
    if (trouble instanceof SessionStoreUnavailableError) observer.storeError({ error: trouble });
    runtime.report(trouble);
  };
  const limiter = new LoginLimiter({
    tries: new LoginTries(storage, {
      isAllowed: options.onStoreError === 'allow',
      timeout: storeTimeout,
      report,
    }),
    buckets: new Buckets(keys, options),
    epochs: store instanceof NoStore ? null : new DeviceEpochs(store, `${keyPrefix}limiter:`, keys, now),
    devices: new KnownDevices(deviceCookie(cookie, options.deviceCookieName, environment), keys, now),
    hashOf: (account) => keys.sign(eventPurpose, account).slice(0, eventHashLength),
    observer,
    isFailure: options.isFailure,
    warn: (message) => {
      new Logger('SessionModule').warn(message);
    },
    adapterHost,
  });
  boundLimiter.set(runtime, limiter);
  return limiter;
}

/** The details stay in the cause, as with a failing store. */
function storageFailed(cause: unknown): SessionStoreUnavailableError {
  return new SessionStoreUnavailableError(
    'The storage of the login limiter failed; the cause of this error says why.',
    {
      cause,
    },
  );
}
