import { setImmediate } from 'node:timers/promises';
import type { DeleteResult, StepDone, StoredRecord, Version, WriteResult } from '../session-store.js';
import { type Database, newNumber, type Place } from './database.js';
import { prune } from './pruner.js';
import { storedName } from './stored-name.js';
import type { RecordHead } from './stored-record.js';

/** A place that holds a live record. */
type LivePlace = Place & { readonly head: RecordHead };

/** How many are listed in one go, before the event loop gets a turn. */
const sliceSize = 100;

/**
 * The contract of session stores, on an open database. A change reads, synchronously, then writes on condition that nothing has
 * changed since. If something has, it starts over: each retry means that another change succeeded.
 */
export class SessionRecords {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  read(key: string): StoredRecord | null {
    return this.database.read(storedName(key), this.now());
  }

  async create(key: string, bytes: Uint8Array, ttlMs: number, owner: string | null): Promise<WriteResult> {
    const name = storedName(key);
    for (;;) {
      const place = this.database.look(name);
      if (this.isLive(place)) return { conflict: toRecord(place) };
      const expiresAt = this.now() + ttlMs;
      const head = { key, owner, expiresAt, due: expiresAt, version: newNumber() };
      if (await this.database.put(name, place, head, bytes)) return { written: head.version };
    }
  }

  async replace(key: string, bytes: Uint8Array, ttlMs: number, expected: Version): Promise<WriteResult> {
    const name = storedName(key);
    for (;;) {
      const place = this.live(name);
      if (place === null) return { gone: true };
      if (place.head.version !== expected) return { conflict: toRecord(place) };
      const head = { ...lasting(place.head, this.now() + ttlMs), version: newNumber() };
      if (await this.database.put(name, place, head, bytes)) return { written: head.version };
    }
  }

  async touch(key: string, ttlMs: number): Promise<boolean> {
    const name = storedName(key);
    for (;;) {
      const place = this.live(name);
      if (place === null) return false;
      if (await this.database.put(name, place, lasting(place.head, this.now() + ttlMs), place.bytes)) return true;
    }
  }

  async delete(key: string, expected?: Version): Promise<DeleteResult> {
    const name = storedName(key);
    for (;;) {
      const place = this.live(name);
      if (place === null) return 'absent';
      if (expected === undefined) return (await this.remove(name, place)) ? 'deleted' : 'absent';
      if (place.head.version !== expected) return { conflict: toRecord(place) };
      if (await this.database.remove(name, place, 'if unchanged')) return 'deleted';
    }
  }

  async *ownedBy(owner: string, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    for await (const names of this.namesOf(owner)) {
      stepDone?.();
      for (const name of names) {
        const head = this.live(name)?.head;
        if (head?.owner === owner) yield head.key;
      }
    }
  }

  async deleteOwnedBy(owner: string, exceptKey?: string, stepDone?: StepDone): Promise<number> {
    // Writes started before this call are now complete, and so are visible.
    await this.database.settle();
    stepDone?.();
    let deleted = 0;
    for await (const names of this.namesOf(owner)) {
      const results = await Promise.all(
        names.map(async (name) => {
          const place = this.live(name);
          if (place?.head.owner !== owner || place.head.key === exceptKey) return false;
          return this.remove(name, place);
        }),
      );
      stepDone?.();
      deleted += results.filter((isDeleted) => isDeleted).length;
    }
    return deleted;
  }

  async *keys(stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    let last: string | null = null;
    do {
      stepDone?.();
      const slice: { name: string; head: RecordHead | null }[] = this.database.headsAfter(last, sliceSize);
      last = slice.at(-1)?.name ?? null;
      for (const { head } of slice) if (head !== null && head.expiresAt > this.now()) yield head.key;
      await setImmediate();
    } while (last !== null);
  }

  /** @param isCancelled asked now and then */
  prune(isCancelled: () => boolean): Promise<number> {
    return prune(this.database, this.now, isCancelled);
  }

  /** The names listed for the owner, in slices. */
  private async *namesOf(owner: string): AsyncGenerator<string[], void, undefined> {
    let last: string | null = null;
    do {
      const slice: string[] = this.database.namesOf(owner, last, sliceSize);
      last = slice.at(-1) ?? null;
      yield slice;
      await setImmediate();
    } while (last !== null);
  }

  /** Whatever has been written in the meantime: ending a session does not require having seen its latest state. */
  private remove(name: string, place: LivePlace): Promise<boolean> {
    return this.database.remove(name, place, 'in any case');
  }

  private live(name: string): LivePlace | null {
    const place = this.database.look(name);
    return this.isLive(place) ? place : null;
  }

  private isLive(place: Place | null): place is LivePlace {
    return (place?.head?.expiresAt ?? 0) > this.now();
  }
}

/** Pruning checks a record no later than it expires; it may check too early, and then checks again. */
function lasting(head: RecordHead, expiresAt: number): RecordHead {
  return { ...head, expiresAt, due: Math.min(head.due, expiresAt) };
}

function toRecord(place: LivePlace): StoredRecord {
  return { bytes: Buffer.from(place.bytes), version: place.head.version };
}
