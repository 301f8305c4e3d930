/** The layout of a session file: a head with everything the store needs to know, then the record's bytes. */

/**
 * | bytes | what |
 * | --- | --- |
 * | 4 | `NSAS` |
 * | 1 | the version of this format, 1 |
 * | 8 | when the record expires, milliseconds since the epoch, big-endian |
 * | 16 | the record's version: random, new with every write |
 * | 4 | the key's length |
 * | 4 | the record's length |
 * | … | the key, UTF-8 |
 * | … | the record |
 */
export interface SessionFile {
  readonly key: string;
  readonly expiresAt: number;
  /** 16 bytes, as hex. */
  readonly version: string;
  readonly bytes: Uint8Array;
}

export type SessionFileHead = Omit<SessionFile, 'bytes'>;

const magic = Buffer.from('NSAS\x01', 'latin1');
const offsets = { expiresAt: 5, version: 13, keyLength: 29, bytesLength: 33, key: 37 };

/** Enough of a file for the head, unless the key is very long. In bytes. */
export const usualHeadSize = 512;

export function encode(file: SessionFile): Buffer {
  const key = Buffer.from(file.key, 'utf8');
  const encoded = Buffer.allocUnsafe(offsets.key + key.length + file.bytes.length);
  magic.copy(encoded, 0);
  encoded.writeBigUInt64BE(BigInt(file.expiresAt), offsets.expiresAt);
  encoded.write(file.version, offsets.version, 'hex');
  encoded.writeUInt32BE(key.length, offsets.keyLength);
  encoded.writeUInt32BE(file.bytes.length, offsets.bytesLength);
  key.copy(encoded, offsets.key);
  encoded.set(file.bytes, offsets.key + key.length);
  return encoded;
}

/** Decodes a file; `null` if it is anything else: foreign, truncated, or longer than it says. */
export function decode(encoded: Buffer): SessionFile | null {
  const head = decodeHead(encoded);
  if (head === null) return null;
  const start = offsets.key + encoded.readUInt32BE(offsets.keyLength);
  if (encoded.length !== start + encoded.readUInt32BE(offsets.bytesLength)) return null;
  return { ...head, bytes: encoded.subarray(start) };
}

/** Decodes the head from a file's first bytes. `null`: not such a file, or `start` does not include the whole key. */
export function decodeHead(start: Buffer): SessionFileHead | null {
  if (start.length < offsets.key || !magic.equals(start.subarray(0, magic.length))) return null;
  const keyEnd = offsets.key + start.readUInt32BE(offsets.keyLength);
  if (start.length < keyEnd) return null;
  return {
    key: start.toString('utf8', offsets.key, keyEnd),
    expiresAt: Number(start.readBigUInt64BE(offsets.expiresAt)),
    version: start.toString('hex', offsets.version, offsets.keyLength),
  };
}
