import { C1 } from 'msgpackr';
import { MAX_DEPTH } from './storable.js';

/**
 * A Map, which MessagePack cannot tell from an object, is written as an array that begins with the byte 0xc1. MessagePack never
 * uses that byte, so no stored value can be taken for it. An extension would have to be registered for the whole process: it
 * would affect what the application itself reads with msgpackr, and be accessible to every other module.
 */
const marker = 0xc1;

/** @param inner converts a value inside. */
export function storedMap(
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

/** Whether a record may contain Maps; the byte may also be part of a number or of binary data. */
export function hasMaps(bytes: Buffer): boolean {
  return bytes.includes(marker);
}

/** Replaces each array that stands for a Map. @throws TypeError if the byte is anywhere else */
export function withMaps(value: unknown, levels = MAX_DEPTH + 1): unknown {
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
