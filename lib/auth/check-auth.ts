import type { Environment } from '../config/option.js';
import type { RoomCheck } from '../config/room-check.js';
import { settingName } from '../config/setting-name.js';
import { optionEntries } from '../config/tree.js';
import { checkAnyCookie } from '../cookie/check-cookie.js';
import type { CookieOptions } from '../cookie/cookie.options.js';
import { resolveCookie } from '../cookie/resolved-cookie.js';
import type { TimeoutPreset } from '../session/timeouts.js';
import { authOptions, type AuthOptions } from './auth.options.js';
import { rememberCookieOptions, rememberRefusal, resolveRememberCookie } from './remember/resolve-remember.js';

/** What this room alone can judge of the settings. @param session the settings of the session cookie. */
export function checkAuth(
  { remember }: AuthOptions,
  session: CookieOptions,
  timeouts: TimeoutPreset | null,
  environment: Environment,
): RoomCheck {
  const cookie = resolveRememberCookie(remember, environment);
  const options = rememberCookieOptions(remember);
  const { problems, warnings } = checkAnyCookie({ options, cookie, title: 'remember-me', settingOf }, environment);
  const refusal = rememberRefusal(timeouts);
  return {
    problems:
      cookie.name === resolveCookie(session, environment).name
        ? [...problems, { setting: settingOf('name'), problem: 'is the name of the session cookie: choose another' }]
        : problems,
    warnings: refusal === null ? warnings : [...warnings, `Nobody is remembered: ${refusal}.`],
  };
}

/** A remember-me cookie has no settings of its own for what belongs to its name. */
function settingOf(name: keyof CookieOptions): string {
  const own = `remember.${name === 'name' || name === 'prefix' || name === 'partitioned' ? 'cookieName' : name}`;
  const option = optionEntries(authOptions).find(({ path }) => path === own)?.option;
  return settingName(option?.env ?? null, own);
}
