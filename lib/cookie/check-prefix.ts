import type { ConfigProblem } from '../errors.js';
import type { CheckedCookie } from './checked-cookie.js';
import type { CookieOptions } from './cookie.options.js';
import { ruleOf } from './name-prefix.js';

/** Which of a cookie's attributes the prefix of its name forbids. */
export function prefixProblems({ cookie, settingOf }: CheckedCookie): ConfigProblem[] {
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
