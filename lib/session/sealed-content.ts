/** The content of a sealed cookie: a whole session. */
export interface SealedContent {
  /** The session's id. Here it only identifies the session, and gives no access. */
  readonly id: string;
  /** When the session ends at the latest, in ms. */
  readonly expiresAt: number;
  /** The record, possibly compressed. */
  readonly body: Uint8Array;
  readonly isCompressed: boolean;
}

/** The same, as it arrived in a cookie. */
export interface CarriedSession extends SealedContent {
  /** The complete content. */
  readonly content: Uint8Array;
}

const headBytes = 2;
const timeBytes = 6;
const idAt = headBytes + timeBytes;
const latestTime = 2 ** (8 * timeBytes) - 1;
const compressedFlag = 1;

/** `flags (1) | length of the id − 1 (1) | expires, ms since the epoch (6) | id | body` */
export function packContent({ id, expiresAt, body, isCompressed }: SealedContent): Uint8Array {
  const idBytes = Buffer.from(id, 'base64url');
  const content = Buffer.allocUnsafe(idAt + idBytes.length + body.length);
  content.writeUInt8(isCompressed ? compressedFlag : 0, 0);
  content.writeUInt8(idBytes.length - 1, 1);
  content.writeUIntBE(Math.min(Math.ceil(expiresAt), latestTime), headBytes, timeBytes);
  content.set(idBytes, idAt);
  content.set(body, idAt + idBytes.length);
  return content;
}

/** Null: {@link packContent} did not write it, or a later version of it did. */
export function unpackContent(content: Uint8Array): CarriedSession | null {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (bytes.length < idAt) return null;
  const flags = bytes.readUInt8(0);
  const bodyAt = idAt + bytes.readUInt8(1) + 1;
  if (flags > compressedFlag || bytes.length <= bodyAt) return null;
  return {
    content,
    id: bytes.toString('base64url', idAt, bodyAt),
    expiresAt: bytes.readUIntBE(headBytes, timeBytes),
    body: bytes.subarray(bodyAt),
    isCompressed: flags === compressedFlag,
  };
}
