import { cookieValues } from '../cookie/cookie-header.js';
import type { Platform } from './platforms/platform.js';
import type { RawRequest } from './platforms/raw.js';

/** The longest user agent that is looked at, in characters: it is a stranger's text, and is kept with a login. */
const longestUserAgent = 512;

/** What may be an address, with a zone or a port. A proxy that is trusted hands on whatever a client has put into its header. */
const addressLike = /^[\w.:%[\]-]{1,100}$/;

/**
 * Who sent a request, and what its answer sets besides the session's own cookie. Nothing is worked out before it is asked
 * for.
 */
export class RequestClient {
  readonly #lines = new Map<string, string>();
  #isHeadOut = false;

  constructor(
    private request: object,
    private readonly raw: RawRequest,
    private readonly platform: Platform,
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

  /** The header `Cookie`, as it came. */
  get cookieHeader(): string | undefined {
    return this.raw.headers.cookie;
  }

  /** The values of all cookies with this name, in their order, at most eight. */
  cookies(name: string): string[] {
    return cookieValues(this.raw.headers.cookie, name);
  }

  /**
   * Adds a Set-Cookie line to the answer; a later one for the same cookie takes its place.
   *
   * @returns false where the head has gone out, so that the client does not get it.
   */
  setCookie(name: string, line: string): boolean {
    if (this.#isHeadOut) return false;
    this.#lines.set(name, line);
    return true;
  }

  /** The lines to send; none is taken after that. */
  takeLines(): Iterable<string> {
    this.#isHeadOut = true;
    return this.#lines.values();
  }
}
