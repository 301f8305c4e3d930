import { randomBytes } from 'node:crypto';
import type { Binary } from 'mongodb';
import type { StoredRecord, Version } from '../session-store.js';

/** A session as stored in MongoDB. */
export interface SessionDocument {
  /** The session's key. */
  _id: string;
  record: Binary | Uint8Array;
  /** Random for each write. */
  version: string;
  /** When the session expires. MongoDB removes it some time later. */
  expiresAt: Date;
  /** Its owner; omitted if it has none. */
  owner?: string;
}

/** The fields that each write sets. */
export interface Content {
  readonly record: Buffer;
  readonly version: string;
  readonly expiresAt: Date;
}

/** Copies the bytes, since the command is sent later. */
export function toContent(bytes: Uint8Array, end: number): Content {
  return { record: Buffer.from(bytes), version: randomBytes(12).toString('base64url'), expiresAt: new Date(end) };
}

/** The content of a document, copied out of the driver's buffer. */
export function toRecord({ record, version }: SessionDocument): StoredRecord & { readonly version: string } {
  // The driver returns its own class of bytes, or a Buffer if the client was configured so.
  return { bytes: new Uint8Array(record instanceof Uint8Array ? record : record.value()), version };
}

/** A document without a future expiry is absent: one that was tampered with must not live for ever. */
export function isLive(document: Pick<SessionDocument, 'expiresAt'>, now: number): boolean {
  return document.expiresAt instanceof Date && document.expiresAt.getTime() > now;
}

export function versionOf(version: Version): string {
  if (typeof version !== 'string') throw new TypeError('This version was not made by the MongoDB store.');
  return version;
}
