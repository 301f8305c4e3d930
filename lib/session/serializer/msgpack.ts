import { Packr } from 'msgpackr';
import { isWellFormed } from '../../config/well-formed.js';
import { hasMaps, storedMap, withMaps } from './msgpack-map.js';
import { isRewritable } from './rewritable.js';
import { asBuffer, type Serializer } from './serializer.js';
import { StorableWalk, type Format } from './storable.js';

const format: Format = {
  special(value, inner) {
    if (value instanceof Map) return storedMap(withTextKeys(value), inner);
    if (value instanceof Set) return new Set(Array.from(value, (part) => inner(nameOf(part), 0)));
    if (ArrayBuffer.isView(value)) return storedView(value);
    if (value instanceof Date || value instanceof ArrayBuffer || value instanceof RegExp) return value;
    return undefined;
  },
  nameOf,
  refuse: () => null,
  refuseUndefined: null,
};

/** Half of a character is written as the replacement character: two such names would be two here, and one after the journey. */
function nameOf<Name>(name: Name): Name | string {
  return typeof name !== 'string' || isWellFormed(name) ? name : Buffer.from(name).toString();
}

function withTextKeys(map: ReadonlyMap<unknown, unknown>): ReadonlyMap<unknown, unknown> {
  for (const key of map.keys()) {
    if (nameOf(key) !== key) return new Map(Array.from(map, ([name, value]) => [nameOf(name), value]));
  }
  return map;
}

/** The classes of bytes and numbers by their tags, which a class that extends one of them inherits. */
const views: Readonly<
  Record<string, new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView>
> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};

/** The same bytes as one of the classes that the format knows: those of another could not be read again. */
function storedView(view: ArrayBufferView): ArrayBufferView {
  if (Buffer.isBuffer(view) || view instanceof DataView) return view;
  const View = views[String(Reflect.get(view, Symbol.toStringTag))];
  if (View === undefined || view.constructor === View) return view;
  return new View(view.buffer, view.byteOffset, (view as Uint8Array).length);
}

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
    // What has a `toJSON` has been asked already; what is left of that name is a visitor's.
    useToJSON: false,
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
