import type { ConfigProblem } from '../errors.js';
import { settingName } from '../config/setting-name.js';
import { type CookieOptions, cookieOptions } from './cookie.options.js';
import type { ResolvedCookie } from './resolved-cookie.js';

/** What a browser demands of a cookie whose name begins so. It compares without case (RFC 6265bis 5.7). */
interface PrefixRule {
  readonly prefix: string;
  /** The value of `cookie.prefix` that puts it there; `null` where only the name itself can. */
  readonly option: 'host' | 'secure' | null;
  readonly hostOnly: boolean;
  readonly httpOnly: boolean;
}

/** Longer prefixes first: `__Host-Http-` begins with `__Host-`. */
const rules: readonly PrefixRule[] = [
  { prefix: '__Host-Http-', option: 'host', hostOnly: true, httpOnly: true },
  { prefix: '__Host-', option: 'host', hostOnly: true, httpOnly: false },
  { prefix: '__Secure-', option: 'secure', hostOnly: false, httpOnly: false },
  { prefix: '__Http-', option: null, hostOnly: false, httpOnly: true },
];

/** The prefix that browsers see in a name, in its usual spelling; `null` if there is none. */
export function prefixOf(name: string): string | null {
  return ruleOf(name)?.prefix ?? null;
}

/** What of a cookie's attributes the prefix of its name forbids. */
export function prefixProblems(options: CookieOptions, cookie: ResolvedCookie): ConfigProblem[] {
  const rule = ruleOf(cookie.name);
  if (rule === undefined) return [];
  const { prefix } = rule;
  const problems: ConfigProblem[] = [];
  const refuse = (name: keyof CookieOptions, problem: string): void => {
    problems.push({ setting: settingName(cookieOptions[name].env, `cookie.${name}`), problem });
  };
  if ((options.prefix === 'host' || options.prefix === 'secure') && options.prefix !== rule.option) {
    refuse('prefix', `is ${options.prefix}, but the name already begins with ${prefix}: set one of them`);
  }
  if (cookie.secure !== true) {
    refuse('secure', `a name that begins with ${prefix} needs Secure: set SESSION_COOKIE_SECURE=true, or another name`);
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

function ruleOf(name: string): PrefixRule | undefined {
  const plain = name.toLowerCase();
  return rules.find(({ prefix }) => plain.startsWith(prefix.toLowerCase()));
}
