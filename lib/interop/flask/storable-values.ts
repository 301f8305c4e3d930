import { SessionValueError } from '../../errors.js';
import { type Format, StorableWalk } from '../../session/serializer/storable.js';
import { isTooLong } from './python-numbers.js';
import { FlaskFloat, FlaskMarkup, FlaskUuid } from './python-values.js';

/** The session data of a Flask application. @publicApi */
export type FlaskData = Record<string, unknown>;

/** Why a Flask session format cannot hold a value that is neither plain nor an array, or `null` if it can. */
export type Refusal = (value: number | bigint | object) => string | null;

/**
 * Converts the data for writing: a value that is neither plain nor a Python value is replaced by its `toJSON()` result, or by
 * its own properties.
 *
 * @throws SessionValueError naming the key path of a value that cannot be written.
 */
export function storableValues(data: Readonly<FlaskData>, refuse: Refusal): FlaskData {
  if (!isPlain(data)) throw new SessionValueError('session', 'it is not a plain object.');
  const walk = new StorableWalk(format((value) => refuse(value) ?? refuseAlways(value)));
  return (walk.run({ data }) as { data: FlaskData }).data;
}

export function isPlain(value: unknown): value is FlaskData {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function format(refuse: Refusal): Format {
  return {
    special: (value) => (isPythonValue(value) ? value : undefined),
    refuse,
    refuseUndefined: 'Python has no undefined. Store null',
  };
}

function isPythonValue(value: object): boolean {
  const classes = [FlaskFloat, FlaskMarkup, FlaskUuid, Date, Uint8Array];
  return classes.some((known) => value instanceof known);
}

function refuseAlways(value: number | bigint | object): string | null {
  if (typeof value === 'bigint') return isTooLong(value) ? 'Python does not read numbers with so many digits' : null;
  if (value instanceof Date) return isPythonTime(value) ? null : 'Python has only dates of the years 1 to 9999';
  if (value instanceof Map || value instanceof Set) return 'Flask has no Map and no Set. Use an object or an array';
  if (value instanceof ArrayBuffer || (ArrayBuffer.isView(value) && !(value instanceof Uint8Array))) {
    return 'Flask keeps bytes, but no other buffers. Use a Uint8Array';
  }
  return null;
}

function isPythonTime(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999;
}
