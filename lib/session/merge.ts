import { beginsWith, isPlain, sameValue } from './same-value.js';

/** Stands for an absent key. */
export const ABSENT = Symbol('absent');

const nothing: readonly unknown[] = [];
const emptyMap: ReadonlyMap<unknown, unknown> = new Map();

/** Called for each path that both sides changed and where this request's value was taken. */
export type OverwriteListener = (path: readonly PropertyKey[]) => void;

/**
 * Three-way merge of one value: as this request read it, as this request changed it, and as other requests changed it.
 *
 * If only one side changed it: that side. Plain objects and Maps: key by key, deeply. Arrays to which one side only appended:
 * the other side's array, followed by what was appended; if both only appended, theirs, then mine. Sets to which both only
 * added: the union. Anything else that both changed: mine, since it is saved later, and `overwritten` is called.
 *
 * The same item appended to an array by both is kept twice; if both created the same value, it is kept once.
 */
export function mergeValue(
  base: unknown,
  mine: unknown,
  theirs: unknown,
  overwritten: OverwriteListener,
  path: readonly PropertyKey[] = [],
): unknown {
  return new Merge(overwritten, path).value(base, mine, theirs);
}

/** The same for an object's keys; a key that one side removed and the other left alone is removed. */
export function mergeObjects(
  base: Readonly<Record<string, unknown>>,
  mine: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, unknown>>,
  overwritten: OverwriteListener,
): Record<string, unknown> {
  return new Merge(overwritten, []).objects(base, mine, theirs);
}

/** One merge. It visits each part a constant number of times, at any depth. */
class Merge {
  readonly #path: PropertyKey[];

  constructor(
    private readonly overwritten: OverwriteListener,
    path: readonly PropertyKey[],
  ) {
    this.#path = [...path];
  }

  value(base: unknown, mine: unknown, theirs: unknown): unknown {
    if (isPlain(mine) && isPlain(theirs)) return this.objects(isPlain(base) ? base : {}, mine, theirs);
    if (isKeyedMap(mine) && isKeyedMap(theirs)) return this.#maps(isKeyedMap(base) ? base : emptyMap, mine, theirs);
    if (sameValue(mine, base)) return theirs;
    if (sameValue(theirs, base)) return mine;
    const isList = Array.isArray(mine) && Array.isArray(theirs);
    // Items appended to an existing array are kept twice even if equal.
    const isExtended = isList && Array.isArray(base) && beginsWith(mine, base);
    if (!isExtended && sameValue(mine, theirs)) return mine;
    if (isList) {
      const start: readonly unknown[] = Array.isArray(base) ? base : nothing;
      if (beginsWith(mine, start)) return [...(theirs as unknown[]), ...(mine as unknown[]).slice(start.length)];
      if (beginsWith(theirs, start)) return [...(mine as unknown[]), ...(theirs as unknown[]).slice(start.length)];
    }
    if (mine instanceof Set && theirs instanceof Set) {
      const start: ReadonlySet<unknown> = base instanceof Set ? base : new Set();
      if (contains(mine, start) && contains(theirs, start)) return new Set<unknown>([...theirs, ...mine]);
    }
    this.overwritten([...this.#path]);
    return mine;
  }

  objects(
    base: Readonly<Record<string, unknown>>,
    mine: Readonly<Record<string, unknown>>,
    theirs: Readonly<Record<string, unknown>>,
  ): Record<string, unknown> {
    const merged: Record<string, unknown> = {};
    for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
      const value = this.#at(key, own(base, key), own(mine, key), own(theirs, key));
      if (value !== ABSENT) merged[key] = value;
    }
    return merged;
  }

  #maps(
    base: ReadonlyMap<unknown, unknown>,
    mine: ReadonlyMap<unknown, unknown>,
    theirs: ReadonlyMap<unknown, unknown>,
  ): Map<unknown, unknown> {
    const at = (map: ReadonlyMap<unknown, unknown>, key: unknown): unknown => (map.has(key) ? map.get(key) : ABSENT);
    const merged = new Map<unknown, unknown>();
    for (const key of new Set([...theirs.keys(), ...mine.keys()])) {
      const value = this.#at(String(key), at(base, key), at(mine, key), at(theirs, key));
      if (value !== ABSENT) merged.set(key, value);
    }
    return merged;
  }

  #at(part: PropertyKey, base: unknown, mine: unknown, theirs: unknown): unknown {
    this.#path.push(part);
    const value = this.value(base, mine, theirs);
    this.#path.pop();
    return value;
  }
}

function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : ABSENT;
}

/** A Map whose keys compare equal after a round trip through the store; objects as keys do not. */
function isKeyedMap(value: unknown): value is Map<unknown, unknown> {
  if (!(value instanceof Map)) return false;
  for (const key of value.keys()) if (typeof key === 'object' && key !== null) return false;
  return true;
}

function contains(values: ReadonlySet<unknown>, part: ReadonlySet<unknown>): boolean {
  for (const value of part) if (!values.has(value)) return false;
  return true;
}
