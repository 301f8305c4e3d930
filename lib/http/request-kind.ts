import type { IncomingHttpHeaders } from 'node:http';
import { wantedBy } from './accept.js';

/** The parts of a request that tell its kind. */
export interface SentRequest {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** The purpose of a request. */
export type RequestKind =
  /** A user navigates to a page, which replaces the previous one. */
  | 'page'
  /** A script loads a whole page on the user's behalf and replaces the previous one: Turbo Drive, boosted links. */
  | 'visit'
  /** A page embedded in another page. */
  | 'frame'
  /** A prefetch of a page or a part of one: perhaps nobody will ever see it. */
  | 'ahead'
  /** A part of a page, inserted by a library. */
  | 'fragment'
  /** A script's own request: `fetch()`, XMLHttpRequest, a client that asks for JSON. */
  | 'script'
  /** A page's resources: images, styles, fonts, video. */
  | 'resource'
  /** Unknown: a program, or an old browser that loads a part of a page. */
  | 'unsaid';

/** Headers that browsers and Turbo send when prefetching a page. */
const aheadHeaders = ['sec-purpose', 'purpose', 'x-sec-purpose', 'x-purpose', 'x-moz'];
const ahead = /(?:^|[\s,;])(?:prefetch|prerender|preview)(?:$|[\s,;])/i;

/** Headers of libraries that insert a part of a page. No browser sends these by itself. */
const fragmentHeaders = ['turbo-frame', 'hx-request', 'x-up-version', 'x-pjax'];

/** Navigations that do not replace the page. */
const frames: ReadonlySet<unknown> = new Set(['iframe', 'frame', 'fencedframe', 'embed', 'object']);

/** The name of an Android application: WebViews send it with every request, so it says nothing about its kind. */
const packageName = /^[a-z]\w*(?:\.[a-z]\w*)+$/i;

/**
 * Determines the kind of a request. The first of these that applies decides:
 *
 * 1. `Sec-Purpose`, and its equivalents of older browsers and Turbo: a prefetch.
 * 2. The headers of htmx, Turbo and similar libraries. Only a script of the page itself can add them.
 * 3. `Sec-Fetch-Mode` and `Sec-Fetch-Dest`, which no script can change; over HTTPS, and to localhost.
 * 4. `X-Requested-With`, unless it names an Android application.
 * 5. `Accept`, with its weights: a page if it lists `text/html`, and JSON is not preferred to it.
 */
export function kindOf({ headers }: SentRequest): RequestKind {
  if (aheadHeaders.some((name) => ahead.test(textOf(headers[name])))) return 'ahead';
  return byLibrary(headers) ?? byFetchMetadata(headers) ?? byScript(headers) ?? byAccept(headers);
}

/** Safe methods (RFC 9110, 9.2.1), which change nothing, or should not. */
const safeMethods: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export function isSafe({ method }: SentRequest): boolean {
  return safeMethods.has(method);
}

/** Whether it only reads, so that it may be repeated. */
export function isRead({ method }: SentRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Whether it comes from the media player of an Apple device, which loads video and audio on Safari's behalf, with a user agent
 * of its own. It can be forged.
 */
export function isMediaPlayer(request: SentRequest): boolean {
  const { range, 'user-agent': userAgent = '' } = request.headers;
  return userAgent.startsWith('AppleCoreMedia/') && isRead(request) && /^bytes=/i.test(range ?? '');
}

/** What a browser says about the origin of a request. A page cannot change any of it. */
export interface Provenance {
  /** `Sec-Fetch-Site`: sent by every browser since 2023, over HTTPS and to localhost. */
  readonly site: string | undefined;
  /** `Origin`: sent by every browser since 2020, except with GET and HEAD. */
  readonly origin: string | undefined;
}

/** A duplicate says nothing. Node joins duplicates with a comma, which matches no expected value. */
export function provenanceOf({ headers }: SentRequest): Provenance {
  const site = headers['sec-fetch-site'];
  return { site: site === undefined ? undefined : textOf(site), origin: headers.origin };
}

function byLibrary(headers: IncomingHttpHeaders): RequestKind | null {
  const isWhole = headers['hx-boosted'] === 'true' || headers['hx-history-restore-request'] === 'true';
  if (headers['hx-request'] !== undefined && isWhole) return 'visit';
  if (fragmentHeaders.some((name) => headers[name] !== undefined)) return 'fragment';
  // An application's `Turbo.fetch()` sets this header, too.
  return headers['x-turbo-request-id'] !== undefined && byAccept(headers) === 'page' ? 'visit' : null;
}

function byFetchMetadata(headers: IncomingHttpHeaders): RequestKind | null {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  if (mode === undefined) return null;
  if (mode === 'nested-navigate') return 'frame';
  if (mode === 'navigate') return frames.has(destination) ? 'frame' : 'page';
  return destination === undefined || destination === 'empty' ? 'script' : 'resource';
}

function byScript(headers: IncomingHttpHeaders): RequestKind | null {
  const by = textOf(headers['x-requested-with']).trim();
  return by === '' || packageName.test(by) ? null : 'script';
}

function byAccept({ accept }: IncomingHttpHeaders): RequestKind {
  if (accept === undefined) return 'unsaid';
  const { page, json, anything } = wantedBy(accept);
  if (page !== null && page > 0 && page >= json) return 'page';
  return page !== null || json > 0 || anything === 0 ? 'script' : 'unsaid';
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : (header?.join(', ') ?? '');
}
