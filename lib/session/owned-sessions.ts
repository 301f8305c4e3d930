import { SessionAbilityMissingError, SessionContendedError } from '../errors.js';
import { isOwned, type Owned, type SessionStore, type Version } from '../stores/session-store.js';
import type { AuthFacts } from './auth-facts.js';
import type { EndedLoginsBoard } from './ended-logins.js';
import { EndMarks, type Endings } from './end-marks.js';
import type { Lifetime } from './lifetime.js';
import { lineageIn } from './lineage.js';
import type { SessionObserver } from './observer.js';
import { isPointer, type SessionRecord } from './record.js';
import type { StoredRecords } from './stored-records.js';

/** One of a user's sessions. */
export interface OwnedSession {
  /** Identifies the login, under whatever id it continues. */
  readonly lineage: string;
  /** Identifies the current record. */
  readonly publicId: string;
  readonly key: string;
  readonly version: Version;
  readonly record: SessionRecord;
  readonly auth: AuthFacts;
  /** ms since the epoch; when it ends at the latest. */
  readonly endsAt: number;
}

/** A session that {@link OwnedSessions.endAll} leaves. */
export type KeptSession = Pick<OwnedSession, 'key' | 'lineage'>;

type UserId = AuthFacts['userId'];

/** What is stored for a user. */
interface OwnedRecord {
  readonly key: string;
  /** Null: it is a pointer to one that was moved by a rotation, or holds none that is still valid. */
  readonly session: OwnedSession | null;
}

/** How many sessions are read at a time. */
const BATCH = 64;
/** How often to look for a session that other requests may be moving. */
const LOOKS = 3;
/** How often to look again and try to end sessions, until none is left. */
const MAX_TRIES = 64;

/** A user's sessions in all browsers, if the store has an owner index. */
export class OwnedSessions {
  readonly #marks: EndMarks;

  constructor(
    private readonly records: StoredRecords,
    private readonly lifetime: Lifetime,
    private readonly observer: Required<SessionObserver>,
    private readonly endedLogins: EndedLoginsBoard,
    private readonly now: () => number,
  ) {
    this.#marks = new EndMarks(records.store, records.keyPrefix);
  }

  /** Whether the store has an owner index. */
  get isOffered(): boolean {
    return isOwned(this.records.store);
  }

  /**
   * In no particular order, each login once. One that is being logged in, rotated or ended may be missed.
   *
   * @throws SessionAbilityMissingError
   */
  async list(userId: UserId): Promise<OwnedSession[]> {
    const newest = new Map<string, OwnedSession>();
    // During a rotation a session has two records.
    for (const session of await this.#look(userId)) {
      const other = newest.get(session.lineage);
      if (other === undefined || other.record.rotatedAt < session.record.rotatedAt) {
        newest.set(session.lineage, session);
      }
    }
    return [...newest.values()];
  }

  /**
   * The session with this lineage or public id. Null: the user has none.
   *
   * @param isToEnd it is about to be ended: then it is found however often other requests move it.
   * @throws SessionAbilityMissingError
   */
  async find(userId: UserId, publicId: string, isToEnd = false): Promise<OwnedSession | null> {
    // One that was moved during the search is found by the next one.
    for (let looks = 1; looks <= LOOKS; looks++) {
      // Only when needed: most sessions are found, and a search for one that does not exist should leave no marks.
      if (isToEnd && looks === LOOKS) await this.#marks.set(userId, { lineages: [publicId] });
      const sessions = await this.list(userId);
      const found = sessions.find((session) => session.lineage === publicId || session.publicId === publicId);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** The record of a login; during a move the one that it still is in. Null: it has ended. @throws SessionAbilityMissingError */
  async recordOf(userId: UserId, lineage: string): Promise<OwnedSession | null> {
    const records = (await this.#look(userId)).filter((session) => session.lineage === lineage);
    const [first] = records.sort((one, other) => one.record.rotatedAt - other.record.rotatedAt);
    return first ?? null;
  }

  /**
   * Ends some of a user's logins, wherever rotations move them, and repeats until none is left.
   *
   * @param isLeft which logins to keep, although they match.
   * @param heard called for each ended login, even if others then fail.
   * @returns how many have ended.
   * @throws SessionAbilityMissingError
   * @throws SessionContendedError if some are left after many tries
   */
  async end(
    userId: UserId,
    { lineages = [], families = [] }: Endings,
    isLeft: (session: OwnedSession) => boolean = () => false,
    heard: (session: OwnedSession) => void = () => undefined,
  ): Promise<number> {
    this.#store();
    await this.#marks.set(userId, { lineages, families });
    const ended = new Set<string>();
    const isMeant = (session: OwnedSession): boolean => {
      const { lineage, auth } = session;
      const belongs = lineages.includes(lineage) || (auth.family !== undefined && families.includes(auth.family));
      return belongs && !isLeft(session);
    };
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const meant = (await this.#look(userId)).filter(isMeant);
      // A search after the mark misses nothing; the second one is for processes that do not check the mark yet.
      if (meant.length === 0 && tries > 0) return ended.size;
      for (const session of meant) {
        if (!(await this.#end(session, isMeant)) || ended.has(session.lineage)) continue;
        ended.add(session.lineage);
        heard(session);
      }
    }
    throw new SessionContendedError(
      'Other requests kept moving the sessions that were to end, and some are left. Try again.',
    );
  }

  /**
   * Ends all of them except one, and returns how many logins there were. A login in progress ends before it is
   * done. @throws SessionAbilityMissingError
   */
  async endAll(userId: UserId, kept: KeptSession | null = null): Promise<number> {
    const store = this.#store();
    const owner = this.records.ownerOf(userId);
    // Without rotation, all records are logins, and nothing has to be read.
    const besides = this.lifetime.rotates ? await this.#besidesLogins(userId, kept) : 0;
    const deleted = await (kept === null ? store.deleteOwnedBy(owner) : store.deleteOwnedBy(owner, kept.key));
    this.endedLogins.tell({ userId, exceptLineage: kept?.lineage ?? null });
    return Math.max(0, deleted - besides);
  }

  /** How many more records than logins a user has: pointers from former ids, and what is left of a moving login. */
  async #besidesLogins(userId: UserId, kept: KeptSession | null): Promise<number> {
    const others = (await this.#records(userId)).filter(({ key }) => key !== kept?.key);
    const lineages = new Set(others.map(({ session }) => session?.lineage));
    for (const none of [undefined, kept?.lineage]) lineages.delete(none);
    return others.length - lineages.size;
  }

  /** Whether a login is about to be ended, or has just been ended, by its user: it must not be moved any more. */
  async isEnding(auth: AuthFacts, lineage: string): Promise<boolean> {
    if (!this.isOffered) return false;
    const { userId, family } = auth;
    return this.#marks.has(userId, { lineages: [lineage], ...(family === undefined ? {} : { families: [family] }) });
  }

  /** Against the version that was read: a session that has moved and left a pointer has not ended. */
  async #end(session: OwnedSession, isMeant: (session: OwnedSession) => boolean): Promise<boolean> {
    let { version } = session;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const result = await this.records.store.delete(session.key, version);
      if (result === 'deleted') {
        this.observer.destroyed({ publicId: session.publicId });
        this.endedLogins.tell({ lineage: session.lineage });
        return true;
      }
      if (result === 'absent') return false;
      const newest = this.#sessionIn(session.key, session.auth.userId, result.conflict.bytes, result.conflict.version);
      if (newest === null || !isMeant(newest)) return false;
      version = newest.version;
    }
    return false;
  }

  #store(): SessionStore & Owned {
    const { store } = this.records;
    if (isOwned(store)) return store;
    throw new SessionAbilityMissingError(
      'This session store has no owner index, so the sessions of a user can neither be listed nor ended ' +
        'together. Choose another one (SESSION_TYPE), or give the store `ownedBy` and `deleteOwnedBy`.',
    );
  }

  /** All of them; those being moved appear twice. */
  async #look(userId: UserId): Promise<OwnedSession[]> {
    return (await this.#records(userId)).flatMap(({ session }) => session ?? []);
  }

  /** The user's existing records, including those that hold no session. */
  async #records(userId: UserId): Promise<OwnedRecord[]> {
    const store = this.#store();
    const keys: string[] = [];
    for await (const key of store.ownedBy(this.records.ownerOf(userId))) keys.push(key);
    const records: OwnedRecord[] = [];
    for (let first = 0; first < keys.length; first += BATCH) {
      const batch = keys.slice(first, first + BATCH).map((key) => this.#read(key, userId));
      for (const record of await Promise.all(batch)) if (record !== null) records.push(record);
    }
    return records;
  }

  async #read(key: string, userId: UserId): Promise<OwnedRecord | null> {
    const found = await this.records.store.read(key);
    return found && { key, session: this.#sessionIn(key, userId, found.bytes, found.version) };
  }

  /** Null: it has ended, was moved by a rotation, or is not this user's. */
  #sessionIn(key: string, userId: UserId, bytes: Uint8Array, version: Version): OwnedSession | null {
    const record = this.records.decode(key, bytes);
    if (record === null || isPointer(record) || record.auth?.userId !== userId) return null;
    if (this.lifetime.isOver(record, this.now())) return null;
    const { auth } = record;
    const publicId = this.records.publicIdOf(key);
    const seenAt = auth.seenAt ?? auth.at;
    const endsAt = seenAt + Math.max(0, this.lifetime.remaining(record, seenAt));
    return { lineage: lineageIn(auth, publicId), publicId, key, version, record, auth, endsAt };
  }
}
