import { domainToASCII } from 'node:url';
import type { Environment } from '../config/option.js';
import { placesOf, type CookiePlace } from './cookie-place.js';
import { cookieNameForm } from './cookie-name-form.js';
import type { CookieOptions } from './cookie.options.js';
import { prefixOf } from './name-prefix.js';

/** The cookie as it will be written: what the options leave open is decided here, once. */
export interface ResolvedCookie {
  /** The whole name, prefix included. */
  readonly name: string;
  readonly path: string;
  /** A host name in ASCII, without a leading dot or a port; `null`: no `Domain` attribute. */
  readonly domain: string | null;
  /** `auto`: Secure if the request used HTTPS. In production and with Partitioned, `auto` has become true. */
  readonly secure: boolean | 'auto';
  readonly httpOnly: boolean;
  readonly sameSite: CookieOptions['sameSite'];
  readonly partitioned: boolean;
  /** Where it was set before. */
  readonly former: readonly CookiePlace[];
}

/** The name of the session cookie if none is set, without a prefix. */
export const defaultCookieName = 'session';

/** @param defaultName the name if none is set, without a prefix. */
export function resolveCookie(
  options: CookieOptions,
  environment: Environment,
  defaultName = defaultCookieName,
): ResolvedCookie {
  const { httpOnly, sameSite, partitioned } = options;
  const domain = resolveDomain(options.domain);
  const path = options.path === '' ? '/' : options.path;
  const secure = resolveSecure(options, environment);
  const name = resolveName(options, environment, defaultName, { domain, path, secure });
  const former = options.former.flatMap((place) => placesOf(place, { path, domain, partitioned }));
  return { name, path, domain, secure, httpOnly, sameSite, partitioned, former };
}

function resolveSecure({ secure, partitioned }: CookieOptions, environment: Environment): boolean | 'auto' {
  return secure === 'auto' && (partitioned || environment === 'production') ? true : secure;
}

function resolveDomain(domain: string | null): string | null {
  if (domain === null || domain === '') return null;
  const host = domain.replace(/^\./, '').replace(/:[0-9]{1,5}$/, '');
  // Not a host name: leave it for the check to reject.
  return domainToASCII(host) === '' || !/^[\p{L}\p{M}\p{N}._-]+$/u.test(host) ? host : domainToASCII(host);
}

function resolveName(
  options: CookieOptions,
  environment: Environment,
  defaultName: string,
  { domain, path, secure }: Pick<ResolvedCookie, 'domain' | 'path' | 'secure'>,
): string {
  const { isAuto, base } = cookieNameForm(options.name ?? (environment === 'production' ? 'auto' : null));
  const name = base ?? defaultName;
  // A name that already has a prefix keeps it; an empty one is left for the check to reject.
  if (name === '' || prefixOf(name) !== null || !isAuto || secure !== true) return name;
  return domain === null && path === '/' ? `__Host-${name}` : `__Secure-${name}`;
}
