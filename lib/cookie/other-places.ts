import { cookieValues, type ShownCookies } from './cookie-header.js';
import type { CookiePlace } from './cookie-place.js';
import { ruleOf } from './name-prefix.js';
import type { ResolvedCookie } from './resolved-cookie.js';

/** The parts of a request that determine where its cookies may be stored. */
export interface CookieRequest {
  /** The target of the request, with or without its query. */
  readonly url: string;
  /** With the port, if any; undefined: not known. */
  readonly host: string | undefined;
  /** The `Cookie` header. */
  readonly cookies: string | undefined;
  readonly isHttps: boolean;
}

/** Limits what guessing adds to the response headers, for which proxies allow 4 to 8 KB. */
const mostLines = 32;
const mostCharacters = 2048;
/** A longer path is more likely a record's name than an application's base path. */
const longestPath = 128;
const deepest = 8;
/** Domains tried besides "none": the host and its shortest parents. */
const mostDomains = 4;

const hostForm = /^(?:[a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63}$/;
const pathForm = /^\/[\x21-\x3a\x3c-\x7e]*$/;

/** Removes copies of a cookie that were set before its path, domain or `Partitioned` changed; browsers would go on sending them. */
export class OtherPlaces {
  readonly #former: Readonly<Record<'plain' | 'secure', readonly string[]>>;
  readonly #isHostOnly: boolean;

  /** @param names every cookie name that a value may take. */
  constructor(
    private readonly cookie: ResolvedCookie,
    private readonly names: readonly string[],
  ) {
    // Such a cookie can only be stored in one place.
    this.#isHostOnly = ruleOf(cookie.name)?.hostOnly === true;
    const former = (isSecure: boolean): string[] =>
      cookie.former.flatMap((place) => this.#linesAt(place, names, isSecure));
    this.#former = { plain: former(false), secure: former(true) };
  }

  /** Whether the request sent more than one, so that the response may remove the others. */
  isToClear({ tokens, hasOthers }: ShownCookies<unknown>): boolean {
    // The request does not tell which one is stored where, and we must not remove another application's cookie.
    return tokens.length > 1 && !hasOthers && !this.#isHostOnly;
  }

  /**
   * The Set-Cookie headers that remove the cookie from everywhere but its current place: from the places named in the settings
   * and, if the request sent more than one, from every place that is possible. They come before the cookie's own header, for
   * clients that keep only one cookie per name.
   */
  lines(shown: ShownCookies<unknown>, request: CookieRequest): readonly string[] {
    if (this.#isHostOnly || shown.hasOthers) return [];
    const isSecure = this.cookie.secure === true || (this.cookie.secure === 'auto' && request.isHttps);
    const former = this.#former[isSecure ? 'secure' : 'plain'];
    return this.isToClear(shown) ? withoutRepeats([...former, ...this.#around(request, isSecure)]) : former;
  }

  #around(request: CookieRequest, isSecure: boolean): string[] {
    const [first = '', ...more] = this.names;
    const shown = [first, ...more.filter((name) => cookieValues(request.cookies, name, 1).length > 0)];
    const lines: string[] = [];
    let characters = 0;
    for (const place of placesAround(this.cookie, request)) {
      const ofPlace = this.#linesAt(place, shown, isSecure);
      characters += ofPlace.join('').length;
      if (lines.length + ofPlace.length > mostLines || characters > mostCharacters) break;
      lines.push(...ofPlace);
    }
    return lines;
  }

  #linesAt({ path, domain, partitioned }: CookiePlace, names: readonly string[], isSecure: boolean): string[] {
    const attributes = [
      '; Max-Age=0',
      domain === null ? '' : `; Domain=${domain}`,
      isSecure || partitioned ? '; Secure' : '',
      `; Path=${path}`,
      // The others are the browsers' defaults.
      this.cookie.sameSite === 'none' ? '; SameSite=None' : '',
      partitioned ? '; Partitioned' : '',
    ].join('');
    return names.map((name) => `${name}=${attributes}`);
  }
}

/** Where a cookie sent with a request may be stored besides its own place, the likely places first. */
function placesAround(own: ResolvedCookie, { url, host, isHttps }: CookieRequest): CookiePlace[] {
  const paths = pathsOf(url);
  const domains = [null, ...domainsOf(host, own.domain)];
  const at = (partitioned: boolean): CookiePlace[] =>
    paths.flatMap((path) => domains.map((domain) => ({ path, domain, partitioned })));
  // A browser accepts and sends `Partitioned` cookies over HTTPS only.
  const others = own.partitioned || isHttps ? at(!own.partitioned) : [];
  const isOwn = ({ path, domain }: CookiePlace): boolean => path === own.path && domain === own.domain;
  return [
    ...others.filter(isOwn),
    ...at(own.partitioned).filter((place) => !isOwn(place)),
    ...others.filter((place) => !isOwn(place)),
  ];
}

/** Every path that matches the request's (RFC 6265 5.1.4): shorter ones first, those with a trailing slash last. */
function pathsOf(url: string): string[] {
  const path = url.replace(/[?#].*$/s, '');
  if (!pathForm.test(path)) return ['/'];
  const segments = path.split('/').slice(1, deepest + 1);
  const prefixes = segments
    .map((_, at) => `/${segments.slice(0, at + 1).join('/')}`)
    .filter((prefix) => prefix !== '/' && !prefix.endsWith('/') && prefix.length <= longestPath);
  const withSlash = prefixes.map((prefix) => `${prefix}/`).filter((prefix) => path.startsWith(prefix));
  return ['/', ...prefixes, ...withSlash];
}

/** The host and its parent domains of at least two labels; none for an IP address. */
function domainsOf(host: string | undefined, ownDomain: string | null): string[] {
  const named = host?.toLowerCase().replace(/:[0-9]{1,5}$/, '') ?? '';
  // Behind a proxy that replaces the Host header.
  const isOfOwn = ownDomain === null || named === ownDomain || named.endsWith(`.${ownDomain}`);
  const domain = isOfOwn ? named : ownDomain;
  if (!hostForm.test(domain) || /\.[0-9]+$/.test(domain)) return [];
  const labels = domain.split('.');
  const parents = labels.slice(2).map((_, at) => labels.slice(at + 1).join('.'));
  return [domain, ...parents.slice(-(mostDomains - 1))];
}

function withoutRepeats(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}
