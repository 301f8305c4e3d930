import type { AuthFacts } from './auth-facts.js';
import { mergeRecords } from './conflict.js';
import type { CopyValue } from './mutations.js';
import { sameBytes } from './newest-records.js';
import type { SessionRecord } from './record.js';
import type { EncodedSession, SessionState } from './session-state.js';

/** How records become bytes, and bytes records that nobody changes. */
interface Coder {
  encode(record: SessionRecord): Uint8Array;
  decode(bytes: Uint8Array): SessionRecord;
  readonly copy: CopyValue;
}

/** What one request adds. */
interface Addition {
  readonly encoded: EncodedSession;
  readonly isEmpty: boolean;
}

/** What decides how long a record lives. */
interface Lived {
  readonly createdAt: number;
  readonly auth: AuthFacts | null;
}

/** A session's record as it is to be written. It is encoded and decoded only where somebody asks: often it comes from one request alone. */
export class WholeRecord {
  #bytes: Uint8Array | null;
  #record: SessionRecord | null;

  private constructor(
    private readonly coder: Coder,
    bytes: Uint8Array | null,
    record: SessionRecord | null,
    /** Where all of it comes from one request. */
    private readonly source: (Lived & { readonly isEmpty: boolean }) | null,
  ) {
    this.#bytes = bytes;
    this.#record = record;
  }

  /** That is stored. */
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

  /** There is nothing in it that would be missed. */
  get isEmpty(): boolean {
    if (this.source !== null) return this.source.isEmpty;
    const { data, flashes, auth, kept, permanent } = this.record;
    if (auth !== null || kept === true || permanent || flashes.length > 0) return false;
    return Object.keys(data).length === 0;
  }

  /**
   * The same with what a request has changed.
   *
   * @param base what the request has read.
   * @throws what a function throws that was given to `mutate()`
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
