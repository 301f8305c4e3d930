import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';

/** What the file keeps for ending sessions once the disk is full, and by how much more it grows at a time. In bytes. */
const reserved = 262_144;
const step = 262_144;

/** What a change takes besides its record: the pages of the three tables that it copies. In bytes. */
const perChange = 16_384;

/** Changes beyond this wait for those in flight, so that a burst does not make the file grow for good. In bytes. */
const mostInFlight = 4 * 1_048_576;

interface Change {
  /** In bytes. */
  readonly cost: number;
  /** Whether it may use what is reserved. */
  readonly mayUseReserve: boolean;
}

interface WaitingChange extends Change {
  readonly start: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Makes the file larger before LMDB needs the space, so that a full disk rejects a change here.
 *
 * LMDB itself must not run out of space: when the system refuses to write a page, `lmdb` (up to at least 3.5.6) prints the position
 * and some uninitialised numbers into a buffer of 100 bytes, which is too small (`mdb_page_flush`), and the process may crash later.
 */
export class Headroom {
  readonly #handle: number;
  #inFlight = 0;
  /** What the changes in flight leave, besides what is reserved, as of the last look at the file. */
  #left = 0;
  readonly #waiting: WaitingChange[] = [];

  /** @param end where LMDB's last page ends, in bytes */
  constructor(
    file: string,
    private readonly end: () => number,
  ) {
    // Appending never overwrites what another process has written past the size that this one knows.
    this.#handle = openSync(file, 'a');
  }

  /**
   * Runs `write`, which writes a record of so many bytes, at once or after changes in flight. Changes keep their order.
   *
   * @param kind whether the record is new, and so must leave what is reserved
   * @throws the system's error if the file cannot become larger
   */
  during<T>(bytes: number, kind: 'new' | 'change', write: () => Promise<T>): Promise<T> {
    return this.#inOrder({ cost: perChange + 2 * bytes, mayUseReserve: kind === 'change' }, write);
  }

  /** Runs `work`, which changes nothing, in its turn among the changes. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return this.#inOrder({ cost: 0, mayUseReserve: true }, work);
  }

  /** Makes sure that the tables, which are created one after the other, have space. */
  prepare(): void {
    this.#grow({ cost: 4 * perChange, mayUseReserve: true });
  }

  close(): void {
    closeSync(this.#handle);
  }

  async #inOrder<T>(change: Change, work: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      try {
        return await work();
      } finally {
        this.#inFlight -= change.cost;
        this.#startWaiting();
      }
    };
    if (this.#waiting.length === 0 && this.#take(change)) return run();
    return new Promise<T>((resolve, fail) => this.#waiting.push({ ...change, start: () => resolve(run()), fail }));
  }

  #startWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        if (!this.#take(next)) return;
      } catch (error) {
        next.fail(error);
        this.#waiting.shift();
        continue;
      }
      this.#waiting.shift();
      next.start();
    }
  }

  /** `false` if the change has to wait for one in flight. */
  #take(change: Change): boolean {
    const { cost } = change;
    if (cost === 0) return true;
    const isFirst = this.#inFlight === 0;
    if (!isFirst && this.#inFlight + cost > mostInFlight) return false;
    try {
      if (isFirst || this.#left < cost) this.#grow(change);
    } catch (error) {
      if (isFirst) throw error;
      return false;
    }
    this.#left -= cost;
    this.#inFlight += cost;
    return true;
  }

  #grow({ cost, mayUseReserve }: Change): void {
    const needed = this.end() + this.#inFlight + cost;
    let { size } = fstatSync(this.#handle);
    this.#left = size - reserved - needed + cost;
    if (this.#left >= cost) return;
    const zeros = Buffer.alloc(needed + reserved + step - size);
    try {
      for (let written = 0; written < zeros.length;) {
        const more = writeSync(this.#handle, zeros, written);
        written += more;
        size += more;
      }
      this.#left = cost + step;
    } catch (error) {
      if (size < needed + (mayUseReserve ? 0 : reserved)) throw error;
      this.#left = cost;
    }
  }
}
