import { isIP } from 'node:net';
import { resolveRememberCookie } from '../../auth/remember/resolve-remember.js';
import type { Environment } from '../../config/option.js';
import { SetCookie } from '../../cookie/set-cookie.js';
import { resolveCookie, type ResolvedCookie } from '../../cookie/resolved-cookie.js';
import type { SessionConfig } from '../../session-module.options.js';
import type { Finding } from '../../stores/session-store.js';
import { UsageError } from '../usage-error.js';

/** What the cookies of an application are like under a URL, and whether browsers accept them there. */
export function checkCookies(config: SessionConfig, url: URL, environment: Environment): Finding[] {
  const cookies = [
    { check: 'session cookie', cookie: resolveCookie(config.cookie, environment) },
    { check: 'remember-me cookie', cookie: resolveRememberCookie(config.remember, environment) },
  ];
  return [...cookies.flatMap(({ check, cookie }) => checkCookie(check, cookie, url)), ...checkUrl(config, url)];
}

/** @throws UsageError */
export function urlIn(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new UsageError('--url needs a URL such as https://shop.example/app.');
}

function checkCookie(check: string, cookie: ResolvedCookie, url: URL): Finding[] {
  const isHttps = url.protocol === 'https:';
  const isSecure = cookie.secure === 'auto' ? isHttps : cookie.secure;
  const problems = [
    ...(isSecure && !isHttps ? secureOverHttp(url) : []),
    ...(!isSecure && isHttps ? [warning('it is not Secure, so browsers also send it over http://')] : []),
    ...(cookie.sameSite === 'none' && !isSecure ? [failed('browsers reject SameSite=None without Secure')] : []),
    ...domainProblems(cookie.domain, url.hostname),
    ...(isWithin(url.pathname, cookie.path)
      ? []
      : [failed(`browsers do not send it to ${url.pathname}, which is not below its Path=${cookie.path}`)]),
  ];
  // The value is left out: what matters is the rest.
  const line = new SetCookie(cookie).line('', null, isSecure, 0).replace('=;', ';');
  return [{ check, status: 'ok', text: line }, ...problems.map((problem) => ({ check, ...problem }))];
}

type Problem = Pick<Finding, 'status' | 'text'>;

function warning(text: string): Problem {
  return { status: 'warning', text };
}

function failed(text: string): Problem {
  return { status: 'failed', text };
}

function secureOverHttp({ hostname }: URL): Problem[] {
  return isOwnMachine(hostname)
    ? [warning('it is Secure: over http://, browsers accept it from this machine only, and Safari not even then')]
    : [failed('browsers ignore a Secure cookie over http://: use https://')];
}

function domainProblems(domain: string | null, host: string): Problem[] {
  if (domain === null || (isIP(host) === 0 && (host === domain || host.endsWith(`.${domain}`)))) return [];
  return [failed(`browsers reject Domain=${domain} from ${host}, which is not below it`)];
}

/** As browsers compare them (RFC 6265, 5.1.4). */
function isWithin(path: string, cookiePath: string): boolean {
  if (path === cookiePath || `${path}/` === cookiePath) return true;
  return path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

function checkUrl({ publicUrl }: SessionConfig, url: URL): Finding[] {
  const check = 'url';
  const found: Finding[] = [];
  if (url.protocol === 'http:' && !isOwnMachine(url.hostname)) {
    found.push({ check, ...warning('over http://, anyone in the network can read the cookies: use https://') });
  }
  if (publicUrl !== null && publicUrl.origin !== url.origin) {
    const text = `SESSION_PUBLIC_URL (publicUrl) is ${publicUrl.origin}, so forms on ${url.origin} may be rejected as forged`;
    found.push({ check, ...warning(text) });
  }
  return found;
}

function isOwnMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || host.startsWith('127.');
}
