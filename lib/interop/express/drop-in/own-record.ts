import { SessionValueError } from '../../../errors.js';
import { parseSafely } from './data-text.js';
import { decodeExpressRecord, type ExpressRecord } from '../express-record.js';

/** A session's content without its cookie, as read from the store. */
export type SessionValues = Record<string, unknown>;

/** The parts of a session's record. */
export interface RecordParts {
  readonly cookie: ExpressRecord['cookie'];
  readonly values: SessionValues;
}

/**
 * A session in the form in which it would be read back: JSON, as in express-session stores.
 *
 * @throws SessionValueError if it is nested too deeply, or has no valid cookie. Whatever `JSON.stringify` throws.
 */
export function partsOf(session: object): RecordParts {
  const text = JSON.stringify(session);
  const parts = readParts(Buffer.from(JSON.stringify(parseSafely(text))));
  if (parts === null) throw new SessionValueError('session', 'it is nested too deeply, or its cookie is invalid');
  return parts;
}

/** The record for the store. */
export function encodeParts({ cookie, values }: RecordParts): Uint8Array {
  return Buffer.from(JSON.stringify({ cookie, ...values }));
}

/** `null` if the bytes are not a session. */
export function readParts(bytes: Uint8Array): RecordParts | null {
  const record = decodeExpressRecord(bytes);
  if (record === null) return null;
  const { cookie, ...values } = record;
  return { cookie, values };
}
