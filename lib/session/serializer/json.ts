import type { Serializer } from './serializer.js';
import { StorableWalk, type Format } from './storable.js';

const format: Format = {
  special(value) {
    return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;
  },
  refuseNumber(value) {
    if (typeof value === 'bigint') return 'JSON has no BigInt. Use SESSION_SERIALIZATION_FORMAT=msgpack, or store a string';
    return Number.isFinite(value) ? null : `JSON has no ${String(value)}. Use SESSION_SERIALIZATION_FORMAT=msgpack`;
  },
};

/**
 * JSON in UTF-8, for records that other programs read. A Date comes back as its ISO text; what JSON would lose without a
 * word (Map, Set, BigInt, bytes, NaN) is refused.
 */
export class JsonSerializer implements Serializer {
  readonly #walk = new StorableWalk(format);

  encode(record: Readonly<Record<string, unknown>>): Uint8Array {
    return Buffer.from(JSON.stringify(this.#walk.run(record)), 'utf8');
  }

  decode(bytes: Uint8Array): unknown {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // JSON.parse makes an own property of it, which a later copy key by key would turn into a prototype.
    return text.includes('__proto__')
      ? JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value))
      : JSON.parse(text);
  }
}
