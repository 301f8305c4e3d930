import { C1, Packr } from 'msgpackr';
import { isWellFormed } from '../../config/well-formed.js';
import { isRewritable } from './rewritable.js';
import type { Serializer } from './serializer.js';
import { MAX_DEPTH, StorableWalk, type Format } from './storable.js';

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

/**
 * A Map, which MessagePack cannot tell from an object, is written as an array that begins with the byte 0xc1. MessagePack never
 * uses that byte, so no stored value can be taken for it. An extension would have to be registered for the whole process: it
 * would affect what the application itself reads with msgpackr, and be accessible to every other module.
 */
const marker = 0xc1;

/** @param inner converts a value inside. */
function storedMap(
  map: ReadonlyMap<unknown, unknown>,
  inner: (value: unknown, part: string | number) => unknown,
): unknown[] {
  const list: unknown[] = [C1];
  let position = 0;
  for (const [key, value] of map) {
    list.push(inner(key, position), inner(value, typeof key === 'string' ? key : position));
    position++;
  }
  return list;
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
    const read: unknown = this.#packr.unpack(bytes);
    // The byte may also be part of a number or of binary data.
    const value = bytes.includes(marker) ? withMaps(read) : read;
    if (!isRewritable(value, false)) throw new TypeError('It holds values that cannot be written again.');
    return value;
  }
}

/** Replaces each array that stands for a Map. @throws TypeError if the byte is anywhere else */
function withMaps(value: unknown, levels = MAX_DEPTH + 1): unknown {
  if (value === C1) throw new TypeError('A byte that MessagePack never uses.');
  if (typeof value !== 'object' || value === null) return value;
  if (levels < 0) throw new TypeError('It is nested too deeply.');
  if (Array.isArray(value)) return restoredList(value, levels);
  if (value instanceof Set) return restoredSet(value, levels);
  if (Object.getPrototypeOf(value) === Object.prototype) restoreIn(value as Record<string, unknown>, levels);
  return value;
}

function restoredList(list: unknown[], levels: number): unknown[] | Map<unknown, unknown> {
  const isMap = list[0] === C1;
  for (let index = isMap ? 1 : 0; index < list.length; index++) list[index] = withMaps(list[index], levels - 1);
  return isMap ? mapOf(list) : list;
}

function mapOf(list: readonly unknown[]): Map<unknown, unknown> {
  if (list.length % 2 === 0) throw new TypeError('A Map with a key and no value.');
  const map = new Map<unknown, unknown>();
  for (let index = 1; index < list.length; index += 2) map.set(list[index], list[index + 1]);
  return map;
}

/** A Set's members cannot be replaced in place. */
function restoredSet(set: ReadonlySet<unknown>, levels: number): Set<unknown> {
  return new Set(Array.from(set, (part) => withMaps(part, levels - 1)));
}

function restoreIn(object: Record<string, unknown>, levels: number): void {
  for (const key of Object.keys(object)) object[key] = withMaps(object[key], levels - 1);
}
