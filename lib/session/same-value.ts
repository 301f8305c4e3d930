import { isDeepStrictEqual } from 'node:util';

/** Whether two values that came back from a store are the same. Node takes two invalid dates for different ones. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  if (a instanceof Date && b instanceof Date) return Number.isNaN(a.getTime()) && Number.isNaN(b.getTime());
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => sameValue(value, b[index]));
  }
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size) return false;
    return sameValue([...a], [...b]) || [...a].every(([key, value]) => b.has(key) && sameValue(value, b.get(key)));
  }
  if (a instanceof Set && b instanceof Set) return a.size === b.size && sameValue([...a], [...b]);
  if (isPlain(a) && isPlain(b)) {
    const keys = Object.keys(a);
    const isThere = (key: string): boolean => Object.hasOwn(b, key) && sameValue(a[key], b[key]);
    return keys.length === Object.keys(b).length && keys.every(isThere);
  }
  return false;
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
