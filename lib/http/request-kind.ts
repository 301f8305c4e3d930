import type { IncomingHttpHeaders } from 'node:http';
import { wantedBy } from './accept.js';

/** What is needed of a request to tell what it is. */
export interface SentRequest {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** What somebody wants who sends a request. */
export type RequestKind =
  /** A person asks for a page, which takes the place of the one before. */
  | 'page'
  /** A script asks for a whole page in the person's place, and puts it where the one before was: Turbo Drive, boosted links. */
  | 'visit'
  /** A page inside of a page. */
  | 'frame'
  /** A page, or a part of one, ahead of need: perhaps nobody is ever going to look at it. */
  | 'ahead'
  /** A part of a page, which a library puts into it. */
  | 'fragment'
  /** What a script wants for itself: `fetch()`, XMLHttpRequest, a client that asks for JSON. */
  | 'script'
  /** What a page consists of besides: images, styles, fonts, video. */
  | 'resource'
  /** Nobody says: a program, or a browser of another age that loads a part of a page. */
  | 'unsaid';

/** What browsers, and Turbo, say of a page that is fetched ahead of need. */
const aheadHeaders = ['sec-purpose', 'purpose', 'x-sec-purpose', 'x-purpose', 'x-moz'];
const ahead = /(?:^|[\s,;])(?:prefetch|prerender|preview)(?:$|[\s,;])/i;

/** Libraries that put a part of an answer into the page. No browser sends these names by itself. */
const fragmentHeaders = ['turbo-frame', 'hx-request', 'x-up-version', 'x-pjax'];

/** Where a navigation leads that does not take the place of the page. */
const frames: ReadonlySet<unknown> = new Set(['iframe', 'frame', 'fencedframe', 'embed', 'object']);

/** The name of an Android application: WebViews send it with everything, and it says nothing of the request. */
const packageName = /^[a-z]\w*(?:\.[a-z]\w*)+$/i;

/**
 * What kind of request this is. The first of these that says something decides:
 *
 * 1. `Sec-Purpose`, and what older browsers and Turbo call it: ahead of need.
 * 2. The headers of htmx, Turbo and their likes. Only a script of the page itself can add them.
 * 3. `Sec-Fetch-Mode` and `Sec-Fetch-Dest`, which no script can change; over HTTPS, and to localhost.
 * 4. `X-Requested-With`, unless it names an Android application.
 * 5. `Accept`, with its weights: a page is who asks for `text/html` by name, and for JSON not more than for that.
 */
export function kindOf({ headers }: SentRequest): RequestKind {
  if (aheadHeaders.some((name) => ahead.test(textOf(headers[name])))) return 'ahead';
  return byLibrary(headers) ?? byFetchMetadata(headers) ?? byScript(headers) ?? byAccept(headers);
}

/** What changes nothing (RFC 9110, 9.2.1), or ought not to. */
const safeMethods: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export function isSafe({ method }: SentRequest): boolean {
  return safeMethods.has(method);
}

/** Whether it asks for something to look at, so that it may be asked for once more. */
export function isRead({ method }: SentRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Whether it is what the media player of an Apple device sends, which loads video and audio in the place of Safari, by a
 * user agent of its own. It is anybody's word.
 */
export function isMediaPlayer(request: SentRequest): boolean {
  const { range, 'user-agent': userAgent = '' } = request.headers;
  return userAgent.startsWith('AppleCoreMedia/') && isRead(request) && /^bytes=/i.test(range ?? '');
}

/** What a browser says about where a request comes from. A page cannot change a word of it. */
export interface Provenance {
  /** `Sec-Fetch-Site`: sent by every browser since 2023, over HTTPS and to localhost. */
  readonly site: string | undefined;
  /** `Origin`: sent by every browser since 2020 with whatever is not GET or HEAD. */
  readonly origin: string | undefined;
}

/** Of two that came one tells nothing. Node joins what comes twice with a comma, which is no value that is looked for. */
export function provenanceOf({ headers }: SentRequest): Provenance {
  const site = headers['sec-fetch-site'];
  return { site: site === undefined ? undefined : textOf(site), origin: headers.origin };
}

function byLibrary(headers: IncomingHttpHeaders): RequestKind | null {
  const isWhole = headers['hx-boosted'] === 'true' || headers['hx-history-restore-request'] === 'true';
  if (headers['hx-request'] !== undefined && isWhole) return 'visit';
  if (fragmentHeaders.some((name) => headers[name] !== undefined)) return 'fragment';
  // `Turbo.fetch()` of an application marks what it asks for, too.
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
