import { SessionValueError } from '../../../errors.js';
import { parseSafely } from './data-text.js';
import { decodeExpressRecord, type ExpressRecord } from '../express-record.js';

/** What a session holds beside its cookie, as it comes back from the store. */
export type SessionValues = Record<string, unknown>;

/** A session's record taken apart. */
export interface RecordParts {
  readonly cookie: ExpressRecord['cookie'];
  readonly values: SessionValues;
}

/**
 * A session in the form in which it would come back: JSON, as stores of express-session keep it.
 *
 * @throws SessionValueError where it is nested too deeply, or has no cookie. Whatever `JSON.stringify` throws.
 */
export function partsOf(session: object): RecordParts {
  const text = JSON.stringify(session);
  const parts = readParts(Buffer.from(JSON.stringify(parseSafely(text))));
  if (parts === null) throw new SessionValueError('session', 'it is nested too deeply, or its cookie is none');
  return parts;
}

/** The record for the store. */
export function encodeParts({ cookie, values }: RecordParts): Uint8Array {
  return Buffer.from(JSON.stringify({ cookie, ...values }));
}

/** `null` for bytes that are no session's. */
export function readParts(bytes: Uint8Array): RecordParts | null {
  const record = decodeExpressRecord(bytes);
  if (record === null) return null;
  const { cookie, ...values } = record;
  return { cookie, values };
}
