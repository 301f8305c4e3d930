import { deepest, Unreadable } from './unreadable.js';
import { exactItems, exactMembers, exactValue, pushItem, setMember } from './exact.js';
import { formatHttpDate, parseHttpDate } from './http-date.js';
import { readJson } from './json-reader.js';
import { floatText, numberText } from './python-numbers.js';
import { FlaskFloat, FlaskMarkup, FlaskTuple, FlaskUuid } from './python-values.js';
import { type FlaskData, isPlain, storableValues } from './storable-values.js';

/** A tag is an object whose only key is a space and a short code: these are Flask's. */
const DICT = ' di';
const TUPLE = ' t';
const BYTES = ' b';
const MARKUP = ' m';
const UUID = ' u';
const DATETIME = ' d';

/** Marks a key that looks like a tag. */
const SUFFIX = '__';

const untaggers = new Map<string, (value: unknown) => unknown>([
  [DICT, untagDict],
  [TUPLE, untagTuple],
  [BYTES, (value) => untagText(value, (text) => canonicalBase64(text))],
  [MARKUP, (value) => untagText(value, (text) => new FlaskMarkup(text))],
  [UUID, (value) => untagText(value, (text) => (/^[0-9a-f]{32}$/.test(text) ? new FlaskUuid(text) : null))],
  [DATETIME, (value) => untagText(value, parseHttpDate)],
]);

/**
 * Flask's tagged JSON as Flask writes it while handling a request: sorted keys, no spaces, ASCII only.
 *
 * @throws SessionValueError naming the key path of a value that the cookie cannot hold.
 */
export function writeTaggedJson(data: Readonly<FlaskData>): string {
  return write(storableValues(data, refuse));
}

/** @throws Unreadable if it is not the tagged JSON of an object. */
export function readTaggedJson(text: string): FlaskData {
  // Each level may have a tag, which adds a level.
  const value = readJson(text, { maxDepth: 2 * deepest, finish: untag });
  if (!isPlain(value)) throw new Unreadable('Its data is not an object.');
  return value;
}

function write(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return asciiText(value);
    case 'number':
      return numberText(value);
    case 'object':
      return value === null ? 'null' : writeObject(value);
    default:
      // What is left: a boolean or a bigint.
      return String(value);
  }
}

function writeObject(value: object): string {
  if (value instanceof FlaskFloat) return floatText(value.value);
  if (value instanceof FlaskTuple) return tag(TUPLE, writeList(value));
  if (Array.isArray(value)) return writeList(value);
  if (value instanceof Uint8Array) return tag(BYTES, asciiText(Buffer.from(value).toString('base64')));
  if (value instanceof FlaskMarkup) return tag(MARKUP, asciiText(value.html));
  if (value instanceof FlaskUuid) return tag(UUID, asciiText(value.hex));
  if (value instanceof Date) return tag(DATETIME, asciiText(formatHttpDate(value)));
  return writeDict(exactMembers(value));
}

function writeList(list: readonly unknown[]): string {
  return `[${exactItems(list).map(write).join(',')}]`;
}

function writeDict(members: readonly (readonly [name: string, value: unknown])[]): string {
  const [only, ...others] = members;
  if (only !== undefined && others.length === 0 && untaggers.has(only[0])) {
    return tag(DICT, tag(only[0] + SUFFIX, write(only[1])));
  }
  const sorted = [...members].sort(([one], [other]) => byCodePoint(one, other));
  return `{${sorted.map(([name, value]) => `${asciiText(name)}:${write(value)}`).join(',')}}`;
}

function tag(name: string, json: string): string {
  return `{${asciiText(name)}:${json}}`;
}

function untag(object: Record<string, unknown>): unknown {
  const [name, ...others] = Object.keys(object);
  const untagger = name === undefined || others.length > 0 ? undefined : untaggers.get(name);
  return name === undefined || untagger === undefined ? object : untagger(object[name]);
}

function untagDict(value: unknown): FlaskData {
  const [name = '', ...others] = isPlain(value) ? Object.keys(value) : [];
  const original = name.slice(0, -SUFFIX.length);
  if (!isPlain(value) || others.length > 0 || !name.endsWith(SUFFIX) || !untaggers.has(original)) return refuseTag();
  const object: FlaskData = {};
  setMember(object, original, exactValue(value, name, value[name]));
  return object;
}

function untagTuple(value: unknown): FlaskTuple {
  if (!Array.isArray(value) || value instanceof FlaskTuple) return refuseTag();
  const tuple = new FlaskTuple();
  for (const item of exactItems(value)) pushItem(tuple, item);
  return tuple;
}

function untagText(value: unknown, read: (text: string) => unknown): unknown {
  return (typeof value === 'string' ? read(value) : null) ?? refuseTag();
}

function canonicalBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

function refuseTag(): never {
  throw new Unreadable('A tagged value in it is invalid.');
}

/** Python escapes everything from DEL on; JSON.stringify has escaped the rest, and lone surrogates. */
function asciiText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** JavaScript sorts by UTF-16 units, which puts characters beyond the first 65 536 before U+E000. */
function byCodePoint(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  // If they differ in the second unit of a surrogate pair, compare from the first.
  if (/[\ud800-\udbff]/.test(one[at - 1] ?? '')) at--;
  return (one.codePointAt(at) ?? -1) - (other.codePointAt(at) ?? -1);
}

function refuse(value: number | bigint | object): string | null {
  // Flask reads a two-digit year as one of this century or the last.
  const isAncient = value instanceof Date && value.getUTCFullYear() < 100;
  return isAncient ? "Flask's cookie has only dates from the year 100 on" : null;
}
