import { cookieValues } from '../cookie/cookie-header.js';
import type { CookieRequest } from '../cookie/other-places.js';
import type { Platform } from './platforms/platform.js';
import type { RawRequest } from './platforms/raw.js';
import { forwardedIn, type Forwarded } from './forwarded.js';
import { requestOrigin } from './origin.js';
import type { PublicUrl } from './public-url.js';
import { isMediaPlayer, isSafe, kindOf, provenanceOf, type Provenance, type RequestKind } from './request-kind.js';

/** The longest user agent that is looked at, in characters: it is a stranger's text, and is kept with a login. */
const longestUserAgent = 512;

/** What may be an address, with a zone or a port. A proxy that is trusted hands on whatever a client has put into its header. */
const addressLike = /^[\w.:%[\]-]{1,100}$/;

const nothingForwarded: Forwarded = { host: null, isHttps: null, prefix: '' };

/**
 * Who sent a request, for what, and to which address; and what its answer sets besides the session's own cookie. Nothing is
 * worked out before it is asked for.
 */
export class RequestClient {
  readonly #lines = new Map<string, readonly string[]>();
  #isHeadOut = false;

  constructor(
    private request: object,
    private readonly raw: RawRequest,
    private readonly platform: Platform,
    private readonly publicUrl: PublicUrl | null,
  ) {}

  /** The server's own request, where Node's was known before. */
  meet(request: object): void {
    this.request = request;
  }

  /** The network address, as far as the platform's trust in proxies goes; empty where it is not known. */
  get address(): string {
    const address = this.platform.addressOf(this.request);
    return addressLike.test(address) ? address : '';
  }

  /** Cut to 512 characters; empty where there is none. */
  get userAgent(): string {
    return (this.raw.headers['user-agent'] ?? '').slice(0, longestUserAgent);
  }

  get isHttps(): boolean {
    return this.platform.isHttps(this.request);
  }

  /** What it is that somebody wants. */
  get kind(): RequestKind {
    return kindOf(this.raw);
  }

  /** Whether it is by a method that changes nothing. */
  get isSafe(): boolean {
    return isSafe(this.raw);
  }

  /** Whether the media player of an Apple device says that it sends it. */
  get isMediaPlayer(): boolean {
    return isMediaPlayer(this.raw);
  }

  /** Whose page sends it, as far as a browser says so. */
  get provenance(): Provenance {
    return provenanceOf(this.raw);
  }

  /**
   * The application's own origin, as browsers know it: that of `publicUrl`, or what a proxy says that the platform trusts, or
   * what the request says. Null: what it says cannot be one.
   */
  get origin(): string | null {
    if (this.publicUrl !== null) return this.publicUrl.origin;
    const { host, isHttps } = this.#forwarded;
    const https = isHttps ?? this.isHttps;
    return requestOrigin(https, host ?? undefined) ?? requestOrigin(https, this.#host);
  }

  /** What stands before the application's paths in those that browsers know, such as `/shop`; empty: nothing. */
  get prefix(): string {
    return this.publicUrl?.prefix ?? this.#forwarded.prefix;
  }

  /** The header `Cookie`, as it came. */
  get cookieHeader(): string | undefined {
    return this.raw.headers.cookie;
  }

  /** Where its cookies may stand. */
  get cookieRequest(): CookieRequest {
    const [origin, url] = [() => this.origin, () => this.prefix + urlOf(this.raw)];
    return {
      isHttps: this.isHttps,
      cookies: this.raw.headers.cookie,
      // Asked for where there are several of a name, and seldom so.
      get url() {
        return url();
      },
      get host() {
        return origin()?.replace(/^.*\/\//, '');
      },
    };
  }

  /** The values of all cookies with this name, in their order, as many as are looked at. */
  cookies(name: string): string[] {
    return cookieValues(this.raw.headers.cookie, name);
  }

  /**
   * Adds Set-Cookie lines to the answer; later ones for the same cookie take their place.
   *
   * @returns false where the head has gone out, so that the client does not get it.
   */
  setCookie(name: string, ...lines: readonly string[]): boolean {
    if (this.#isHeadOut) return false;
    this.#lines.set(name, lines);
    return true;
  }

  /** The lines to send; none is taken after that. */
  takeLines(): Iterable<string> {
    this.#isHeadOut = true;
    return [...this.#lines.values()].flat();
  }

  /** HTTP/2 names the host in a field of its own. */
  get #host(): string | undefined {
    const { ':authority': authority, host } = this.raw.headers;
    return typeof authority === 'string' ? authority : host;
  }

  get #forwarded(): Forwarded {
    return this.platform.trustsSender(this.request) ? forwardedIn(this.raw.headers) : nothingForwarded;
  }
}

/** Where Express was mounted, `url` is only what is left of it. */
function urlOf(request: RawRequest): string {
  return 'originalUrl' in request && typeof request.originalUrl === 'string'
    ? request.originalUrl
    : (request.url ?? '');
}
