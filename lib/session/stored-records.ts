import type { SessionStore } from '../stores/session-store.js';
import type { SessionObserver } from './observer.js';
import { BrokenRecord, isPointer, type SessionRecord } from './record.js';
import type { RecordCodec } from './record-codec.js';
import { openPointer } from './rotation-pointer.js';
import { publicId, storeKey } from './session-id.js';
import type { StoredSession } from './session-state.js';

/** A record with its place in the store. */
export type FoundSession = StoredSession & { readonly record: SessionRecord };

/** How many pointers are followed; a grace time sees one rotation, as a rule. */
const MAX_HOPS = 4;

/** The border to the store: ids become keys here, and bytes records. */
export class StoredRecords {
  constructor(
    readonly store: SessionStore,
    private readonly codec: RecordCodec,
    private readonly observer: Required<SessionObserver>,
    private readonly keyPrefix: string,
  ) {}

  keyOf(id: string): string {
    return storeKey(this.keyPrefix, id);
  }

  /** What `id` leads to, in one read unless it was rotated just now; null: nothing, or nothing readable. */
  find(id: string, key = this.keyOf(id), hops = 0): Promise<FoundSession | null> {
    // On the path of every request that reads: one step of a promise, and no copy of an object, less.
    return this.store
      .read(key)
      .then((found) => found && this.follow({ id, key, bytes: found.bytes, version: found.version }, hops));
  }

  /** The record that these bytes are, or that they point to. */
  follow(stored: StoredSession, hops = 0): FoundSession | null | Promise<FoundSession | null> {
    try {
      const record = this.codec.decode(stored.bytes);
      if (isPointer(record)) {
        return hops < MAX_HOPS ? this.find(openPointer(record, stored.id), undefined, hops + 1) : null;
      }
      return { id: stored.id, key: stored.key, bytes: stored.bytes, version: stored.version, record };
    } catch (error) {
      if (!(error instanceof BrokenRecord)) throw error;
      this.observer.brokenRecord({ publicId: publicId(stored.id), reason: error.message });
      return null;
    }
  }
}
