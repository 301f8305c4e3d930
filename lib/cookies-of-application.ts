import { deviceCookie } from './auth/limiter/known-devices.js';
import { limiterOptions } from './auth/limiter/limiter.options.js';
import { resolveRememberCookie } from './auth/remember/resolve-remember.js';
import type { Environment } from './config/option.js';
import { resolveCookie } from './cookie/resolved-cookie.js';
import type { ClaimedCookie } from './http/platforms/claimed-cookies.js';
import type { SessionConfig } from './session-module.options.js';

/** The cookies that an application may set. */
export function cookiesOf(
  { cookie, remember, limiter }: Pick<SessionConfig, 'cookie' | 'remember' | 'limiter'>,
  environment: Environment,
): ClaimedCookie[] {
  return [
    {
      ...resolveCookie(cookie, environment),
      what: 'session',
      setting: 'cookie.name',
      keys: 'SESSION_COOKIE_NAME, SESSION_COOKIE_PATH',
      isSure: true,
    },
    {
      ...resolveRememberCookie(remember, environment),
      what: 'remember-me',
      setting: 'remember.cookieName',
      keys: 'REMEMBER_COOKIE_NAME, REMEMBER_COOKIE_PATH',
      isSure: remember.cookieName !== null,
    },
    {
      ...deviceCookie(cookie, limiter.deviceCookieName, environment),
      what: 'known-device',
      setting: 'cookie.path',
      keys: 'SESSION_COOKIE_PATH',
      isSure: limiter.deviceCookieName !== limiterOptions.deviceCookieName.default,
    },
  ];
}
