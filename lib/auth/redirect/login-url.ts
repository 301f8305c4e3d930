import { parseUrl } from '../../config/parse-url.js';
import { isHost } from '../../http/origin.js';
import { longestNext, safeNext } from './safe-next.js';

/** How the URL of the login page is made. */
export interface LoginUrlOptions {
  /** The name of the query's field; null: there is none, since the place is kept elsewhere. Default: `next`. */
  readonly field?: string | null | undefined;
  /**
   * The host, with a port where there is one, that the login page has for browsers, where the application is known by another
   * one than it sees itself: Flask-Login's `FORCE_HOST_FOR_REDIRECTS`. Default: that of `loginUrl`.
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

/** RFC 3986, appendix B: it splits every text, and changes nothing of it. */
const parts = /^([^:/?#]+:)?(\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?(#.*)?$/s;

/**
 * The URL of the login page with the place to come back to, as Flask-Login's `login_url` makes it: a path and a query where
 * the login page is on the same origin (scheme, host and port), the whole URL otherwise. What `loginUrl` has in its query
 * stays as it is, but for a field of the same name, of which there must not be two.
 *
 * A whole URL holds the host that the request named. Only a login page of another origin gets one, and the application
 * there has to hold it against a list of its own: `safeNext(next, fallback, { allowedOrigins })`.
 *
 * @param current the URL that was asked for, or its path and query; null: there is no place to come back to.
 * @throws TypeError where `host` is none
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
  // Whoever is to come back would refuse a longer one.
  return href.length > longestNext ? `${origin}/` : href;
}

/** The query with this field last, and once; every other stays as it stands. */
function withField(query: string | null, field: string, value: string): string {
  const others = (query ?? '').split('&').filter((pair) => pair !== '' && !new URLSearchParams(pair).has(field));
  return [...others, `${encodeURIComponent(field)}=${encodeURIComponent(value)}`].join('&');
}

function split(url: string): UrlParts {
  const [, scheme = '', authority = '', path = '', query = null, fragment = ''] = parts.exec(url) ?? [];
  return { scheme, authority, path, query, fragment };
}
