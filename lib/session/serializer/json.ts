import { isRewritable } from './rewritable.js';
import type { Serializer } from './serializer.js';
import { StorableWalk, type Format } from './storable.js';

const INSTEAD = 'Use SESSION_SERIALIZATION_FORMAT=msgpack';

const format: Format = {
  special: (value) => (value instanceof Date ? value.toISOString() : undefined),
  refuse(value) {
    if (typeof value === 'bigint') return `JSON has no BigInt. ${INSTEAD}, or store a string`;
    if (typeof value === 'number') return Number.isFinite(value) ? null : `JSON has no ${String(value)}. ${INSTEAD}`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? `JSON has no invalid Date. ${INSTEAD}` : null;
    if (value instanceof Map || value instanceof Set) return `JSON has no Map and no Set. ${INSTEAD}`;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      return `JSON has no bytes. ${INSTEAD}, or store base64`;
    }
    return null;
  },
  refuseUndefined: `JSON has no undefined in an array. ${INSTEAD}, or store null`,
};

/**
 * JSON in UTF-8, for records that other programs read. A Date is restored as an ISO string, and a key whose value is
 * `undefined` is lost; other values that JSON would lose silently (Map, Set, BigInt, bytes, NaN) are rejected.
 */
export class JsonSerializer implements Serializer {
  readonly #walk: StorableWalk;

  /** @param onInstance as in `MsgpackSerializer`. */
  constructor(onInstance?: (className: string) => void) {
    this.#walk = new StorableWalk(format, onInstance);
  }

  /** @param most how many parts it may have @throws TooManyNodes */
  encode(record: Readonly<Record<string, unknown>>, most?: number): Uint8Array {
    return Buffer.from(JSON.stringify(this.#walk.run(record, most)), 'utf8');
  }

  decode(bytes: Uint8Array): unknown {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // JSON.parse makes it an own property, which a later copy key by key would turn into a prototype. It may be escaped.
    const value: unknown = /__proto__|\\u/.test(text)
      ? JSON.parse(text, (key, part: unknown) => (key === '__proto__' ? undefined : part))
      : JSON.parse(text);
    if (!isRewritable(value, true)) throw new TypeError('It holds values that cannot be written again.');
    return value;
  }
}
