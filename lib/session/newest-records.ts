import type { Version } from '../stores/session-store.js';

const MOST_RECORDS = 1_000;
const MOST_BYTES = 4_194_304;

/** A stored record. */
interface Place {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly version: Version;
  /** Its position in the order of this process's store calls. */
  readonly asOf: number;
}

/** A failed write: it is unknown whether it was applied. Shared by all whose changes it included. */
export interface Doubt {
  readonly bytes: Uint8Array;
  /** The record has been found in the store. */
  hasArrived: boolean;
}

interface Known<Stored extends Place> {
  /** Under another key, if a rotation has moved the session there. */
  readonly place: Stored;
  /** When the pointer there expires, in ms; null: it is at its key. */
  readonly until: number | null;
  readonly doubt: Doubt | null;
}

/**
 * The records that this process last wrote, or found when it tried to write: a request that has read an older one merges with
 * it right away, instead of learning from the store that it is stale. It is not a cache: nothing is read from it, and the store
 * still compares each write.
 */
export class NewestRecords<Stored extends Place> {
  /** In order of insertion. */
  readonly #known = new Map<string, Known<Stored>>();
  #bytes = 0;
  #order = 0;

  /** The current sequence number: of two states of a record, the one with the higher number is newer. */
  get now(): number {
    return this.#order;
  }

  /** The next sequence number. */
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

  /** Notes what the store has under the key. */
  note(key: string, place: Stored): void {
    this.#resolve(key, place.bytes);
    this.#put(key, { place, until: null, doubt: null });
  }

  /** Notes that a rotation has moved the session away from the key. @param until when the pointer there expires, in ms */
  noteMoved(key: string, place: Stored, until: number): void {
    this.#put(key, { place, until, doubt: null });
    this.#put(place.key, { place, until: null, doubt: null });
  }

  /** Notes that a write on top of `place` has failed. */
  noteDoubt(key: string, place: Stored, bytes: Uint8Array): Doubt {
    const doubt = { bytes, hasArrived: false };
    this.#put(key, { place, until: null, doubt });
    return doubt;
  }

  /** Notes that these bytes were in the store. */
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
