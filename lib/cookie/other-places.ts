import { cookieValues } from './cookie-header.js';
import type { CookiePlace } from './cookie-place.js';
import { ruleOf } from './name-prefix.js';
import type { ResolvedCookie } from './resolved-cookie.js';
import type { ShownCookies } from './shown-cookies.js';

/** What of a request says where its cookies may stand, as browsers know it. */
export interface CookieRequest {
  /** The target of the request, with its query or without. */
  readonly url: string;
  /** With a port, where there is one; undefined: nobody knows. */
  readonly host: string | undefined;
  /** The header `Cookie`. */
  readonly cookies: string | undefined;
  readonly isHttps: boolean;
}

/** What is guessed at takes no more of an answer's head, for which proxies have 4 to 8 KB. */
const mostLines = 32;
const mostCharacters = 2048;
/** A path that is longer is some record's name rather than where an application stands. */
const longestPath = 128;
const deepest = 8;
/** Names of domains besides "none": the host, and its shortest parents. */
const mostDomains = 4;

const hostForm = /^(?:[a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63}$/;
const pathForm = /^\/[\x21-\x3a\x3c-\x7e]*$/;

/** Removes a cookie from where it stood before its path, its domain or `Partitioned` was changed: there it would be sent on and on. */
export class OtherPlaces {
  readonly #former: Readonly<Record<'plain' | 'secure', readonly string[]>>;
  readonly #isHostOnly: boolean;

  /** @param names all cookies that a value may take. */
  constructor(
    private readonly cookie: ResolvedCookie,
    private readonly names: readonly string[],
  ) {
    // There is but one place for such a name.
    this.#isHostOnly = ruleOf(cookie.name)?.hostOnly === true;
    const former = (isSecure: boolean): string[] =>
      cookie.former.flatMap((place) => this.#linesAt(place, names, isSecure));
    this.#former = { plain: former(false), secure: former(true) };
  }

  /** Whether the request came with a second one, which an answer may remove. */
  isToClear({ tokens, hasOthers }: ShownCookies<unknown>): boolean {
    // Which of them stands where is not to be seen, and somebody else's is not ours to remove.
    return tokens.length > 1 && !hasOthers && !this.#isHostOnly;
  }

  /**
   * The Set-Cookie lines that leave the cookie where it stands now alone: for the places that the settings name, and, where the request
   * came with a second one, for all that it may stand at. They go before the line of the cookie itself, for clients that keep but one of
   * a name.
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
      // The others are what browsers take for granted.
      this.cookie.sameSite === 'none' ? '; SameSite=None' : '',
      partitioned ? '; Partitioned' : '',
    ].join('');
    return names.map((name) => `${name}=${attributes}`);
  }
}

/** Where a cookie that came with a request may stand besides its own place, the likely ones first. */
function placesAround(own: ResolvedCookie, { url, host, isHttps }: CookieRequest): CookiePlace[] {
  const paths = pathsOf(url);
  const domains = [null, ...domainsOf(host, own.domain)];
  const at = (partitioned: boolean): CookiePlace[] =>
    paths.flatMap((path) => domains.map((domain) => ({ path, domain, partitioned })));
  // A browser takes `Partitioned` by HTTPS alone, and sends it nowhere else.
  const others = own.partitioned || isHttps ? at(!own.partitioned) : [];
  const isOwn = ({ path, domain }: CookiePlace): boolean => path === own.path && domain === own.domain;
  return [
    ...others.filter(isOwn),
    ...at(own.partitioned).filter((place) => !isOwn(place)),
    ...others.filter((place) => !isOwn(place)),
  ];
}

/** Every path that matches the request's (RFC 6265 5.1.4): the shorter first, those that end with a slash last. */
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

/** The host and its parents, as far as more than one of them is left; nothing for an address. */
function domainsOf(host: string | undefined, ownDomain: string | null): string[] {
  const named = host?.toLowerCase().replace(/:[0-9]{1,5}$/, '') ?? '';
  // Behind a proxy that puts its own name there.
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
