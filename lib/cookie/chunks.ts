import { cookieValues } from './cookie-header.js';

/** The browsers' limit for one cookie, in octets (RFC 6265bis 5.6): here including attributes, which some browsers count. */
export const longestCookie = 4096;

/** The last characters of a value, which mark its chunks as belonging together. */
const tagLength = 6;
/** `<tag>.` */
const followingHead = tagLength + 1;
/** `<number of chunks>.<tag>.` */
const firstHead = 2 + followingHead;
const first = /^([2-9])\.([A-Za-z0-9_-]{6})\./;
/** `=` after a name, and the separator between cookies in a request. */
const aroundPair = '=; '.length;

/** How many cookies a value may take, and how long they may be. */
export interface ChunkLimits {
  /** At most 9. */
  readonly chunks: number;
  /** The limit for all cookies together, in characters as they appear in a request: names, values and separators. */
  readonly size: number;
  /** The longest value of the cookie with this name, in characters; see {@link longestCookie}. */
  readonly room: (name: string) => number;
}

/**
 * Splits a base64url value over several cookies if it is too long for one: `name`, `name.1`, `name.2` … A single cookie holds
 * the value as it is; of several, the first holds their number, and each begins with the tag of the value:
 *
 * ```text
 * name=3.fGh1_A.<part>; name.1=fGh1_A.<part>; name.2=fGh1_A.<part>
 * ```
 *
 * The tag is the end of the value, which differs for each sealed value. So parts of two values are never joined.
 */
export class Chunks {
  /** Every cookie that a value may take: when you set a value, clear the ones it does not use. */
  readonly names: readonly string[];
  /** The longest value that fits, in characters. */
  readonly longest: number;
  readonly #rooms: readonly number[];

  constructor(name: string, limits: ChunkLimits) {
    const names = Array.from({ length: limits.chunks }, (_, index) =>
      index === 0 ? name : `${name}.${String(index)}`,
    );
    const rooms = names.map(limits.room);
    const capacities = names.map((_, index) => capacity(names.slice(0, index + 1), rooms, limits.size));
    this.longest = Math.max(...capacities);
    this.names = names.slice(0, capacities.indexOf(this.longest) + 1);
    this.#rooms = rooms;
  }

  /**
   * The values of the first cookies of {@link names}.
   *
   * @throws RangeError for a value that is longer than {@link longest}
   */
  split(value: string): string[] {
    if (value.length > this.longest) throw new RangeError('The value is too long for its cookies.');
    if (value.length <= (this.#rooms[0] ?? 0)) return [value];
    const tag = value.slice(-tagLength);
    const parts: string[] = [];
    for (let at = 0; at < value.length;) {
      const head = parts.length === 0 ? firstHead : followingHead;
      const end = at + (this.#rooms[parts.length] ?? 0) - head;
      parts.push(`${tag}.${value.slice(at, end)}`);
      at = end;
    }
    return parts.map((part, index) => (index === 0 ? `${String(parts.length)}.${part}` : part));
  }

  /**
   * Joins the value whose first cookie is `begin`; null: it is incomplete. If a browser sends several cookies of a name, the
   * one with the tag counts. Never throws, whatever the header holds.
   */
  join(begin: string, header: string): string | null {
    if (!begin.includes('.')) return begin;
    const [head = '', count = '', tag = ''] = first.exec(begin) ?? [];
    if (head === '') return null;
    let value = begin.slice(head.length);
    for (let index = 1; index < Number(count); index++) {
      const part = cookieValues(header, `${this.names[0] ?? ''}.${String(index)}`).find((other) =>
        other.startsWith(`${tag}.`),
      );
      if (part === undefined) return null;
      value += part.slice(followingHead);
    }
    return value.endsWith(tag) ? value : null;
  }
}

/** The longest value if all these cookies are used. */
function capacity(names: readonly string[], rooms: readonly number[], size: number): number {
  const heads = names.length === 1 ? 0 : firstHead + (names.length - 1) * followingHead;
  const inCookies = names.reduce((sum, _, index) => sum + (rooms[index] ?? 0), -heads);
  const inRequest = names.reduce((left, name) => left - name.length - aroundPair, size - heads);
  return Math.min(inCookies, inRequest);
}
