import type { Provider } from '@nestjs/common';
import { environmentOf } from '../../config/environment.js';
import type { Environment } from '../../config/option.js';
import type { CookieOptions } from '../../cookie/cookie.options.js';
import { KeyRing } from '../../cookie/key-ring.js';
import { resolveCookie, type ResolvedCookie } from '../../cookie/resolved-cookie.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { SESSION_CONFIG } from '../../tokens.js';
import type { RememberOptions } from '../remember/remember.options.js';
import { resolveRememberCookie } from '../remember/resolve-remember.js';
import { deviceCookie, KnownDevices } from './known-devices.js';
import type { LimiterOptions } from './limiter.options.js';

/** The module's settings that cookies of devices depend on. */
interface CookieSettings {
  readonly cookie: CookieOptions;
  readonly remember: RememberOptions;
  readonly limiter: LimiterOptions;
}

/** Makes cookies by which browsers are recognised, with the attributes of the session cookie, for other rooms. */
export class DeviceCookies {
  /** Those of other rooms so far. */
  readonly #names = new Set<string>();

  constructor(
    private readonly settings: CookieSettings,
    private readonly environment: Environment,
    private readonly keys: KeyRing,
    private readonly now: () => number,
  ) {}

  /** @param name without a prefix. @returns null: another cookie of this package has the name */
  named(name: string): KnownDevices | null {
    const cookie = this.resolve(name);
    return cookie && new KnownDevices(cookie, this.keys, this.now);
  }

  /** The same for a cookie with another content. */
  resolve(name: string): ResolvedCookie | null {
    const { cookie, remember, limiter } = this.settings;
    const own = deviceCookie(cookie, name, this.environment);
    const taken = [
      resolveCookie(cookie, this.environment),
      resolveRememberCookie(remember, this.environment),
      deviceCookie(cookie, limiter.deviceCookieName, this.environment),
    ];
    if (taken.some((other) => other.name === own.name) || this.#names.has(own.name)) return null;
    this.#names.add(own.name);
    return own;
  }
}

export const deviceCookiesProvider: Provider<DeviceCookies> = {
  provide: DeviceCookies,
  inject: [SESSION_CONFIG, KeyRing, SessionRuntime],
  useFactory: (settings: CookieSettings, keys: KeyRing, { now }: SessionRuntime) =>
    new DeviceCookies(settings, environmentOf(process.env['NODE_ENV']), keys, now),
};
