import { isDeepStrictEqual } from 'node:util';

/**
 * Whether two values from a store are equal. Visits each part once, so it costs as much as the smaller of the two. Unlike
 * Node's comparison, treats two invalid dates as equal.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && sameLists(a, b);
  if (isPlain(a) && isPlain(b)) return sameObjects(a, b);
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof Map && b instanceof Map) return a.size === b.size && sameMaps(a, b);
  if (a instanceof Set && b instanceof Set) return a.size === b.size && sameSets(a, b);
  return isDeepStrictEqual(a, b);
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function sameLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && beginsWith(a, b);
}

/** Whether an array begins with the items of another. */
export function beginsWith(values: readonly unknown[], start: readonly unknown[]): boolean {
  if (values.length < start.length) return false;
  for (let index = 0; index < start.length; index++) if (!sameValue(values[index], start[index])) return false;
  return true;
}

function sameObjects(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) if (!Object.hasOwn(b, key) || !sameValue(a[key], b[key])) return false;
  return true;
}

/** In any order; objects as keys are never equal. */
function sameMaps(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  const others = b.entries();
  for (const [key, value] of a) {
    const other = others.next().value;
    if (b.has(key) ? !sameValue(value, b.get(key)) : !sameValue([key, value], other)) return false;
  }
  return true;
}

function sameSets(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean {
  const others = b.values();
  for (const value of a) {
    const other = others.next().value;
    if (!b.has(value) && !sameValue(value, other)) return false;
  }
  return true;
}
