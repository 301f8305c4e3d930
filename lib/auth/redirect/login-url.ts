import { parseUrl } from '../../config/parse-url.js';
import { isHost } from '../../http/origin.js';
import { longestNext, safeNext } from './safe-next.js';

/** How the URL of the login page is built. */
export interface LoginUrlOptions {
  /** The name of the query parameter; null: there is none, since the place is stored elsewhere. Default: `next`. */
  readonly field?: string | null | undefined;
  /**
   * The host of the login page for browsers, with a port if needed, if that differs from what the application sees:
   * Flask-Login's `FORCE_HOST_FOR_REDIRECTS`. Default: that of `loginUrl`.
   */
  readonly host?: string | null | undefined;
}

interface UrlParts {
  /** With its colon. */
  readonly scheme: string;
  /** With its two slashes. */
  readonly authority: string;
  readonly path: string;
  /** Without its question mark; null: there is none. */
  readonly query: string | null;
  /** With its `#`. */
  readonly fragment: string;
}

/** RFC 3986, appendix B: splits any string without changing it. */
const parts = /^([^:/?#]+:)?(\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?(#.*)?$/s;

/**
 * The URL of the login page with the place to return to, like Flask-Login's `login_url`: a path and a query if the login page
 * is on the same origin (scheme, host and port), otherwise the whole URL. The query of `loginUrl` is kept, except for a
 * parameter of the same name, which must not occur twice.
 *
 * A whole URL contains the host that the request named. Only a login page of another origin gets one, and the application there
 * must check it: `safeNext(next, fallback, { allowedOrigins })`.
 *
 * @param current the requested URL, or its path and query; null: there is no place to return to.
 * @throws TypeError if `host` is invalid
 */
export function loginUrlFor(loginUrl: string, current: string | null, options: LoginUrlOptions = {}): string {
  const { field = 'next', host = null } = options;
  if (current === null) return loginUrl;
  const url = host === null ? split(loginUrl) : at(host, split(loginUrl));
  const query = field === null ? url.query : withField(url.query, field, nextParameter(loginUrl, current));
  return `${url.scheme}${url.authority}${url.path}${query === null ? '' : `?${query}`}${url.fragment}`;
}

function at(host: string, url: UrlParts): UrlParts {
  if (!isHost(host)) {
    throw new TypeError('loginUrlFor: host must be a host name, with a port where there is one.');
  }
  return { ...url, authority: `//${host}`, path: url.path.startsWith('/') ? url.path : `/${url.path}` };
}

function nextParameter(loginUrl: string, current: string): string {
  const url = /^https?:/i.test(current) ? parseUrl(current) : null;
  if (url === null) return safeNext(current.replace(/#.*$/s, ''));
  const { origin, pathname, search, href } = url;
  const login = parseUrl(loginUrl, origin);
  if (login === null || login.origin === origin) return safeNext(pathname + search);
  // A longer one would be rejected on return.
  return href.length > longestNext ? `${origin}/` : href;
}

/** The query with this parameter last, and once; the others are unchanged. */
function withField(query: string | null, field: string, value: string): string {
  const others = (query ?? '').split('&').filter((pair) => pair !== '' && !new URLSearchParams(pair).has(field));
  return [...others, `${encodeURIComponent(field)}=${encodeURIComponent(value)}`].join('&');
}

function split(url: string): UrlParts {
  const [, scheme = '', authority = '', path = '', query = null, fragment = ''] = parts.exec(url) ?? [];
  return { scheme, authority, path, query, fragment };
}
