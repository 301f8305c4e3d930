import type { Environment } from '../../config/option.js';
import type { RoomCheck } from '../../config/room-check.js';
import { settingName } from '../../config/setting-name.js';
import { cookieOptions, type CookieOptions } from '../../cookie/cookie.options.js';
import { resolveCookie } from '../../cookie/resolved-cookie.js';
import type { ConfigProblem } from '../../errors.js';
import { rememberOptions, type RememberOptions } from '../remember/remember.options.js';
import { resolveRememberCookie } from '../remember/resolve-remember.js';
import { deviceCookie } from './known-devices.js';
import { takesBack } from './limiter-storage.js';
import { limiterOptions, type LimiterOptions } from './limiter.options.js';

/**
 * @param cookie the settings of the session cookie, which the device cookie shares.
 * @param remember those of the remember-me cookie.
 */
export function checkLimiter(
  options: LimiterOptions,
  cookie: CookieOptions,
  remember: RememberOptions,
  environment: Environment,
): RoomCheck {
  const problems: ConfigProblem[] = [];
  const refuse = (key: keyof LimiterOptions, problem: string): void => {
    problems.push({ setting: nameOf(key), problem });
  };
  if (options.forgetAfter < options.longest) {
    refuse('forgetAfter', `must not be shorter than ${nameOf('longest')}, or a wait would be forgotten before it ends`);
  }
  const name = deviceCookie(cookie, options.deviceCookieName, environment).name;
  const taken = 'is the name of the cookie by which the login limiter knows a device: choose another';
  if (name === resolveCookie(cookie, environment).name) {
    problems.push({ setting: settingName(cookieOptions.name.env, 'cookie.name'), problem: taken });
  }
  if (name === resolveRememberCookie(remember, environment).name) {
    problems.push({ setting: settingName(rememberOptions.cookieName.env, 'remember.cookieName'), problem: taken });
  }
  if (options.ceiling !== null && options.storage !== null && !takesBack(options.storage)) {
    const reason = 'this storage counts every login, and cannot count failures in a row';
    refuse('ceiling', `needs a ${nameOf('storage')} that can take attempts back: ${reason}`);
  }
  return { problems, warnings: [] };
}

function nameOf(key: keyof LimiterOptions): string {
  return settingName(limiterOptions[key].env, `limiter.${key}`);
}
