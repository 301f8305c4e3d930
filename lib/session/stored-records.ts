import type { SessionStore, WriteResult } from '../stores/session-store.js';
import type { AuthFacts } from './auth-facts.js';
import { NewestRecords } from './newest-records.js';
import type { SessionObserver } from './observer.js';
import { isPointer, type RotationPointer, type SessionRecord } from './record.js';
import { BrokenRecord } from './record-parts.js';
import type { RecordCodec } from './record-codec.js';
import { openPointer } from './rotation-pointer.js';
import { ownerKey, publicIdOfKey, storeKey } from './session-id.js';
import type { StoredSession } from './session-state.js';

/** A record with its place in the store. */
export type FoundSession = StoredSession & { readonly record: SessionRecord };

type UserId = AuthFacts['userId'];

/** How many pointers are followed; a grace time sees one rotation, as a rule. */
const MAX_HOPS = 4;

/** The border to the store: ids become keys here, and bytes records. */
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

  /** Writes a record that is not there yet; one with a login belongs to its user from the first. */
  create(key: string, bytes: Uint8Array, ttl: number, auth: AuthFacts | null): Promise<WriteResult> {
    if (auth === null) return this.store.write(key, bytes, ttl, 'absent');
    return this.store.write(key, bytes, ttl, 'absent', this.ownerOf(auth.userId));
  }

  /** Whose the sessions of a user are, for the store. */
  ownerOf(userId: UserId): string {
    return ownerKey(this.keyPrefix, 'session', userId);
  }

  /** The public id of the session under a key. */
  publicIdOf(key: string): string {
    return publicIdOfKey(this.keyPrefix, key);
  }

  /** What `id` leads to, in one read unless it was rotated just now; null: nothing, or nothing readable. */
  find(id: string, key = this.keyOf(id), hops = 0): Promise<FoundSession | null> {
    // As of the question: what is written while the answer is on its way may be newer.
    const asOf = this.newest.next();
    // On the path of every request that reads: one step of a promise, and no copy of an object, less.
    return this.store
      .read(key)
      .then((found) => found && this.follow({ id, key, bytes: found.bytes, version: found.version, asOf }, hops));
  }

  /** The record that these bytes are, or that they point to. */
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

  /** The id that a pointer leads to; null: it was not made for the id that it was found under, and the observer has been told. */
  successorIn(pointer: RotationPointer, { id, key }: Pick<StoredSession, 'id' | 'key'>): string | null {
    return this.#readable(key, () => openPointer(pointer, id));
  }

  /** What is in the bytes under a key; null: nothing readable, and the observer has been told. */
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
