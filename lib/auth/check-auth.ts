import { DAY } from '../config/time.js';
import type { Environment } from '../config/option.js';
import type { RoomCheck } from '../config/room-check.js';
import { settingName } from '../config/setting-name.js';
import { optionEntries } from '../config/tree.js';
import { checkAnyCookie } from '../cookie/check-cookie.js';
import type { CookieOptions } from '../cookie/cookie.options.js';
import { resolveCookie } from '../cookie/resolved-cookie.js';
import type { SessionOptions } from '../session/session.options.js';
import type { TimeoutPreset } from '../session/timeouts.js';
import { authOptions, type AuthOptions } from './auth.options.js';
import { rememberCookieOptions, rememberRefusal, resolveRememberCookie } from './remember/resolve-remember.js';

/** The lifetime of sessions, whose options are in another room. */
type Lifetimes = Pick<SessionOptions, 'permanent' | 'idleTimeout'>;

function isLong(idleTimeout: number | null): boolean {
  return idleTimeout === null || idleTimeout > DAY;
}

const outlivesBrowser =
  "maxSessionsPerUser.onTooMany is 'refuse', and a session stays in the store for its idle timeout (PERMANENT_SESSION_LIFETIME, idleTimeout) " +
  'after its browser is closed and its cookie is lost: a user who does that instead of logging out cannot log in for that long. Use an ' +
  "idle timeout of a day or less, such as 30m, or onTooMany: 'end-oldest'.";

/** This room's own check of the settings. @param session the settings of the session cookie. */
export function checkAuth(
  { remember, maxSessionsPerUser: { max, onTooMany }, permanent, idleTimeout }: AuthOptions & Lifetimes,
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
    warnings: [
      ...warnings,
      ...(refusal === null ? [] : [`Remember-me is off: ${refusal}.`]),
      ...(max !== null && onTooMany === 'refuse' && !permanent && isLong(idleTimeout) ? [outlivesBrowser] : []),
    ],
  };
}

/** The remember-me cookie has no separate settings for the parts of its name. */
function settingOf(name: keyof CookieOptions): string {
  const own = `remember.${name === 'name' || name === 'partitioned' ? 'cookieName' : name}`;
  const option = optionEntries(authOptions).find(({ path }) => path === own)?.option;
  return settingName(option?.env ?? null, own);
}
