import type { AuthFacts } from './auth-facts.js';
import { mergeRecords } from './conflict.js';
import type { CopyValue } from './mutations.js';
import { sameBytes } from './newest-records.js';
import type { SessionRecord } from './record.js';
import type { EncodedSession, SessionState } from './session-state.js';

/** Converts records to bytes and back; the decoded records must not be changed. */
interface Coder {
  encode(record: SessionRecord): Uint8Array;
  decode(bytes: Uint8Array): SessionRecord;
  readonly copy: CopyValue;
}

/** One request's changes. */
interface Addition {
  readonly encoded: EncodedSession;
  readonly isEmpty: boolean;
}

/** What determines how long a record lives. */
interface Lived {
  readonly createdAt: number;
  readonly auth: AuthFacts | null;
}

/** A session's record to be written. Encoded and decoded only on demand: often it comes from a single request. */
export class WholeRecord {
  #bytes: Uint8Array | null;
  #record: SessionRecord | null;

  private constructor(
    private readonly coder: Coder,
    bytes: Uint8Array | null,
    record: SessionRecord | null,
    /** If all of it comes from one request. */
    private readonly source: (Lived & { readonly isEmpty: boolean }) | null,
  ) {
    this.#bytes = bytes;
    this.#record = record;
  }

  /** From stored bytes. */
  static of(bytes: Uint8Array, coder: Coder): WholeRecord {
    return new WholeRecord(coder, bytes, null, null);
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= this.coder.encode(this.record));
  }

  get record(): SessionRecord {
    if (this.#record !== null) return this.#record;
    return (this.#record = this.coder.decode(this.bytes));
  }

  get lived(): Lived {
    return this.source ?? this.record;
  }

  /** It is empty and need not be kept. */
  get isEmpty(): boolean {
    if (this.source !== null) return this.source.isEmpty;
    const { data, flashes, auth, kept, permanent } = this.record;
    if (auth !== null || kept === true || permanent || flashes.length > 0) return false;
    return Object.keys(data).length === 0;
  }

  /**
   * The same with a request's changes.
   *
   * @param base what the request has read.
   * @throws any error of a function passed to `mutate()`
   */
  with(
    base: Uint8Array,
    { encoded, isEmpty }: Addition,
    { createdAt, auth, mutations }: SessionState,
  ): { readonly next: WholeRecord; readonly overwritten: readonly string[] } {
    const { bytes: mine, mark } = encoded;
    if (this.#bytes !== null && sameBytes(this.#bytes, base)) {
      return { next: new WholeRecord(this.coder, mine, null, { createdAt, auth, isEmpty }), overwritten: [] };
    }
    if (sameBytes(mine, base)) return { next: this, overwritten: [] };
    const { record, overwritten } = mergeRecords(
      this.coder.decode(base),
      (encoded.record ??= this.coder.decode(mine)),
      this.record,
      { log: mutations, mark },
      this.coder.copy,
    );
    return { next: new WholeRecord(this.coder, null, record, null), overwritten };
  }
}
