/** The layout of a stored record: a head with everything the store needs to know, then the record's bytes. */

/**
 * | bytes | what |
 * | --- | --- |
 * | 4 | `NSA`, and the version of this format, 1 |
 * | 2 | the key's length |
 * | 2 | the owner's length, plus one; 0 for a record without an owner |
 * | 8 | when the record expires, milliseconds since the epoch |
 * | 8 | when pruning checks it: at this time or before it expires |
 * | 8 | the record's version: new with every write, not with a touch |
 * | … | the key, UTF-8 |
 * | … | the owner, UTF-8 |
 * | … | the record |
 *
 * Numbers are little-endian, times and the version are doubles.
 */
export interface RecordHead {
  readonly key: string;
  readonly owner: string | null;
  readonly expiresAt: number;
  readonly due: number;
  readonly version: number;
}

/** What every call reads of a record: {@link RecordHead} without its strings. */
export interface RecordNumbers {
  readonly expiresAt: number;
  readonly version: number;
  /** Where the record's bytes begin. */
  readonly start: number;
}

const magic = 0x01_41_53_4e;
const offsets = { keyLength: 4, ownerLength: 6, expiresAt: 8, due: 16, version: 24, key: 32 };
/** The longest key and owner, in bytes: the largest number in two bytes. */
export const longestText = 0xfffe;

export function encode(head: RecordHead, bytes: Uint8Array): Buffer {
  const key = Buffer.from(head.key, 'utf8');
  const owner = Buffer.from(head.owner ?? '', 'utf8');
  if (key.length > longestText || owner.length > longestText) {
    throw new RangeError(`A key and an owner may have at most ${String(longestText)} bytes.`);
  }
  const ownerAt = offsets.key + key.length;
  const encoded = Buffer.allocUnsafe(ownerAt + owner.length + bytes.length);
  encoded.writeUInt32LE(magic, 0);
  encoded.writeUInt16LE(key.length, offsets.keyLength);
  encoded.writeUInt16LE(head.owner === null ? 0 : owner.length + 1, offsets.ownerLength);
  encoded.writeDoubleLE(head.expiresAt, offsets.expiresAt);
  encoded.writeDoubleLE(head.due, offsets.due);
  encoded.writeDoubleLE(head.version, offsets.version);
  key.copy(encoded, offsets.key);
  owner.copy(encoded, ownerAt);
  encoded.set(bytes, ownerAt + owner.length);
  return encoded;
}

/** The numbers of an encoded record, or `null` for anything else. */
export function decodeNumbers(encoded: Uint8Array): RecordNumbers | null {
  const view = headOf(encoded);
  if (view === null) return null;
  const start = offsets.key + view.getUint16(offsets.keyLength, true) + ownerSize(view);
  if (start > encoded.length) return null;
  const expiresAt = view.getFloat64(offsets.expiresAt, true);
  const version = view.getFloat64(offsets.version, true);
  // NaN equals nothing and never expires: such a record could be neither changed nor removed.
  return Number.isFinite(expiresAt) && Number.isSafeInteger(version) ? { expiresAt, version, start } : null;
}

/** The whole head, or `null` as for {@link decodeNumbers}. */
export function decodeHead(encoded: Uint8Array): RecordHead | null {
  const view = headOf(encoded);
  const numbers = decodeNumbers(encoded);
  if (view === null || numbers === null) return null;
  const due = view.getFloat64(offsets.due, true);
  if (!Number.isFinite(due)) return null;
  const ownerAt = offsets.key + view.getUint16(offsets.keyLength, true);
  const hasOwner = view.getUint16(offsets.ownerLength, true) > 0;
  return {
    key: textOf(encoded, offsets.key, ownerAt),
    owner: hasOwner ? textOf(encoded, ownerAt, numbers.start) : null,
    expiresAt: numbers.expiresAt,
    due,
    version: numbers.version,
  };
}

function headOf(encoded: Uint8Array): DataView | null {
  if (encoded.length < offsets.key) return null;
  const view = new DataView(encoded.buffer, encoded.byteOffset, offsets.key);
  return view.getUint32(0, true) === magic ? view : null;
}

function ownerSize(view: DataView): number {
  return Math.max(0, view.getUint16(offsets.ownerLength, true) - 1);
}

function textOf(encoded: Uint8Array, start: number, end: number): string {
  return Buffer.from(encoded.buffer, encoded.byteOffset + start, end - start).toString('utf8');
}
