import { sameBytes } from './newest-records.js';
import type { SessionRecord } from './record.js';

const MOST_RECORDS = 4;
/** In ms. Concurrent requests that change one session follow each other faster. */
const KEPT_FOR = 1_000;

interface Decoded {
  readonly bytes: Uint8Array;
  readonly record: SessionRecord;
}

/**
 * A short-lived cache of the last records decoded for a merge: concurrent requests on a session have read the same record, and
 * merge with the same one. The records must not be changed.
 */
export class DecodedRecords {
  /** The latest first. */
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

  /** `record` is the decoded `bytes`. */
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
