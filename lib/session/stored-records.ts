import { readAll, type SessionStore, type WriteResult } from '../stores/session-store.js';
import type { AuthFacts } from './auth-facts.js';
import { NewestRecords } from './newest-records.js';
import type { SessionObserver } from './observer.js';
import { BrokenRecord, isPointer, type RotationPointer, type SessionRecord } from './record.js';
import type { RecordCodec } from './record-codec.js';
import { openPointer } from './rotation-pointer.js';
import { ownerKey, publicIdOfKey, storeKey } from './session-id.js';
import type { StoredSession } from './session-state.js';

/** A record and its key in the store. */
export type FoundSession = StoredSession & { readonly record: SessionRecord };

type UserId = AuthFacts['userId'];

/** How many pointers are followed; usually there is at most one rotation within a grace period. */
const MAX_HOPS = 4;

/** The boundary to the store: converts ids to keys, and bytes to records. */
export class StoredRecords {
  /** What this process knows of them. */
  readonly newest = new NewestRecords<StoredSession>();

  constructor(
    readonly store: SessionStore,
    private readonly codec: RecordCodec,
    private readonly observer: Required<SessionObserver>,
    readonly keyPrefix: string,
  ) {}

  keyOf(id: string): string {
    return storeKey(this.keyPrefix, id);
  }

  /** Writes a new record; one with a login is indexed under its user from the start. */
  create(key: string, bytes: Uint8Array, ttl: number, auth: AuthFacts | null): Promise<WriteResult> {
    if (auth === null) return this.store.write(key, bytes, ttl, 'absent');
    return this.store.write(key, bytes, ttl, 'absent', this.ownerOf(auth.userId));
  }

  /** The store's owner for a user's sessions. */
  ownerOf(userId: UserId): string {
    return ownerKey(this.keyPrefix, 'session', userId);
  }

  /** The public id of the session under a key. */
  publicIdOf(key: string): string {
    return publicIdOfKey(this.keyPrefix, key);
  }

  /** Resolves `id` in one read, unless it was just rotated; null: there is nothing readable. */
  find(id: string, key = this.keyOf(id), hops = 0): Promise<FoundSession | null> {
    // As of the request: a write may overtake the reply.
    const asOf = this.newest.next();
    // Every request that reads takes this path, so it saves a promise and a copy.
    return this.store
      .read(key)
      .then((found) => found && this.follow({ id, key, bytes: found.bytes, version: found.version, asOf }, hops));
  }

  /** The same for several, in as few round trips as the store can. */
  async findAll(ids: readonly string[]): Promise<(FoundSession | null)[]> {
    const asOf = this.newest.next();
    const keys = ids.map((id) => this.keyOf(id));
    const records = await readAll(this.store, keys);
    return Promise.all(
      ids.map(async (id, at) => {
        const [key, found] = [keys[at], records[at]];
        return key && found ? this.follow({ id, key, bytes: found.bytes, version: found.version, asOf }) : null;
      }),
    );
  }

  /** The record in these bytes, or the one that they point to. */
  follow(stored: StoredSession, hops = 0): FoundSession | null | Promise<FoundSession | null> {
    const record = this.decode(stored.key, stored.bytes);
    if (record === null) return null;
    if (!isPointer(record)) {
      const { id, key, bytes, version, asOf } = stored;
      return { id, key, bytes, version, asOf, record };
    }
    if (hops >= MAX_HOPS) return null;
    const successor = this.successorIn(record, stored);
    return successor === null ? null : this.find(successor, undefined, hops + 1);
  }

  /**
   * The id that a pointer leads to; null: it was not made for the id under which it was found, which has been reported to the
   * observer.
   */
  successorIn(pointer: RotationPointer, { id, key }: Pick<StoredSession, 'id' | 'key'>): string | null {
    return this.#readable(key, () => openPointer(pointer, id));
  }

  /** Decodes the bytes under a key; null: they are not readable, which has been reported to the observer. */
  decode(key: string, bytes: Uint8Array): SessionRecord | RotationPointer | null {
    return this.#readable(key, () => this.codec.decode(bytes));
  }

  #readable<Part>(key: string, read: () => Part): Part | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BrokenRecord)) throw error;
      this.observer.brokenRecord({ publicId: this.publicIdOf(key), reason: error.message });
      return null;
    }
  }
}
