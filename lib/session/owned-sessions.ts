import { SessionAbilityMissingError } from '../errors.js';
import { isOwned, type Owned, type SessionStore } from '../stores/session-store.js';
import type { AuthFacts } from './auth-facts.js';
import type { Lifetime } from './lifetime.js';
import type { SessionObserver } from './observer.js';
import { isPointer, type SessionRecord } from './record.js';
import type { StoredRecords } from './stored-records.js';

/** One of a user's sessions. */
export interface OwnedSession {
  readonly publicId: string;
  readonly key: string;
  readonly record: SessionRecord;
  readonly auth: AuthFacts;
  /** ms since the epoch; when it ends at the latest. */
  readonly endsAt: number;
}

type UserId = AuthFacts['userId'];

/** How many sessions are read at a time. */
const BATCH = 64;

/** The sessions of a user, wherever they are in use: what a store that knows owners makes possible. */
export class OwnedSessions {
  constructor(
    private readonly records: StoredRecords,
    private readonly lifetime: Lifetime,
    private readonly observer: Required<SessionObserver>,
    private readonly now: () => number,
  ) {}

  /** Whether the store knows whose a session is. */
  get isOffered(): boolean {
    return isOwned(this.records.store);
  }

  /** In no order. One that is being logged in, rotated or ended meanwhile may be missed. @throws SessionAbilityMissingError */
  async list(userId: UserId): Promise<OwnedSession[]> {
    const store = this.#store();
    const sessions: OwnedSession[] = [];
    let batch: string[] = [];
    const readBatch = async (): Promise<void> => {
      for (const session of await Promise.all(batch.map((key) => this.#read(key, userId)))) {
        if (session !== null) sessions.push(session);
      }
      batch = [];
    };
    for await (const key of store.ownedBy(this.records.ownerOf(userId))) {
      batch.push(key);
      if (batch.length === BATCH) await readBatch();
    }
    await readBatch();
    return sessions;
  }

  /** Ends one of them. False: it had ended already. */
  async end({ key, publicId }: OwnedSession): Promise<boolean> {
    const ended = (await this.records.store.delete(key)) === 'deleted';
    if (ended) this.observer.destroyed({ publicId });
    return ended;
  }

  /**
   * Ends all of them but that under `exceptKey`, and says how many there were. One that is being logged in meanwhile ends
   * before its login is done. @throws SessionAbilityMissingError
   */
  async endAll(userId: UserId, exceptKey?: string): Promise<number> {
    const store = this.#store();
    const owner = this.records.ownerOf(userId);
    return exceptKey === undefined ? store.deleteOwnedBy(owner) : store.deleteOwnedBy(owner, exceptKey);
  }

  #store(): SessionStore & Owned {
    const { store } = this.records;
    if (isOwned(store)) return store;
    throw new SessionAbilityMissingError(
      'This session store does not know whose a session is, so the sessions of a user can neither be listed nor ended ' +
        'together. Choose another one (SESSION_TYPE), or give the store `ownedBy` and `deleteOwnedBy`.',
    );
  }

  /** Null: it has ended, was moved by a rotation, or is not this user's. */
  async #read(key: string, userId: UserId): Promise<OwnedSession | null> {
    const found = await this.records.store.read(key);
    const record = found && this.records.decode(key, found.bytes);
    if (record === null || isPointer(record) || record.auth?.userId !== userId) return null;
    const now = this.now();
    if (this.lifetime.isOver(record, now)) return null;
    const { auth } = record;
    const seenAt = auth.seenAt ?? auth.at;
    const endsAt = seenAt + Math.max(0, this.lifetime.remaining(record, seenAt));
    return { publicId: this.records.publicIdOf(key), key, record, auth, endsAt };
  }
}
