import { exactItems, exactMembers, nanosecondsOf } from './exact.js';
import { readJson } from './json-reader.js';
import { floatText, numberText } from './python-numbers.js';
import { FlaskFloat, FlaskUuid } from './python-values.js';
import { deepest, Unreadable } from './unreadable.js';

/**
 * The JSON of Flask-Session: UTF-8, no spaces, members in order. It has no tags, so bytes become base64, and dates and UUIDs
 * strings, irreversibly; NaN and Infinity become null.
 */
export function writeRecordJson(value: unknown): Buffer {
  return Buffer.from(write(value), 'utf8');
}

/** @throws Unreadable */
export function readRecordJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Unreadable('It is not UTF-8.', { cause: error });
  }
  return readJson(text, { maxDepth: deepest });
}

function write(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return jsonText(value);
    case 'number':
      return Number.isFinite(value) ? numberText(value) : 'null';
    case 'object':
      return value === null ? 'null' : writeObject(value);
    default:
      return String(value);
  }
}

function writeObject(value: object): string {
  if (value instanceof FlaskFloat) return Number.isFinite(value.value) ? floatText(value.value) : 'null';
  if (Array.isArray(value)) return `[${exactItems(value).map(write).join(',')}]`;
  if (value instanceof Uint8Array) return jsonText(Buffer.from(value).toString('base64'));
  if (value instanceof FlaskUuid) return jsonText(value.text);
  if (value instanceof Date) return jsonText(isoText(value));
  return `{${exactMembers(value)
    .map(([name, member]) => `${jsonText(name)}:${write(member)}`)
    .join(',')}}`;
}

/** A lone surrogate has no UTF-8 form, and its escape would make the whole record unreadable to Python. */
function jsonText(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/** With microseconds, if any. */
function isoText(date: Date): string {
  const microseconds = Math.floor(nanosecondsOf(date) / 1000);
  const seconds = date.toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length);
  return microseconds === 0 ? `${seconds}Z` : `${seconds}.${String(microseconds).padStart(6, '0')}Z`;
}
