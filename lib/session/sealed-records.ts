import type { SessionObserver } from './observer.js';
import type { RecordCodec } from './record-codec.js';
import { BrokenRecord } from './record-parts.js';
import { isPointer, type SessionRecord } from './record.js';
import { compress, decompress } from './sealed-compression.js';
import { packContent, type CarriedSession } from './sealed-content.js';
import { SealedSession } from './sealed-session.js';
import { publicId } from './session-id.js';
import { tooLarge } from './session-size.js';

/** What a session may have taken before the limit was lowered, in bytes: it can still be read. */
const LARGEST_BEFORE = 1_048_576;

export interface SealedRecordOptions {
  /** What the keys of a store begin with. */
  readonly keyPrefix: string;
  /** Bytes of a record. */
  readonly maxSize: number;
  /** How many bytes the cookies hold. */
  readonly capacity: number;
  /** Records of so many bytes are compressed; null: none is. */
  readonly compressAbove: number | null;
}

/** What a cookie carried, with the record in it. */
export interface FoundSealed {
  readonly stored: SealedSession;
  readonly record: SessionRecord;
}

/** The border to the cookie: records become its content here, and content records. */
export class SealedRecords {
  constructor(
    private readonly codec: RecordCodec,
    private readonly options: SealedRecordOptions,
    private readonly observer: Required<SessionObserver>,
  ) {}

  /** Null: there is nothing readable in it, and the observer has been told. @param now when it came, in ms */
  open({ id, body, isCompressed, content, expiresAt }: CarriedSession, now: number): FoundSealed | null {
    try {
      const bytes = isCompressed ? decompress(body, Math.max(this.options.maxSize, LARGEST_BEFORE)) : body;
      const record = this.codec.decode(bytes);
      if (isPointer(record)) throw new BrokenRecord('It is no session.');
      return { stored: new SealedSession(id, bytes, content, expiresAt, now, this.options.keyPrefix), record };
    } catch (error) {
      if (!(error instanceof BrokenRecord)) throw error;
      this.observer.brokenRecord({ publicId: publicId(id), reason: error.message });
      return null;
    }
  }

  /**
   * A record as a cookie is going to carry it.
   *
   * @param data of the record, to name what makes it large.
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
    // What is random is no shorter for it.
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
