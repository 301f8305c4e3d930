import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import type { RawResponse } from './platforms/platform.js';

/** What `writeHead` may be given as headers: an object, or a list of names and values, flat or in pairs. */
export type HeadArgument = OutgoingHttpHeaders | readonly OutgoingHttpHeader[] | readonly (readonly [string, OutgoingHttpHeader])[];

/**
 * The head of a response that is about to go out: what was set on the response, and what was handed to `writeHead`, which
 * would replace it.
 */
export class ResponseHead {
  #given: Record<string, OutgoingHttpHeader | undefined> | null;

  constructor(
    private readonly response: RawResponse,
    given: HeadArgument | null,
  ) {
    this.#given = given === null ? null : isList(given) ? fromList(given) : { ...given };
  }

  /** The headers for `writeHead`, with what was changed here; null: none were handed in. */
  get given(): Record<string, OutgoingHttpHeader | undefined> | null {
    return this.#given;
  }

  get(name: string): string {
    const value = this.#given?.[this.#spelling(name)] ?? this.response.getHeader(name) ?? '';
    return Array.isArray(value) ? value.join(', ') : String(value);
  }

  set(name: string, value: string): void {
    if (this.#given === null) this.response.setHeader(name, value);
    else this.#given[this.#spelling(name)] = value;
  }

  addCookie(line: string): void {
    const name = 'Set-Cookie';
    const existing = this.#given?.[this.#spelling(name)] ?? this.response.getHeader(name) ?? [];
    const lines = [...(Array.isArray(existing) ? existing : [String(existing)]), line];
    if (this.#given === null) this.response.setHeader(name, lines);
    else this.#given[this.#spelling(name)] = lines;
  }

  /** The name as `writeHead` was given it, or as it is handed in here. */
  #spelling(name: string): string {
    const lower = name.toLowerCase();
    for (const key in this.#given) if (key === lower || key.toLowerCase() === lower) return key;
    return name;
  }
}

function isList(given: HeadArgument): given is readonly OutgoingHttpHeader[] | readonly (readonly [string, OutgoingHttpHeader])[] {
  return Array.isArray(given);
}

function fromList(
  list: readonly OutgoingHttpHeader[] | readonly (readonly [string, OutgoingHttpHeader])[],
): Record<string, OutgoingHttpHeader | undefined> {
  const headers: Record<string, OutgoingHttpHeader | undefined> = {};
  const flat: readonly OutgoingHttpHeader[] = Array.isArray(list[0])
    ? (list as readonly (readonly [string, OutgoingHttpHeader])[]).flatMap((pair) => [...pair])
    : (list as readonly OutgoingHttpHeader[]);
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = String(flat[index]).toLowerCase();
    const value = flat[index + 1];
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat().map(String);
  }
  return headers;
}
