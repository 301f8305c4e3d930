import { Chunks, longestCookie } from './chunks.js';
import type { KeyRing } from './key-ring.js';
import { OtherPlaces, type CookieRequest } from './other-places.js';
import type { ResolvedCookie } from './resolved-cookie.js';
import { contentWithin, openValue, sealValue } from './sealed-value.js';
import { longestMaxAge, SetCookie } from './set-cookie.js';
import { shownCookies, type ShownCookies } from './shown-cookies.js';

/** What the session cookie is sealed for. */
export const sealedSessionPurpose = 'session-cookie-seal:v1';

/** Of the fifty cookies that a browser keeps for a site. */
const mostChunks = 8;
/** A partition of an embedded site has a budget of its own, a small one. */
const mostPartitionedChunks = 4;

/** What a cookie carries, once opened. */
export interface OpenedCookie {
  readonly content: Uint8Array;
  /** When the cookie was issued, in milliseconds. */
  readonly issuedAt: number;
  /** True: a fallback key opened it, so it should be sealed again under the current one. */
  readonly outdated: boolean;
}

/** A cookie whose value is sealed for one purpose, in as many cookies as it takes: from the Cookie header to its content, and back. */
export class SealedCookie {
  readonly name: string;
  /** How many bytes of content there is room for. */
  readonly capacity: number;
  readonly #secure: boolean | 'auto';
  readonly #chunks: Chunks;
  readonly #setCookies: readonly SetCookie[];
  readonly #otherPlaces: OtherPlaces;

  /** @param size characters of all cookies of a value together, as they stand in a request. */
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

  /** All values of the name that are whole and open. Whatever the header holds, this does not throw. */
  readAll(header: string | undefined): ShownCookies<OpenedCookie> {
    const now = this.now();
    return shownCookies(header, this.name, now, (begin) => this.#open(begin, header ?? '', now));
  }

  /** Of those the one that was issued last. */
  read(header: string | undefined): OpenedCookie | null {
    return this.readAll(header).tokens[0] ?? null;
  }

  /**
   * The Set-Cookie lines that carry `content`. Those of its cookies that it does not take are cleared, whether or not this
   * request came with them: another tab may have set them meanwhile. `issuedAt` and `maxAge` are in milliseconds; `maxAge` is
   * cut to 400 days, and `null` lets the cookies end with the browser. `https`: whether the request came by HTTPS.
   *
   * @throws RangeError for more content than {@link capacity}
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

  /** The Set-Cookie lines that remove all of its cookies, with the attributes that they were set with. */
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
