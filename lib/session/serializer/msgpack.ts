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

/** A lone surrogate is written as the replacement character: two distinct keys would become the same after a round trip. */
function nameOf<Name>(name: Name): Name | string {
  return typeof name !== 'string' || isWellFormed(name) ? name : Buffer.from(name).toString();
}

function withTextKeys(map: ReadonlyMap<unknown, unknown>): ReadonlyMap<unknown, unknown> {
  for (const key of map.keys()) {
    if (nameOf(key) !== key) return new Map(Array.from(map, ([name, value]) => [nameOf(name), value]));
  }
  return map;
}

/** The classes of typed arrays by their tags, which subclasses inherit. */
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

/** The same bytes as a class that the format supports: those of another could not be decoded. */
function storedView(view: ArrayBufferView): ArrayBufferView {
  if (Buffer.isBuffer(view) || view instanceof DataView) return view;
  const View = views[String(Reflect.get(view, Symbol.toStringTag))];
  if (View === undefined || view.constructor === View) return view;
  return new View(view.buffer, view.byteOffset, (view as Uint8Array).length);
}

/**
 * MessagePack: plain data in the standard form; in addition, Date, Map, Set, BigInt, RegExp, typed arrays, `undefined` and
 * `NaN` are restored as they were.
 */
export class MsgpackSerializer implements Serializer {
  readonly #walk: StorableWalk;

  /** @param onInstance called for instances of classes that are stored as plain data, with the name of the class. */
  constructor(onInstance?: (className: string) => void) {
    this.#walk = new StorableWalk(format, onInstance);
  }

  // Without `copyBuffers`, bytes in the data would share memory with the record that changes are compared with.
  readonly #packr = new Packr({
    useRecords: false,
    mapsAsObjects: true,
    variableMapSize: true,
    moreTypes: true,
    copyBuffers: true,
    // A real `toJSON` has already been called; what remains under that name is client data.
    useToJSON: false,
    // Disables references within the record, and so cycles.
    structuredClone: false,
  });

  /** @param most how many parts it may have @throws TooManyNodes */
  encode(record: Readonly<Record<string, unknown>>, most?: number): Uint8Array {
    return this.#packr.pack(this.#walk.run(record, most));
  }

  decode(bytes: Uint8Array): unknown {
    // Bytes in a Buffer are decoded as Buffers, those in other byte arrays are not.
    const source = asBuffer(bytes);
    const read: unknown = this.#packr.unpack(source);
    const value = hasMaps(source) ? withMaps(read) : read;
    if (!isRewritable(value, false)) throw new TypeError('It holds values that cannot be written again.');
    return value;
  }
}
