import { isListable, type SessionStore, type Version } from '../stores/session-store.js';
import type { AuthFacts } from './auth-facts.js';
import type { Lifetime } from './lifetime.js';
import { lineageIn } from './lineage.js';
import type { RecordCodec } from './record-codec.js';
import { BrokenRecord, isPointer, type RotationPointer, type SessionRecord } from './record.js';
import { publicIdOfKey } from './session-id.js';

/** A session of anybody, or of nobody. */
export interface SearchedSession {
  /** Identifies the current record. */
  readonly publicId: string;
  /** Identifies the login; null: nobody is logged in. */
  readonly lineage: string | null;
  readonly key: string;
  readonly version: Version;
  readonly record: SessionRecord;
  readonly auth: AuthFacts | null;
  /** ms since the epoch; when it ends if it is not used again, or without a login at the latest; null: it has no such end. */
  readonly endsAt: number | null;
}

/** How many sessions are read at a time. */
const BATCH = 64;
/** What follows the prefix in the key of a session. */
const sessionKey = /^[\w-]{43}$/;
/** How often to try to end a session that requests keep changing. */
const MAX_TRIES = 64;

/** Finds sessions for an operator: not by their user, but by walking all keys of the store. */
export class SessionSearch {
  constructor(
    private readonly store: SessionStore,
    private readonly codec: RecordCodec,
    private readonly lifetime: Lifetime,
    private readonly keyPrefix: string,
    private readonly now: () => number,
  ) {}

  /** Whether the store can list its keys. */
  get isOffered(): boolean {
    return isListable(this.store);
  }

  /**
   * The session with this lineage or public id; null: there is none, or the store cannot list its keys.
   *
   * @param looked called with the number of sessions that have been read so far.
   */
  async find(publicId: string, looked: (count: number) => void = () => undefined): Promise<SearchedSession | null> {
    if (!isListable(this.store)) return null;
    let batch: string[] = [];
    let count = 0;
    for await (const key of this.store.keys()) {
      if (!key.startsWith(this.keyPrefix) || !sessionKey.test(key.slice(this.keyPrefix.length))) continue;
      batch.push(key);
      // A record with this public id may be a pointer to the session, which then is found by its lineage.
      const isLikely = publicIdOfKey(this.keyPrefix, key) === publicId;
      if (!isLikely && batch.length < BATCH) continue;
      const found = await this.#among(batch, publicId);
      if (found !== null) return found;
      count += batch.length;
      batch = [];
      looked(count);
    }
    return this.#among(batch, publicId);
  }

  /** Ends a session in which nobody is logged in. False: it has ended, or a user has logged in there. */
  async end({ key, version: found }: Pick<SearchedSession, 'key' | 'version'>): Promise<boolean> {
    let version = found;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const result = await this.store.delete(key, version);
      if (result === 'deleted') return true;
      if (result === 'absent') return false;
      const newest = this.#sessionIn(key, result.conflict.bytes, result.conflict.version);
      if (newest?.auth !== null) return false;
      version = newest.version;
    }
    return false;
  }

  async #among(keys: readonly string[], publicId: string): Promise<SearchedSession | null> {
    const sessions = await Promise.all(keys.map((key) => this.#read(key)));
    return sessions.find((session) => session?.publicId === publicId || session?.lineage === publicId) ?? null;
  }

  async #read(key: string): Promise<SearchedSession | null> {
    const found = await this.store.read(key);
    return found && this.#sessionIn(key, found.bytes, found.version);
  }

  #sessionIn(key: string, bytes: Uint8Array, version: Version): SearchedSession | null {
    const record = this.#decode(bytes);
    if (record === null || isPointer(record) || this.lifetime.isOver(record, this.now())) return null;
    const { auth } = record;
    const publicId = publicIdOfKey(this.keyPrefix, key);
    const lineage = auth === null ? null : lineageIn(auth, publicId);
    return { publicId, lineage, key, version, record, auth, endsAt: this.#endOf(record) };
  }

  #endOf(record: SessionRecord): number | null {
    const { auth } = record;
    // When a session without a login was last used is not in its record.
    if (auth === null) return this.lifetime.endOf(record);
    const seenAt = auth.seenAt ?? auth.at;
    return seenAt + Math.max(0, this.lifetime.remaining(record, seenAt));
  }

  /** Null: it is not readable, which a request that comes with it reports. */
  #decode(bytes: Uint8Array): SessionRecord | RotationPointer | null {
    try {
      return this.codec.decode(bytes);
    } catch (error) {
      if (error instanceof BrokenRecord) return null;
      throw error;
    }
  }
}
