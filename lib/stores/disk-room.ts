import { statfs } from 'node:fs/promises';
import { SessionStoreFullError } from '../errors.js';

/** What is kept free for ending and extending sessions: a twentieth of the disk, and no more bytes than that. */
const mostReserved = 16 * 1_048_576;
const reservedShare = 1 / 20;

/** For how long a look at the disk is good, in ms. */
const lookedFor = 1_000;

/** What a record costs besides itself: pages and entries of indexes that are written anew. In bytes. */
const perRecord = 65_536;

/** What is asked of a file system. */
export interface DiskSpace {
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
}

/** What is looked at. */
export interface DiskPlace {
  /** Where the store keeps its files; it need not be there yet. */
  readonly folder: string;
  /** What names the folder. */
  readonly setting: string;
  /** How many bytes of the store's own file are free to be written anew. */
  readonly inside?: () => number | Promise<number>;
  /** Gives the space of the file system. */
  readonly look?: (folder: string) => Promise<DiskSpace>;
}

/**
 * Refuses what is new before a disk is full, as long as there still is room for what ends sessions: that has to write, too. A
 * change of a record that is there may use half of what is kept.
 */
export class DiskRoom {
  /** What may be written before the disk is looked at again, in bytes. */
  readonly #free = { new: 0, change: 0 };
  #lookedAt = -Infinity;

  constructor(private readonly place: DiskPlace) {}

  /** @param kind whether the record is new @throws SessionStoreFullError */
  async take(bytes: number, kind: 'new' | 'change'): Promise<void> {
    const cost = 2 * bytes + perRecord;
    if (this.#free[kind] < cost || performance.now() - this.#lookedAt > lookedFor) await this.#measure();
    if (this.#free[kind] < cost) {
      throw new SessionStoreFullError(
        `The disk of ${this.place.folder} is full but for what is kept for ending sessions, which goes on, as reading does. Make room there; ` +
          `${this.place.setting} says where it is.`,
      );
    }
    this.#free.new -= cost;
    this.#free.change -= cost;
  }

  async #measure(): Promise<void> {
    const { folder, look = statfs, inside = () => 0 } = this.place;
    const space = await look(folder).catch(() => null);
    const isKnown = space !== null && space.blocks > 0;
    // Where the file cannot be asked, the write itself says why.
    const unused = isKnown ? await (async () => inside())().catch(() => 0) : 0;
    this.#lookedAt = performance.now();
    // What cannot be looked at is found out by writing.
    // Not all of a file's unused pages can be had: readers hold some, and each change copies others.
    const available = isKnown ? space.bavail * space.bsize + unused / 2 : Infinity;
    const reserved = isKnown ? Math.min(mostReserved, space.blocks * space.bsize * reservedShare) : 0;
    this.#free.new = available - reserved;
    this.#free.change = available - reserved / 2;
  }
}
