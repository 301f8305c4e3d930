import { randomBytes } from 'node:crypto';
import type { Binary } from 'mongodb';
import type { StoredRecord, Version } from '../session-store.js';

/** A session as it is in MongoDB. */
export interface SessionDocument {
  /** The session's key. */
  _id: string;
  record: Binary | Uint8Array;
  /** Random for each write. */
  version: string;
  /** When the session ends. MongoDB removes it some time later. */
  expiresAt: Date;
  /** Whose it is; left out for nobody's. */
  owner?: string;
}

/** What is set of a document at each write. */
export interface Content {
  readonly record: Buffer;
  readonly version: string;
  readonly expiresAt: Date;
}

/** The bytes are copied, since the command is sent later than this is called. */
export function toContent(bytes: Uint8Array, end: number): Content {
  return { record: Buffer.from(bytes), version: randomBytes(12).toString('base64url'), expiresAt: new Date(end) };
}

/** What the document holds, copied out of the driver's buffer. */
export function toRecord({ record, version }: SessionDocument): StoredRecord & { readonly version: string } {
  // The driver hands out its own class of bytes, or a Buffer where the client was made so.
  return { bytes: new Uint8Array(record instanceof Uint8Array ? record : record.value()), version };
}

/** Whatever has no end that is still to come is absent: a document that was tampered with must not live for ever. */
export function isLive(document: Pick<SessionDocument, 'expiresAt'>, now: number): boolean {
  return document.expiresAt instanceof Date && document.expiresAt.getTime() > now;
}

export function versionOf(version: Version): string {
  if (typeof version !== 'string') throw new TypeError('This version was not made by the MongoDB store.');
  return version;
}
