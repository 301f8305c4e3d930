import { STATUS_CODES, type OutgoingHttpHeader, type OutgoingHttpHeaders } from 'node:http';
import { isHttp2, type RawResponse } from './raw-response.js';

/** The headers argument of `writeHead`: an object, or an array of names and values, flat or in pairs. */
export type HeadArgument = OutgoingHttpHeaders | Flat | Pairs;

type Flat = readonly (OutgoingHttpHeader | undefined)[];
type Pairs = readonly (readonly [string, OutgoingHttpHeader])[];

/** The headers by name; if an array has several spellings of a name, the first. */
type Given = Record<string, OutgoingHttpHeader | undefined>;

/**
 * The status and headers of a response that is about to be sent: those set on the response, and those passed to `writeHead`,
 * which take precedence. The latter are kept as a flat array, to which adding a header is cheaper than to an object.
 */
export class ResponseHead {
  readonly #list: (OutgoingHttpHeader | undefined)[] | null;

  /** @param forWrapper whether they are passed to another package's `writeHead`, which may not support arrays */
  constructor(
    private readonly response: RawResponse,
    given: HeadArgument | null,
    private readonly forWrapper = false,
  ) {
    this.#list = given && toList(given);
  }

  /** The headers for `writeHead`, with the changes made here; null: none were passed. */
  get given(): HeadArgument | null {
    if (this.#list === null) return null;
    // The compatibility API of HTTP/2 expects a different array format than HTTP/1.
    return isHttp2(this.response) || this.forWrapper ? toObject(this.#list) : this.#list;
  }

  get(name: string): string {
    const value = this.#valueOf(name);
    return value === undefined ? '' : Array.isArray(value) ? value.join(', ') : String(value);
  }

  set(name: string, value: string): void {
    this.#put(name, value);
  }

  addCookie(line: string): void {
    const existing = this.#valueOf('Set-Cookie') ?? [];
    this.#put('Set-Cookie', [...(Array.isArray(existing) ? existing : [String(existing)]), line]);
  }

  #valueOf(name: string): OutgoingHttpHeader | undefined {
    const index = this.#list === null ? -1 : indexIn(this.#list, name);
    return index < 0 ? this.response.getHeader(name) : this.#list?.[index + 1];
  }

  #put(name: string, value: string | string[]): void {
    if (this.#list === null) {
      this.response.setHeader(name, value);
      return;
    }
    const index = indexIn(this.#list, name);
    if (index < 0) this.#list.push(name, value);
    else this.#list[index + 1] = value;
  }
}

/** The headers among the arguments of `writeHead`, and their position; null: there are none. */
export function headersIn(args: readonly unknown[]): { readonly index: number; readonly headers: HeadArgument } | null {
  const index = typeof args[1] === 'object' && args[1] !== null ? 1 : 2;
  const headers = args[index];
  return typeof headers === 'object' && headers !== null ? { index, headers: headers as HeadArgument } : null;
}

/**
 * Turns the headers into those of another response, which must not be cached. What the application has set, or passed to
 * `writeHead`, stays, except headers that describe the discarded response.
 */
export function substituteHead(response: RawResponse, given: HeadArgument | null, status: number): void {
  for (const [name, value] of Object.entries(given === null ? {} : toObject(given))) {
    if (value !== undefined && !describesAnswer(name)) response.setHeader(name, value);
  }
  for (const name of Object.keys(response.getHeaders())) if (describesAnswer(name)) response.removeHeader(name);
  response.statusCode = status;
  // HTTP/2 has no status message, and Node warns about it.
  if (!isHttp2(response)) response.statusMessage = STATUS_CODES[status] ?? '';
  response.setHeader('Cache-Control', 'no-store');
}

const answerHeaders = new Set([
  'accept-ranges',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'digest',
  'etag',
  'expires',
  'last-modified',
  'location',
  'refresh',
  'trailer',
  'transfer-encoding',
]);

function describesAnswer(name: string): boolean {
  return answerHeaders.has(name.toLowerCase());
}

/** Names and values in turn, each name once; a copy, since the argument belongs to the caller. */
function toList(given: HeadArgument): (OutgoingHttpHeader | undefined)[] {
  const headers = isList(given) ? toObject(given) : given;
  const list: (OutgoingHttpHeader | undefined)[] = [];
  // Node rejects a header without a value, with the better message.
  for (const name of Object.keys(headers)) list.push(name, headers[name]);
  return list;
}

function indexIn(list: Flat, name: string): number {
  for (let index = 0; index < list.length; index += 2) {
    const key = list[index];
    if (typeof key !== 'string' || key.length !== name.length) continue;
    if (key === name || key.toLowerCase() === name.toLowerCase()) return index;
  }
  return -1;
}

function toObject(given: HeadArgument): Given {
  if (!isList(given)) return { ...given };
  const headers: Given = {};
  const pairs = isPairs(given) ? given : inPairs(given);
  for (const [name, value] of pairs) {
    const spelling = spellingIn(headers, name);
    const before = headers[spelling];
    headers[spelling] = before === undefined ? value : [before, value].flat().map(String);
  }
  return headers;
}

function spellingIn(headers: Given, name: string): string {
  const lower = name.toLowerCase();
  for (const key in headers) if (key === lower || key.toLowerCase() === lower) return key;
  return name;
}

function isList(given: HeadArgument): given is Flat | Pairs {
  return Array.isArray(given);
}

function isPairs(list: Flat | Pairs): list is Pairs {
  return Array.isArray(list[0]);
}

/** @throws TypeError for a name without a value, as Node does */
function inPairs(list: Flat): Pairs {
  if (list.length % 2 !== 0) throw new TypeError('The headers given to writeHead() have a name without a value.');
  const pairs: [string, OutgoingHttpHeader][] = [];
  for (let index = 0; index < list.length; index += 2) pairs.push([String(list[index]), list[index + 1] ?? '']);
  return pairs;
}
