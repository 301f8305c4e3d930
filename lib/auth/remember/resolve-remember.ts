import type { Environment } from '../../config/option.js';
import type { CookieOptions } from '../../cookie/cookie.options.js';
import { resolveCookie, type ResolvedCookie } from '../../cookie/resolved-cookie.js';
import type { TimeoutPreset } from '../../session/timeouts.js';
import type { RememberOptions } from './remember.options.js';

/** The remember-me cookie as it will be written. */
export function resolveRememberCookie(options: RememberOptions, environment: Environment): ResolvedCookie {
  return resolveCookie(rememberCookieOptions(options), environment, 'remember_token');
}

/** The settings of the remember-me cookie, in the form of those of the session cookie. */
export function rememberCookieOptions(options: RememberOptions): CookieOptions {
  const { cookieName: name, domain, path, secure, httpOnly, sameSite, former } = options;
  return { name, domain, path, secure, httpOnly, sameSite, partitioned: false, former };
}

/**
 * Why remember-me is off under a preset of NIST SP 800-63B-4; null: it is not. Section 5.1: except at the lowest level, an
 * earlier login is no authentication.
 */
export function rememberRefusal(timeouts: TimeoutPreset | null): string | null {
  if (timeouts !== 'daily' && timeouts !== 'twice-daily') return null;
  return `SESSION_TIMEOUTS (timeouts) is ${timeouts}, under which a remembered login does not replace a new one (NIST SP 800-63B-4, 5.1)`;
}
