import { Packr, addExtension } from 'msgpackr';
import { isRewritable } from './rewritable.js';
import type { Serializer } from './serializer.js';
import { StorableWalk, type Format } from './storable.js';

/** Stands in for a Map, which MessagePack would not tell from an object. */
class StoredMap {
  constructor(readonly entries: readonly unknown[]) {}

  static of(map: ReadonlyMap<unknown, unknown>, inner: (value: unknown, part: string | number) => unknown): StoredMap {
    const entries: unknown[] = [];
    for (const [key, value] of map) {
      const position = entries.length / 2;
      entries.push(inner(key, position), inner(value, typeof key === 'string' ? key : position));
    }
    return new StoredMap(entries);
  }

  static restore(entries: unknown): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    if (!Array.isArray(entries) || entries.length % 2 !== 0) throw new TypeError('A map without entries.');
    for (let index = 0; index < entries.length; index += 2) map.set(entries[index], entries[index + 1]);
    return map;
  }
}

addExtension({
  Class: StoredMap,
  type: 0x4d,
  write: (map: StoredMap) => map.entries,
  read: (entries: unknown) => StoredMap.restore(entries),
});

const format: Format = {
  special(value, inner) {
    if (value instanceof Map) return StoredMap.of(value, inner);
    if (value instanceof Set) return new Set(Array.from(value, inner));
    if (value instanceof Date || ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof RegExp) {
      return value;
    }
    return undefined;
  },
  refuse: () => null,
  refuseUndefined: null,
};

/**
 * MessagePack: plain data as any MessagePack reader knows it; besides, Date, Map, Set, BigInt, RegExp, typed arrays,
 * `undefined` and `NaN` come back as they went in.
 */
export class MsgpackSerializer implements Serializer {
  readonly #walk = new StorableWalk(format);

  // Without `copyBuffers` the bytes in the data would be windows on the record that changes are compared with.
  readonly #packr = new Packr({
    useRecords: false,
    mapsAsObjects: true,
    variableMapSize: true,
    moreTypes: true,
    copyBuffers: true,
    // Nothing refers to what stands elsewhere in the record, and so to itself.
    structuredClone: false,
  });

  encode(record: Readonly<Record<string, unknown>>): Uint8Array {
    return this.#packr.pack(this.#walk.run(record));
  }

  decode(bytes: Uint8Array): unknown {
    const value: unknown = this.#packr.unpack(bytes);
    if (!isRewritable(value, false)) throw new TypeError('It holds what cannot be written again.');
    return value;
  }
}
