import type { Version } from '../stores/session-store.js';

const MOST_RECORDS = 1_000;
const MOST_BYTES = 4_194_304;

/** A record as the store had it. */
interface Place {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly version: Version;
  /** When that was known, by the order of what this process asks of the store. */
  readonly asOf: number;
}

/** A write that failed: nobody knows whether it arrived. One for all whose changes were in it. */
export interface Doubt {
  readonly bytes: Uint8Array;
  /** The record has been found in the store. */
  hasArrived: boolean;
}

interface Known<Stored extends Place> {
  /** Under another key, where a rotation has moved the session there. */
  readonly place: Stored;
  /** From when on nothing leads there any more, in ms; null: it is where the key says. */
  readonly until: number | null;
  readonly doubt: Doubt | null;
}

/**
 * The records that this process wrote last, or found where it wanted to write: a request that has read an older one merges with
 * it, and need not be told by the store that it comes too late. It is no cache: nothing is read from it, and a write of it is
 * compared by the store.
 */
export class NewestRecords<Stored extends Place> {
  /** In the order in which they came. */
  readonly #known = new Map<string, Known<Stored>>();
  #bytes = 0;
  #order = 0;

  /** A number for now: of what is known of a record, that with the higher one is the newer. */
  get now(): number {
    return this.#order;
  }

  /** The next such number. */
  next(): number {
    return ++this.#order;
  }

  of(key: string, now: number): Stored | null {
    const known = this.#known.get(key);
    if (known === undefined) return null;
    if (known.until === null || now < known.until) return known.place;
    this.forget(key);
    return null;
  }

  /** That is what the store has under the key. */
  note(key: string, place: Stored): void {
    this.#resolve(key, place.bytes);
    this.#put(key, { place, until: null, doubt: null });
  }

  /** A rotation has moved the session away from the key. @param until from when on the key leads nowhere, in ms */
  noteMoved(key: string, place: Stored, until: number): void {
    this.#put(key, { place, until, doubt: null });
    this.#put(place.key, { place, until: null, doubt: null });
  }

  /** A write on top of `place` has failed. */
  noteDoubt(key: string, place: Stored, bytes: Uint8Array): Doubt {
    const doubt = { bytes, hasArrived: false };
    this.#put(key, { place, until: null, doubt });
    return doubt;
  }

  /** These bytes were in the store. */
  saw(key: string, bytes: Uint8Array): void {
    this.#resolve(key, bytes);
  }

  forget(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#bytes -= sizeOf(known);
    this.#known.delete(key);
  }

  #resolve(key: string, bytes: Uint8Array): void {
    const doubt = this.#known.get(key)?.doubt;
    if (doubt && sameBytes(doubt.bytes, bytes)) doubt.hasArrived = true;
  }

  #put(key: string, known: Known<Stored>): void {
    this.forget(key);
    this.#known.set(key, known);
    this.#bytes += sizeOf(known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_RECORDS && this.#bytes <= MOST_BYTES) return;
      this.forget(oldest);
    }
  }
}

function sizeOf({ place, doubt }: Known<Place>): number {
  return place.bytes.length + (doubt?.bytes.length ?? 0);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0);
}
