import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { SessionObserver } from './observer.js';
import type { RecordCodec } from './record-codec.js';
import { BrokenRecord, isPointer, type SessionRecord } from './record.js';
import { packContent, type CarriedSession } from './sealed-content.js';
import { SealedSession } from './sealed-session.js';
import { publicId } from './session-id.js';
import { tooLarge } from './session-size.js';

/** The size limit for reading, in bytes: sessions from before the limit was lowered can still be read. */
const LARGEST_BEFORE = 1_048_576;

export interface SealedRecordOptions {
  /** The prefix of a store's keys. */
  readonly keyPrefix: string;
  /** The size of a record, in bytes. */
  readonly maxSize: number;
  /** How many bytes the cookies hold. */
  readonly capacity: number;
  /** Larger records are compressed, in bytes; null: none are. */
  readonly compressAbove: number | null;
}

/** The content of a cookie with its decoded record. */
export interface FoundSealed {
  readonly stored: SealedSession;
  readonly record: SessionRecord;
}

/** The boundary to the cookie: converts records to its content and back. */
export class SealedRecords {
  constructor(
    private readonly codec: RecordCodec,
    private readonly options: SealedRecordOptions,
    private readonly observer: Required<SessionObserver>,
  ) {}

  /** Null: it is not readable, which has been reported to the observer. @param now when it arrived, in ms */
  open({ id, body, isCompressed, content, expiresAt }: CarriedSession, now: number): FoundSealed | null {
    try {
      const bytes = isCompressed ? decompress(body, Math.max(this.options.maxSize, LARGEST_BEFORE)) : body;
      const record = this.codec.decode(bytes);
      if (isPointer(record)) throw new BrokenRecord('It is not a session.');
      return { stored: new SealedSession(id, bytes, content, expiresAt, now, this.options.keyPrefix), record };
    } catch (error) {
      if (!(error instanceof BrokenRecord)) throw error;
      this.observer.brokenRecord({ publicId: publicId(id), reason: error.message });
      return null;
    }
  }

  /**
   * A record as its cookie will carry it.
   *
   * @param data the record's data, to name its largest keys.
   * @param times in ms: when the session ends, and since when it is in use.
   * @throws SessionTooLargeError
   */
  seal(
    id: string,
    bytes: Uint8Array,
    data: Record<string, unknown>,
    times: { readonly expiresAt: number; readonly usedAt: number },
  ): SealedSession {
    const { compressAbove, capacity, keyPrefix } = this.options;
    const compressed = compressAbove === null || bytes.length < compressAbove ? null : compress(bytes);
    // Random content does not compress.
    const isCompressed = compressed !== null && compressed.length < bytes.length;
    const body = isCompressed ? compressed : bytes;
    const content = packContent({ id, expiresAt: times.expiresAt, body, isCompressed });
    if (content.length > capacity) {
      const limit = `the cookies that SESSION_SEALED_MAX_SIZE (sealed.maxSize) allows hold ${String(capacity)}`;
      throw tooLarge(data, content.length, capacity, this.codec, limit);
    }
    return new SealedSession(id, bytes, content, times.expiresAt, times.usedAt, keyPrefix);
  }
}

/**
 * Measured on records of carts, 300 bytes to 8 kB: Brotli at this quality makes them 8 to 20 % smaller than DEFLATE, at about
 * the same cost; the best quality takes fifty times as long for 3 % more.
 */
const quality = 5;
/** 16 kB: covers any record that fits into cookies. */
const windowBits = 14;

function compress(bytes: Uint8Array): Uint8Array {
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: windowBits };
  return brotliCompressSync(bytes, { params });
}

/** @throws BrokenRecord if it is more than `longest` bytes, whatever it claims, or was not compressed */
function decompress(bytes: Uint8Array, longest: number): Uint8Array {
  try {
    return brotliDecompressSync(bytes, { maxOutputLength: longest });
  } catch (error) {
    throw new BrokenRecord('It cannot be decompressed.', { cause: error });
  }
}
