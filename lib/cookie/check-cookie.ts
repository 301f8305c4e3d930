import type { Environment } from '../config/option.js';
import type { RoomCheck } from '../config/room-check.js';
import { settingName } from '../config/setting-name.js';
import type { ConfigProblem } from '../errors.js';
import { type CookieOptions, cookieOptions } from './cookie.options.js';
import { prefixProblems } from './check-prefix.js';
import { prefixOf } from './name-prefix.js';
import { resolveCookie, type ResolvedCookie } from './resolved-cookie.js';

/** Browsers ignore an attribute whose value is longer (RFC 6265bis), in octets. */
const longestAttribute = 1024;
/** Leaves room for the longest value within the 4096 octets of name and value that browsers keep. */
const longestName = 1024;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const hostName = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;

/** Whether browsers will take a cookie with these options, as far as that can be known before one is set. */
export function checkCookie(options: CookieOptions, environment: Environment): RoomCheck {
  const cookie = resolveCookie(options, environment);
  const problems = [
    ...nameProblems(cookie),
    ...domainProblems(cookie),
    ...pathProblems(cookie),
    ...secureProblems(cookie),
    ...prefixProblems(options, cookie),
  ];
  return { problems, warnings: problems.length > 0 ? [] : warningsFor(cookie, environment) };
}

function nameProblems({ name }: ResolvedCookie): ConfigProblem[] {
  if (!token.test(name)) {
    return [problem('name', "expected a cookie name of letters, digits and !#$%&'*+-.^_`|~ (RFC 6265)")];
  }
  return name.length > longestName ? [problem('name', `is longer than ${String(longestName)} characters`)] : [];
}

function domainProblems({ domain }: ResolvedCookie): ConfigProblem[] {
  if (domain === null) return [];
  if (Buffer.byteLength(domain) > longestAttribute) return [problem('domain', tooLong)];
  return hostName.test(domain) ? [] : [problem('domain', 'expected a host name, such as example.com')];
}

function pathProblems({ path }: ResolvedCookie): ConfigProblem[] {
  if (Buffer.byteLength(path) > longestAttribute) return [problem('path', tooLong)];
  if (!path.startsWith('/')) return [problem('path', 'expected a path that begins with /')];
  return /^[\x20-\x3a\x3c-\x7e]*$/.test(path)
    ? []
    : [problem('path', 'expected printable ASCII without a semicolon; write other characters percent-encoded')];
}

function secureProblems({ secure, sameSite, partitioned }: ResolvedCookie): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (sameSite === 'none' && secure !== true) {
    problems.push(problem('sameSite', `SameSite=None needs Secure, or browsers drop the cookie: ${setSecure}`));
  }
  if (partitioned && secure !== true) {
    problems.push(problem('partitioned', `Partitioned needs Secure, or browsers drop the cookie: ${setSecure}`));
  }
  return problems;
}

function warningsFor(
  { name, secure, httpOnly, partitioned, sameSite }: ResolvedCookie,
  environment: Environment,
): string[] {
  const warnings: string[] = [];
  if (environment === 'production' && secure === false) {
    warnings.push(
      `${setting('secure')} is false: the session cookie also travels over plain HTTP, where it can be read.`,
    );
  }
  if (environment === 'production' && prefixOf(name) === null) {
    warnings.push(
      `The session cookie has a name without a prefix, so another host of the domain can set it, too: set ${setting('prefix')} to auto.`,
    );
  }
  if (!httpOnly) warnings.push(`${setting('httpOnly')} is false: scripts in the page can read the session cookie.`);
  if (partitioned && sameSite !== 'none') {
    warnings.push(
      `${setting('partitioned')} without SameSite=None: a page of another site that embeds the application gets no session.`,
    );
  }
  return warnings;
}

const tooLong = `is longer than ${String(longestAttribute)} octets, which browsers ignore`;
const setSecure = 'set SESSION_COOKIE_SECURE=true';

function problem(name: keyof CookieOptions, text: string): ConfigProblem {
  return { setting: setting(name), problem: text };
}

function setting(name: keyof CookieOptions): string {
  return settingName(cookieOptions[name].env, `cookie.${name}`);
}
