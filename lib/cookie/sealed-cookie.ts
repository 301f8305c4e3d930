import { Chunks, longestCookie } from './chunks.js';
import type { KeyRing } from './key-ring.js';
import { OtherPlaces, type CookieRequest } from './other-places.js';
import type { ResolvedCookie } from './resolved-cookie.js';
import { contentWithin, openValue, sealValue } from './sealed-value.js';
import { longestMaxAge, SetCookie } from './set-cookie.js';
import { shownCookies, type ShownCookies } from './cookie-header.js';

export const sealedSessionPurpose = 'session-cookie-seal:v1';

/** Of the 50 cookies that a browser keeps per site. */
const mostChunks = 8;
/** A partition of an embedded site has its own, smaller budget. */
const mostPartitionedChunks = 4;

/** The content of a cookie, opened. */
export interface OpenedCookie {
  readonly content: Uint8Array;
  /** When the cookie was issued, in milliseconds. */
  readonly issuedAt: number;
  /** Opened with a fallback key, so it should be sealed again with the current one. */
  readonly outdated: boolean;
}

/**
 * A cookie whose value is sealed for one purpose and split into as many cookies as needed: from the Cookie header to the
 * content and back.
 */
export class SealedCookie {
  readonly name: string;
  /** The largest content that fits, in bytes. */
  readonly capacity: number;
  readonly #secure: boolean | 'auto';
  readonly #chunks: Chunks;
  readonly #setCookies: readonly SetCookie[];
  readonly #otherPlaces: OtherPlaces;

  /** @param size the limit for all cookies of a value together, in characters as they appear in a request. */
  constructor(
    cookie: ResolvedCookie,
    private readonly keys: KeyRing,
    private readonly purpose: string,
    size: number,
    private readonly now: () => number = Date.now,
  ) {
    this.name = cookie.name;
    this.#secure = cookie.partitioned ? true : cookie.secure;
    const setCookie = (name: string): SetCookie => new SetCookie({ ...cookie, name });
    this.#chunks = new Chunks(cookie.name, {
      chunks: cookie.partitioned ? mostPartitionedChunks : mostChunks,
      size,
      room: (name) => longestCookie - setCookie(name).line('', longestMaxAge, true, 0).length,
    });
    this.#setCookies = this.#chunks.names.map(setCookie);
    this.#otherPlaces = new OtherPlaces(cookie, this.#chunks.names);
    this.capacity = Math.max(0, contentWithin(this.#chunks.longest));
  }

  /** All complete values of this name that open. Never throws, whatever the header holds. */
  readAll(header: string | undefined): ShownCookies<OpenedCookie> {
    const now = this.now();
    return shownCookies(header, this.name, now, (begin) => this.#open(begin, header ?? '', now));
  }

  /** The most recently issued of them. */
  read(header: string | undefined): OpenedCookie | null {
    return this.readAll(header).tokens[0] ?? null;
  }

  /**
   * The Set-Cookie headers for `content`. Unused chunk cookies are cleared even if this request did not send them: another tab
   * may have set them in the meantime. `issuedAt` and `maxAge` are in milliseconds; `maxAge` is capped at 400 days, `null`
   * makes a cookie that ends with the browser. `https`: whether the request used HTTPS.
   *
   * @throws RangeError if the content is larger than {@link capacity}
   */
  write(content: Uint8Array, issuedAt: number, maxAge: number | null, https: boolean): string[] {
    const values = this.#chunks.split(sealValue(this.keys, this.purpose, this.name, content, issuedAt));
    const secure = this.#isSecure(https);
    const now = this.now();
    return this.#setCookies.map((setCookie, index) => {
      const value = values[index];
      return value === undefined ? setCookie.clear(secure) : setCookie.line(value, maxAge, secure, now);
    });
  }

  /** The Set-Cookie headers that remove all its cookies, with the attributes that they were set with. */
  clear(https: boolean): string[] {
    const secure = this.#isSecure(https);
    return this.#setCookies.map((setCookie) => setCookie.clear(secure));
  }

  /** See {@link OtherPlaces.isToClear}. */
  isElsewhere(shown: ShownCookies<unknown>): boolean {
    return this.#otherPlaces.isToClear(shown);
  }

  /** See {@link OtherPlaces.lines}. */
  linesElsewhere(shown: ShownCookies<unknown>, request: CookieRequest): readonly string[] {
    return this.#otherPlaces.lines(shown, request);
  }

  #open(begin: string, header: string, now: number): OpenedCookie | null {
    const value = this.#chunks.join(begin, header);
    const opened = value === null ? null : openValue(this.keys, this.purpose, this.name, value, now);
    return opened && { content: opened.content, issuedAt: opened.issuedAt, outdated: opened.openedBy === 'fallback' };
  }

  #isSecure(https: boolean): boolean {
    return this.#secure === 'auto' ? https : this.#secure;
  }
}
