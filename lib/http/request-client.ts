import { cookieValues } from '../cookie/cookie-header.js';
import type { CookieRequest } from '../cookie/other-places.js';
import type { Platform } from './platforms/platform.js';
import type { RawRequest } from './platforms/raw.js';
import { forwardedIn, type Forwarded } from './forwarded.js';
import { requestOrigin } from './origin.js';
import type { PublicUrl } from './public-url.js';
import { isMediaPlayer, isSafe, kindOf, provenanceOf, type Provenance, type RequestKind } from './request-kind.js';

/** The longest part of a user agent that is used, in characters: it is untrusted, and is stored with a login. */
export const LONGEST_USER_AGENT = 512;

/** Strings that may be an address, with a zone or port. A trusted proxy forwards whatever a client put into its header. */
const addressLike = /^[\w.:%[\]-]{1,100}$/;

const nothingForwarded: Forwarded = { host: null, scheme: 'unsaid', prefix: '' };

/**
 * The client of a request, the request's purpose and target, and the response's cookies besides the session's own. Everything
 * is computed on demand.
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

  /** Adds the server's own request, if only Node's was known before. */
  meet(request: object): void {
    this.request = request;
  }

  /** The network address, according to the platform's trust in proxies; empty if unknown. */
  get address(): string {
    const address = this.platform.addressOf(this.request);
    return addressLike.test(address) ? address : '';
  }

  /** Truncated to 512 characters; empty if there is none. */
  get userAgent(): string {
    return (this.raw.headers['user-agent'] ?? '').slice(0, LONGEST_USER_AGENT);
  }

  get isHttps(): boolean {
    return this.platform.isHttps(this.request);
  }

  /** The purpose of the request. */
  get kind(): RequestKind {
    return kindOf(this.raw);
  }

  /** Whether its method is safe. */
  get isSafe(): boolean {
    return isSafe(this.raw);
  }

  /** Whether it claims to come from an Apple device's media player. */
  get isMediaPlayer(): boolean {
    return isMediaPlayer(this.raw);
  }

  /** Which page sent it, as far as a browser says so. */
  get provenance(): Provenance {
    return provenanceOf(this.raw);
  }

  /**
   * The application's own origin for browsers: that of `publicUrl`, or what a trusted proxy says, or what the request says.
   * Null: that is invalid.
   */
  get origin(): string | null {
    if (this.publicUrl !== null) return this.publicUrl.origin;
    const { host, scheme } = this.#forwarded;
    const https = scheme === 'unsaid' ? this.isHttps : scheme === 'https';
    return requestOrigin(https, host ?? undefined) ?? requestOrigin(https, this.#host);
  }

  /** The prefix of the application's paths for browsers, such as `/shop`; empty: none. */
  get prefix(): string {
    return this.publicUrl?.prefix ?? this.#forwarded.prefix;
  }

  /** The `Cookie` header as it arrived. */
  get cookieHeader(): string | undefined {
    return this.raw.headers.cookie;
  }

  /** Where its cookies may be stored. */
  get cookieRequest(): CookieRequest {
    const [origin, url] = [() => this.origin, () => this.prefix + urlOf(this.raw)];
    return {
      isHttps: this.isHttps,
      cookies: this.raw.headers.cookie,
      // A getter, because it is only needed if there are several cookies of a name.
      get url() {
        return url();
      },
      get host() {
        return origin()?.replace(/^.*\/\//, '');
      },
    };
  }

  /** The values of all cookies with this name, in order, up to the limit. */
  cookies(name: string): string[] {
    return cookieValues(this.raw.headers.cookie, name);
  }

  /**
   * Adds Set-Cookie headers to the response; later ones for the same cookie replace them.
   *
   * @returns false if the headers have been sent, so the client does not get it.
   */
  setCookie(name: string, ...lines: readonly string[]): boolean {
    if (this.#isHeadOut) return false;
    this.#lines.set(name, lines);
    return true;
  }

  /** The headers to send; none can be added after that. */
  takeLines(): readonly string[] {
    this.#isHeadOut = true;
    return [...this.#lines.values()].flat();
  }

  /** HTTP/2 has its own field for the host. */
  get #host(): string | undefined {
    const { ':authority': authority, host } = this.raw.headers;
    return typeof authority === 'string' ? authority : host;
  }

  get #forwarded(): Forwarded {
    return this.platform.trustsSender(this.request) ? forwardedIn(this.raw.headers) : nothingForwarded;
  }
}

/** If Express is mounted, `url` is only the remaining part. */
function urlOf(request: RawRequest): string {
  return 'originalUrl' in request && typeof request.originalUrl === 'string'
    ? request.originalUrl
    : (request.url ?? '');
}
