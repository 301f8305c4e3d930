import { DecodedRecords } from './decoded-records.js';
import { ABSENT } from './merge.js';
import { sameBytes } from './newest-records.js';
import type { RecordCodec } from './record-codec.js';
import { BrokenRecord, isPointer, type SessionRecord } from './record.js';
import { TooManyNodes } from './serializer/storable.js';
import { newSessionId } from './session-id.js';
import { SessionSize, type SizeLimits } from './session-size.js';
import type { EncodedSession, SessionState, StoredSession } from './session-state.js';
import { dataOf, stateOf, type SessionObject } from './session.js';
import { WholeRecord } from './whole-record.js';

/** How sessions are encoded as records. */
export interface EncodingOptions extends SizeLimits {
  /** Bytes of randomness in an id. */
  readonly idLength: number;
  /** Whether new sessions are permanent. */
  readonly permanent: boolean;
}

/** Encodes sessions as records, and knows which sessions are empty. Independent of any store. */
export class SessionEncoder {
  readonly #size: SessionSize;
  readonly #decoded = new DecodedRecords((bytes) => this.#sessionIn(bytes));

  constructor(
    private readonly codec: RecordCodec,
    private readonly options: EncodingOptions,
  ) {
    this.#size = new SessionSize(codec, options);
  }

  /** @throws SessionKeyReservedError, SessionValueError, SessionTooLargeError */
  encode(session: SessionObject, rotatedAt = stateOf(session).rotatedAt, auth = stateOf(session).auth): EncodedSession {
    const record = { ...recordOf(session), rotatedAt, auth };
    const { stored } = stateOf(session);
    const bytes = this.#size.encode(record, () => stored && this.#decoded.of(stored.bytes));
    return { bytes, mark: stateOf(session).mutations.mark() };
  }

  /** The session as it is to be written; null: it is stored as it is. */
  changesOf(session: SessionObject, { bytes }: StoredSession): EncodedSession | null {
    const isWanted = stateOf(session).forced || this.isDisposable(session);
    // A change of the format makes no write of a read, and no error of what only the old one can keep.
    if (!isWanted && this.codec.isForeign(bytes) && this.#isUnchanged(session, bytes)) return null;
    if (!isWanted && this.#isAsRead(session, bytes)) return null;
    const encoded = this.encode(session);
    return isWanted || !sameBytes(encoded.bytes, bytes) ? encoded : null;
  }

  /** The cheapest comparison, for most requests with a login. False: it has changed, or cannot be compared this way. */
  #isAsRead(session: SessionObject, bytes: Uint8Array): boolean {
    const { auth, loginRead } = stateOf(session);
    if (loginRead?.bytes !== bytes || loginRead.auth !== auth) return false;
    try {
      return this.codec.equalsApartFromLogin(bytes, recordOf(session), this.#size.mostNodes);
    } catch (error) {
      if (error instanceof TooManyNodes) return false;
      throw error;
    }
  }

  #isUnchanged(session: SessionObject, bytes: Uint8Array): boolean {
    try {
      return sameBytes(
        this.codec.encodeLike(bytes, recordOf(session), Math.max(bytes.length, this.#size.mostNodes)),
        bytes,
      );
    } catch (error) {
      if (error instanceof TooManyNodes) return false;
      throw error;
    }
  }

  /** The id that a session has, or will have once it is stored. */
  idOf(state: SessionState): string {
    return state.idOr(() => newSessionId(this.options.idLength));
  }

  /** Whether there is nothing in it that would be missed: such a session is not kept. */
  isDisposable(session: SessionObject): boolean {
    const { auth, flashes, kept, permanent, stored } = stateOf(session);
    if (auth !== null || kept || flashes.length > 0) return false;
    // Permanence is a reason to keep a session, but not where it is only how all sessions begin.
    if (permanent && (stored !== null || !this.options.permanent)) return false;
    return Object.keys(session).length === 0;
  }

  /** A stored record, to bring changes into. */
  wholeOf(bytes: Uint8Array): WholeRecord {
    return WholeRecord.of(bytes, {
      encode: (record) => {
        const encoded = this.codec.encode(record);
        this.#decoded.keep(encoded, record);
        return encoded;
      },
      decode: (stored) => this.#decoded.of(stored),
      copy: this.copyOf,
    });
  }

  isSmallEnough(whole: WholeRecord): boolean {
    return this.#size.allows(whole.bytes, () => whole.record);
  }

  /** @throws SessionTooLargeError where the record is larger than the limits, and holds more than `before`. */
  refuseGrowth(whole: WholeRecord, before: WholeRecord): void {
    if (!this.isSmallEnough(whole)) this.#size.refuseGrowth(whole.record, before.record);
  }

  /** Decodes the bytes of a session. The result must not be changed. */
  decoded(bytes: Uint8Array): SessionRecord {
    return this.#decoded.of(bytes);
  }

  recordIn(bytes: Uint8Array): SessionRecord | null {
    const record = this.codec.decode(bytes);
    return isPointer(record) ? null : record;
  }

  /** The value of a key in a session's record; `ABSENT` where there is none. Nobody may change it. */
  valueIn(bytes: Uint8Array, key: string): unknown {
    const { data } = this.#decoded.of(bytes);
    return Object.hasOwn(data, key) ? data[key] : ABSENT;
  }

  /** @throws SessionValueError */
  readonly copyOf = (key: string, value: unknown): unknown => {
    if (value === ABSENT) return ABSENT;
    const record = { data: { [key]: value }, createdAt: 0, rotatedAt: 0, permanent: false, flashes: [], auth: null };
    const { data } = this.#sessionIn(this.codec.encode(record));
    return Object.hasOwn(data, key) ? data[key] : ABSENT;
  };

  /** The record in bytes that were read as a session's, or made of one. */
  #sessionIn(bytes: Uint8Array): SessionRecord {
    const record = this.recordIn(bytes);
    if (record === null) throw new BrokenRecord('A session was encoded as a pointer.');
    return record;
  }
}

function recordOf(session: SessionObject): SessionRecord {
  const { createdAt, rotatedAt, permanent, flashes, auth, kept } = stateOf(session);
  return { data: dataOf(session), createdAt, rotatedAt, permanent, flashes, auth, kept };
}
