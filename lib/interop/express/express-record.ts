import { SessionValueError } from '../../errors.js';
import { type Format, StorableWalk } from '../../session/serializer/storable.js';

/** The cookie settings that express-session stores with a session. @publicApi */
export interface ExpressRecordCookie {
  /** The lifetime it was issued with, in ms. Null: until the browser is closed. */
  originalMaxAge?: number | false | null | undefined;
  /** When it expires, as of the last write of the record. */
  expires?: string | Date | false | null | undefined;
  /** Its attributes: `path`, `httpOnly`, `secure`, `sameSite` and the like. */
  [attribute: string]: unknown;
}

/** A session as express-session passes it to its store: the cookie, and the application's data beside it. @publicApi */
export interface ExpressRecord {
  cookie: ExpressRecordCookie;
  [name: string]: unknown;
}

/** The result of reading a record. */
export type RecordReading = { readonly record: ExpressRecord } | { readonly refused: string };

/** The deepest allowed nesting, the same as for sessions of this package. */
const deepest = 101;

const format: Format = {
  special: (value) => (value instanceof Date ? value.toISOString() : undefined),
  refuse(value) {
    if (typeof value === 'bigint') return 'JSON has no BigInt. Store a string';
    if (typeof value === 'number') return Number.isFinite(value) ? null : `JSON has no ${String(value)}. Store null`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'JSON has no invalid Date. Store null' : null;
    if (value instanceof Map || value instanceof Set) return 'JSON has no Map and no Set. Use an object or a list';
    return ArrayBuffer.isView(value) ? 'JSON has no bytes. Store base64' : null;
  },
  refuseUndefined: 'JSON has no undefined in an array. Store null',
};

/**
 * The record that connect-redis and other express-session stores write for this session: JSON. A Date becomes a string.
 *
 * @throws SessionValueError naming the key path of a value that JSON would lose, or `session.cookie` if that is invalid.
 * @publicApi
 */
export function encodeExpressRecord(session: Readonly<ExpressRecord>): string {
  const { record } = new StorableWalk(format).run({ record: session }) as { record: object };
  const text = JSON.stringify(record);
  const reading = readExpressRecord(text);
  if ('record' in reading) return text;
  throw new SessionValueError('session.cookie', `express-session needs it. ${reading.refused}`);
}

/**
 * The session in a record that an express-session store has written as JSON, given as bytes or a string; `null` if it is
 * invalid. Never throws.
 *
 * @publicApi
 */
export function decodeExpressRecord(stored: Uint8Array | string): ExpressRecord | null {
  const reading = readExpressRecord(stored);
  return 'record' in reading ? reading.record : null;
}

/** @param stored JSON, as bytes or a string, or the object that a store has parsed. */
export function readExpressRecord(stored: unknown): RecordReading {
  const value = typeof stored === 'string' || stored instanceof Uint8Array ? parsed(stored) : stored;
  if (value === undefined) return { refused: 'It is not JSON in UTF-8.' };
  if (!isObject(value)) return { refused: 'It is not an object.' };
  const { cookie } = value;
  const refused = cookieFlaw(cookie) ?? flawIn(value, 1);
  return refused === null ? { record: value as ExpressRecord } : { refused };
}

/** `undefined`, which JSON does not have, if it is not JSON. */
function parsed(stored: string | Uint8Array): unknown {
  try {
    const text =
      typeof stored === 'string' ? stored : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stored);
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function cookieFlaw(cookie: unknown): string | null {
  if (!isObject(cookie)) return 'It has no cookie.';
  const { originalMaxAge: age = null, expires = null } = cookie;
  if (age !== null && age !== false && !Number.isFinite(age)) return 'The maxAge of its cookie is not a number.';
  if (expires === null || expires === false) return null;
  const isTime = (typeof expires === 'string' || expires instanceof Date) && !Number.isNaN(Number(new Date(expires)));
  return isTime ? null : 'The expiry of its cookie is not a time.';
}

/** What no session may contain: a key that becomes a prototype when copied key by key, and too deep nesting. */
function flawIn(value: unknown, depth: number): string | null {
  if (!isObject(value) && !Array.isArray(value)) return null;
  if (depth > deepest) return 'It is nested too deeply.';
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') return 'A key is named __proto__.';
    const flaw = flawIn(member, depth + 1);
    if (flaw !== null) return flaw;
  }
  return null;
}

/** Whether it is an object with keys. Objects such as a store's bytes and ids are left to the serializer here. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
