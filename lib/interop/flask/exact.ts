import { FlaskFloat } from './python-values.js';
import { Unreadable } from './unreadable.js';

/**
 * What Python values lose in JavaScript, kept beside the objects that were read, so that writing them back gives the same
 * values: which whole numbers were a `float`, which keys were numbers, and what a Date cannot represent. A value that has been
 * changed or copied into another object is a plain JavaScript value.
 */
const floats = new WeakMap<object, Map<string | number, number>>();
const names = new WeakMap<object, Map<string, number | bigint | FlaskFloat>>();
const beyondMilliseconds = new WeakMap<Date, { readonly time: number; readonly nanoseconds: number }>();

/** A value as returned by a reader: a `float` that looks like an `int` is still wrapped. */
export function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  // Copying it key by key would set the prototype.
  if (name === '__proto__') throw new Unreadable('A key is named __proto__.');
  object[name] = unboxed(object, name, value);
}

export function pushItem(list: unknown[], value: unknown): void {
  list.push(unboxed(list, list.length, value));
}

/** The value to write: as it is, or wrapped if it was a `float` and has not changed. */
export function exactValue(container: object, at: string | number, value: unknown): unknown {
  const float = floats.get(container)?.get(at);
  return float !== undefined && Object.is(float, value) ? new FlaskFloat(float) : value;
}

/** The members of an object as they are written, without those that are `undefined`. */
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

/** A Date, which truncates the time to milliseconds. */
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
    // A key may occur twice in the input; the last one counts.
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
