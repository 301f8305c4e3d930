import { SessionValueError } from '../../errors.js';
import { type Format, StorableWalk } from '../../session/serializer/storable.js';

/** What express-session keeps of a session's cookie. @publicApi */
export interface ExpressRecordCookie {
  /** How long it was issued for, in ms. Null: as long as the browser runs. */
  originalMaxAge?: number | false | null | undefined;
  /** When it ends, as of the last time that the record was written. */
  expires?: string | Date | false | null | undefined;
  /** Its attributes: `path`, `httpOnly`, `secure`, `sameSite` and the like. */
  [attribute: string]: unknown;
}

/** A session as express-session gives it to its store: the cookie, and beside it what the application kept. @publicApi */
export interface ExpressRecord {
  cookie: ExpressRecordCookie;
  [name: string]: unknown;
}

/** What a record turned out to be. */
export type RecordReading = { readonly record: ExpressRecord } | { readonly refused: string };

/** Deeper than any session that somebody meant; sessions of this package end there, too. */
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
  refuseUndefined: 'JSON has no undefined in a list. Store null',
};

/**
 * The record that connect-redis and other stores of express-session write for this session: JSON. A Date becomes its text.
 *
 * @throws SessionValueError naming the key path of a value that JSON would lose, or `session.cookie` if that is none.
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
 * The session in a record that a store of express-session has written as JSON, bytes or text; `null` if it is broken, or no session.
 * Whatever it is, it does not throw.
 *
 * @publicApi
 */
export function decodeExpressRecord(stored: Uint8Array | string): ExpressRecord | null {
  const reading = readExpressRecord(stored);
  return 'record' in reading ? reading.record : null;
}

/** @param stored JSON, in bytes or as a text, or what a store has made of it. */
export function readExpressRecord(stored: unknown): RecordReading {
  const value = typeof stored === 'string' || stored instanceof Uint8Array ? parsed(stored) : stored;
  if (value === undefined) return { refused: 'It is no JSON in UTF-8.' };
  if (!isObject(value)) return { refused: 'It is no object.' };
  const { cookie } = value;
  const refused = cookieFlaw(cookie) ?? flawIn(value, 1);
  return refused === null ? { record: value as ExpressRecord } : { refused };
}

/** `undefined`, which JSON does not have, for what is no JSON. */
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
  if (age !== null && age !== false && !Number.isFinite(age)) return 'The age of its cookie is no number.';
  if (expires === null || expires === false) return null;
  const isTime = (typeof expires === 'string' || expires instanceof Date) && !Number.isNaN(Number(new Date(expires)));
  return isTime ? null : 'The end of its cookie is no time.';
}

/** What no session may hold: a name that whoever copies key by key would make a prototype, and too much depth. */
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

/** Whether it has names that lead to values. What a store makes of bytes and ids is left for what keeps them here. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
