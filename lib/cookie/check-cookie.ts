import type { Environment } from '../config/option.js';
import type { RoomCheck } from '../config/room-check.js';
import { settingName } from '../config/setting-name.js';
import type { ConfigProblem } from '../errors.js';
import { type CookieOptions, cookieOptions } from './cookie.options.js';
import type { CheckedCookie } from './checked-cookie.js';
import { placesOf } from './cookie-place.js';
import { prefixOf, ruleOf } from './name-prefix.js';
import { resolveCookie } from './resolved-cookie.js';

/** Browsers ignore an attribute with a longer value (RFC 6265bis), in octets. */
const longestAttribute = 1024;
/** Leaves space for the longest value within the 4096 octets of name and value that browsers accept. */
const longestName = 1024;
/** Each adds a header to every response that sets the cookie; proxies allow 4 to 8 KB for all headers. */
const mostFormer = 8;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const hostName = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;

/** Whether browsers will accept the session cookie, as far as that can be known in advance. */
export function checkCookie(options: CookieOptions, environment: Environment): RoomCheck {
  const cookie = resolveCookie(options, environment);
  const settingOf = (name: keyof CookieOptions): string => settingName(cookieOptions[name].env, `cookie.${name}`);
  return checkAnyCookie({ options, cookie, title: 'session', settingOf }, environment);
}

/** The same for another cookie, whose settings have other names. */
export function checkAnyCookie(checked: CheckedCookie, environment: Environment): RoomCheck {
  const problems = [
    ...nameProblems(checked),
    ...domainProblems(checked),
    ...pathProblems(checked),
    ...secureProblems(checked),
    ...prefixProblems(checked),
    ...formerProblems(checked),
  ];
  return { problems, warnings: problems.length > 0 ? [] : warningsFor(checked, environment) };
}

function nameProblems({ cookie: { name }, settingOf }: CheckedCookie): ConfigProblem[] {
  const setting = settingOf('name');
  if (!token.test(name)) {
    return [{ setting, problem: "expected a cookie name of letters, digits and !#$%&'*+-.^_`|~ (RFC 6265)" }];
  }
  return name.length > longestName ? [{ setting, problem: `is longer than ${String(longestName)} characters` }] : [];
}

function domainProblems({ cookie: { domain }, settingOf }: CheckedCookie): ConfigProblem[] {
  if (domain === null) return [];
  const setting = settingOf('domain');
  if (Buffer.byteLength(domain) > longestAttribute) return [{ setting, problem: tooLong }];
  return hostName.test(domain) ? [] : [{ setting, problem: 'expected a host name, such as example.com' }];
}

function pathProblems({ cookie: { path }, settingOf }: CheckedCookie): ConfigProblem[] {
  const setting = settingOf('path');
  if (Buffer.byteLength(path) > longestAttribute) return [{ setting, problem: tooLong }];
  if (!path.startsWith('/')) return [{ setting, problem: 'expected a path that begins with /' }];
  return /^[\x20-\x3a\x3c-\x7e]*$/.test(path)
    ? []
    : [
        {
          setting,
          problem: 'expected printable ASCII without a semicolon; write other characters percent-encoded',
        },
      ];
}

function secureProblems({ cookie, settingOf }: CheckedCookie): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const setSecure = `set ${envOf(settingOf('secure'))}=true`;
  if (cookie.sameSite === 'none' && cookie.secure !== true) {
    const problem = `SameSite=None needs Secure, or browsers drop the cookie: ${setSecure}`;
    problems.push({ setting: settingOf('sameSite'), problem });
  }
  if (cookie.partitioned && cookie.secure !== true) {
    const problem = `Partitioned needs Secure, or browsers drop the cookie: ${setSecure}`;
    problems.push({ setting: settingOf('partitioned'), problem });
  }
  return problems;
}

function formerProblems({ options: { former }, cookie, settingOf }: CheckedCookie): ConfigProblem[] {
  const setting = settingOf('former');
  if (former.length > mostFormer) return [{ setting, problem: `has more than ${String(mostFormer)} places` }];
  // The prefix may come from the environment, so this setting may only be unused there.
  if (ruleOf(cookie.name)?.hostOnly === true) return [];
  return former.flatMap((place, at) =>
    placesOf(place, cookie).length > 0
      ? []
      : [{ setting, problem: `item ${String(at + 1)} is the cookie's current place: name where it was set before` }],
  );
}

function warningsFor({ cookie, title, settingOf }: CheckedCookie, environment: Environment): string[] {
  const { name, secure, httpOnly, partitioned, sameSite, former } = cookie;
  const warnings: string[] = [];
  if (environment === 'production' && secure === false) {
    warnings.push(
      `${settingOf('secure')} is false: the ${title} cookie is also sent over plain HTTP, where it can be read.`,
    );
  }
  if (environment === 'production' && prefixOf(name) === null) {
    // Without Secure, the name that is advised has no prefix either.
    const advice = secure === true ? `set ${settingOf('name')} to auto:${name}` : 'a prefix needs Secure';
    warnings.push(
      `The ${title} cookie has a name without a prefix, so another host of the domain can set it, too: ${advice}.`,
    );
  }
  if (former.length > 0 && ruleOf(name)?.hostOnly === true) {
    warnings.push(
      `${settingOf('former')} is ignored: the ${title} cookie's name begins with __Host-, so it can never have been set elsewhere.`,
    );
  }
  if (!httpOnly) warnings.push(`${settingOf('httpOnly')} is false: scripts in the page can read the ${title} cookie.`);
  if (partitioned && sameSite !== 'none') {
    warnings.push(
      `${settingOf('partitioned')} without SameSite=None: a page of another site that embeds the application gets no session.`,
    );
  }
  return warnings;
}

const tooLong = `is longer than ${String(longestAttribute)} octets, which browsers ignore`;

/** The environment key of a setting. */
function envOf(setting: string): string {
  return setting.replace(/ .*$/, '');
}

/** Which of a cookie's attributes the prefix of its name forbids. */
function prefixProblems({ cookie, settingOf }: CheckedCookie): ConfigProblem[] {
  const rule = ruleOf(cookie.name);
  if (rule === undefined) return [];
  const { prefix } = rule;
  const problems: ConfigProblem[] = [];
  const refuse = (name: keyof CookieOptions, problem: string): void => {
    problems.push({ setting: settingOf(name), problem });
  };
  if (cookie.secure !== true) {
    refuse(
      'secure',
      `a name that begins with ${prefix} needs Secure: set ${settingOf('secure').replace(/ .*$/, '')}=true, or another name`,
    );
  }
  if (rule.hostOnly && cookie.domain !== null) {
    refuse('domain', `a name that begins with ${prefix} allows no domain: leave it out, or use __Secure-`);
  }
  if (rule.hostOnly && cookie.path !== '/') {
    refuse('path', `a name that begins with ${prefix} needs the path /: leave it out, or use __Secure-`);
  }
  if (rule.httpOnly && !cookie.httpOnly) {
    refuse('httpOnly', `a name that begins with ${prefix} needs HttpOnly: set it to true, or another name`);
  }
  return problems;
}
