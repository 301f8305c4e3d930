import { sameBytes } from './newest-records.js';
import type { SessionRecord } from './record.js';

const MOST_RECORDS = 4;
/** In ms. Requests that change one session at the same time follow each other faster. */
const KEPT_FOR = 1_000;

interface Decoded {
  readonly bytes: Uint8Array;
  readonly record: SessionRecord;
}

/**
 * The last few records that were decoded for a merge, for a moment: requests that change one session at the same time have read the
 * same, and merge with the same. Nobody may change what is in them.
 */
export class DecodedRecords {
  /** The last one first. */
  #records: Decoded[] = [];
  #isToForget = false;

  constructor(private readonly decode: (bytes: Uint8Array) => SessionRecord) {}

  of(bytes: Uint8Array): SessionRecord {
    const known = this.#records.find((one) => sameBytes(one.bytes, bytes));
    if (known !== undefined) {
      this.#records = [known, ...this.#records.filter((one) => one !== known)];
      return known.record;
    }
    const record = this.decode(bytes);
    this.keep(bytes, record);
    return record;
  }

  /** `record` is what `bytes` hold. */
  keep(bytes: Uint8Array, record: SessionRecord): void {
    this.#records = [{ bytes, record }, ...this.#records.slice(0, MOST_RECORDS - 1)];
    if (this.#isToForget) return;
    this.#isToForget = true;
    setTimeout(() => {
      this.#records = [];
      this.#isToForget = false;
    }, KEPT_FOR).unref();
  }
}
