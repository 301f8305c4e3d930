import { writeMsgpack } from './msgpack-writer.js';
import { readMsgpack } from './msgpack-reader.js';
import { FlaskPickleError, isPickle } from './pickle.js';
import { FlaskMarkup } from './python-values.js';
import { readRecordJson, writeRecordJson } from './record-json.js';
import { type FlaskData, isPlain, storableValues } from './storable-values.js';
import { Unreadable } from './unreadable.js';

export interface EncodeFlaskSessionRecordOptions {
  /** `SESSION_SERIALIZATION_FORMAT`. */
  readonly format: 'msgpack' | 'json';
}

const BRACE = 0x7b;

/**
 * The bytes that Flask-Session 0.7 and newer store for this data.
 *
 * @throws SessionValueError naming the key path of a value that Flask-Session could not write.
 * @publicApi
 */
export function encodeFlaskSessionRecord(
  data: Readonly<FlaskData>,
  { format }: EncodeFlaskSessionRecordOptions,
): Uint8Array {
  return format === 'json'
    ? writeRecordJson(storableValues(data, refuse))
    : writeMsgpack(storableValues(data, (value) => refuse(value) ?? refuseInMsgpack(value)));
}

/**
 * The data of a Flask-Session record, in MessagePack or JSON; `null` if it is invalid.
 *
 * @throws FlaskPickleError if it is a pickle.
 * @publicApi
 */
export function decodeFlaskSessionRecord(bytes: Uint8Array): FlaskData | null {
  try {
    return readFlaskSessionRecord(bytes);
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** @throws Unreadable, FlaskPickleError */
export function readFlaskSessionRecord(bytes: Uint8Array): FlaskData {
  if (isPickle(bytes)) throw new FlaskPickleError();
  // No MessagePack map begins with a brace.
  const value = bytes[0] === BRACE ? readRecordJson(bytes) : readMsgpack(bytes);
  if (!isPlain(value)) throw new Unreadable('Its data is not an object.');
  return value;
}

function refuse(value: number | bigint | object): string | null {
  return value instanceof FlaskMarkup ? 'Flask-Session does not support Markup. Store its html' : null;
}

function refuseInMsgpack(value: number | bigint | object): string | null {
  if (typeof value !== 'bigint') return null;
  return value >= -(2n ** 63n) && value < 2n ** 64n ? null : 'MessagePack has only whole numbers of 64 bits';
}
