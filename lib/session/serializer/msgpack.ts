import { Packr } from 'msgpackr';
import { hasMaps, storedMap, withMaps } from './msgpack-map.js';
import { isRewritable } from './rewritable.js';
import { asBuffer, type Serializer } from './serializer.js';
import { StorableWalk, type Format } from './storable.js';

const format: Format = {
  special(value, inner) {
    if (value instanceof Map) return storedMap(value, inner);
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
  readonly #walk: StorableWalk;

  /** @param onInstance hears of instances of classes that are stored as plain data, by the names of their classes. */
  constructor(onInstance?: (className: string) => void) {
    this.#walk = new StorableWalk(format, onInstance);
  }

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

  /** @param most parts that it may have @throws TooManyNodes */
  encode(record: Readonly<Record<string, unknown>>, most?: number): Uint8Array {
    return this.#packr.pack(this.#walk.run(record, most));
  }

  decode(bytes: Uint8Array): unknown {
    // What is read out of a Buffer is a Buffer, and what is read out of other bytes is not.
    const source = asBuffer(bytes);
    const read: unknown = this.#packr.unpack(source);
    const value = hasMaps(source) ? withMaps(read) : read;
    if (!isRewritable(value, false)) throw new TypeError('It holds what cannot be written again.');
    return value;
  }
}
