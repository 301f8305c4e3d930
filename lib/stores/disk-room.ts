import { statfs } from 'node:fs/promises';
import { SessionStoreFullError } from '../errors.js';

/** What is reserved for ending and extending sessions: a twentieth of the disk, capped to so many bytes. */
const mostReserved = 16 * 1_048_576;
const reservedShare = 1 / 20;

/** How long a measurement of the disk is valid, in ms. */
const lookedFor = 1_000;

/** The overhead of a record: pages and index entries that are rewritten. In bytes. */
const perRecord = 65_536;

/** The part of a file system's statistics that is used. */
export interface DiskSpace {
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
}

/** What to measure. */
export interface DiskPlace {
  /** Where the store keeps its files; it need not exist yet. */
  readonly folder: string;
  /** The setting that names the folder. */
  readonly setting: string;
  /** How many bytes of the store's own file can be reused. */
  readonly inside?: () => number | Promise<number>;
  /** Returns the file system's statistics. */
  readonly look?: (folder: string) => Promise<DiskSpace>;
}

/**
 * Rejects new records before a disk is full, while there still is space for ending sessions, which has to write, too. Changing
 * an existing record may use half of what is reserved.
 */
export class DiskRoom {
  /** How much may be written before the disk is measured again, in bytes. */
  readonly #free = { new: 0, change: 0 };
  #lookedAt = -Infinity;

  constructor(private readonly place: DiskPlace) {}

  /**
   * Returns undefined if nothing has to be awaited, so that a store can keep the order in which it was called.
   *
   * @param kind whether the record is new @throws SessionStoreFullError, as a rejection
   */
  take(bytes: number, kind: 'new' | 'change'): Promise<void> | undefined {
    const cost = 2 * bytes + perRecord;
    if (this.#free[kind] < cost) return this.measure().then(() => this.#spend(cost, kind));
    this.#spend(cost, kind);
    // There was enough space a moment ago: the write does not wait for the next measurement.
    if (performance.now() - this.#lookedAt > lookedFor) {
      this.#lookedAt = performance.now();
      void this.measure();
    }
    return undefined;
  }

  #spend(cost: number, kind: 'new' | 'change'): void {
    if (this.#free[kind] < cost) {
      throw new SessionStoreFullError(
        `The disk of ${this.place.folder} is full, except for the space reserved for ending sessions; reading and ending sessions still works. Free some space there; ` +
          `${this.place.setting} says where it is.`,
      );
    }
    this.#free.new -= cost;
    this.#free.change -= cost;
  }

  /** Measures the disk now. It does not reject. */
  async measure(): Promise<void> {
    const { folder, look = statfs, inside = () => 0 } = this.place;
    const space = await look(folder).catch(() => null);
    const isKnown = space !== null && space.blocks > 0;
    // If the file cannot be measured, the write itself reports the error.
    const unused = isKnown ? await (async () => inside())().catch(() => 0) : 0;
    this.#lookedAt = performance.now();
    // If the disk cannot be measured, the write itself reports the error. Only half of a file's unused pages count: readers hold some, and each change
    // copies others.
    const available = isKnown ? space.bavail * space.bsize + unused / 2 : Infinity;
    const reserved = isKnown ? Math.min(mostReserved, space.blocks * space.bsize * reservedShare) : 0;
    this.#free.new = available - reserved;
    this.#free.change = available - reserved / 2;
  }
}
