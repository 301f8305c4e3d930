import { FlaskFloat } from './python-values.js';
import { Unreadable } from './unreadable.js';

/**
 * What Python's values lose in JavaScript, kept beside the objects that were read, so that writing them back gives the
 * same values: which whole numbers were a `float`, which names of members were numbers, and what a Date has no room for.
 * A value that was changed meanwhile, or copied into another object, is a plain JavaScript value like any other.
 */
const floats = new WeakMap<object, Map<string | number, number>>();
const names = new WeakMap<object, Map<string, number | bigint | FlaskFloat>>();
const beyondMilliseconds = new WeakMap<Date, { readonly time: number; readonly nanoseconds: number }>();

/** A value as it comes from a reader: a `float` that looks like an `int` is still in its box. */
export function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  // Whoever copies it key by key would make it a prototype.
  if (name === '__proto__') throw new Unreadable('A key is named __proto__.');
  object[name] = unboxed(object, name, value);
}

export function pushItem(list: unknown[], value: unknown): void {
  list.push(unboxed(list, list.length, value));
}

/** The value that is written: as it is, or in a box where it was a `float` and is the same still. */
export function exactValue(container: object, at: string | number, value: unknown): unknown {
  const float = floats.get(container)?.get(at);
  return float !== undefined && Object.is(float, value) ? new FlaskFloat(float) : value;
}

/** The members of an object as they are written; one that is `undefined` is none. */
export function exactMembers(object: object): [name: string, value: unknown][] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, exactValue(object, name, value)]);
}

export function exactItems(list: readonly unknown[]): unknown[] {
  return Array.from(list, (item, index) => exactValue(list, index, item));
}

export function rememberName(object: object, name: string, original: number | bigint | FlaskFloat): void {
  remember(names, object).set(name, original);
}

export function exactName(object: object, name: string): string | number | bigint | FlaskFloat {
  return names.get(object)?.get(name) ?? name;
}

/** A Date, which cuts a time to the millisecond. */
export function exactDate(seconds: number, nanoseconds: number): Date {
  const date = new Date(seconds * 1000 + Math.floor(nanoseconds / 1_000_000));
  if (nanoseconds % 1_000_000 !== 0) beyondMilliseconds.set(date, { time: date.getTime(), nanoseconds });
  return date;
}

/** The part of a Date below the second. */
export function nanosecondsOf(date: Date): number {
  const time = date.getTime();
  const kept = beyondMilliseconds.get(date);
  return kept?.time === time ? kept.nanoseconds : (time - Math.floor(time / 1000) * 1000) * 1_000_000;
}

function unboxed(container: object, at: string | number, value: unknown): unknown {
  if (!(value instanceof FlaskFloat)) {
    // A name may stand twice in what is read; the last one counts.
    floats.get(container)?.delete(at);
    return value;
  }
  remember(floats, container).set(at, value.value);
  return value.value;
}

function remember<Key, Value>(memory: WeakMap<object, Map<Key, Value>>, object: object): Map<Key, Value> {
  const known = memory.get(object);
  if (known !== undefined) return known;
  const made = new Map<Key, Value>();
  memory.set(object, made);
  return made;
}
