import { SessionStoreUnavailableError } from '../errors.js';
import { isOwned, type SessionStore, type StoredRecord, type Version } from '../stores/session-store.js';
import { withSealedOf, type AuthFacts } from './auth-facts.js';
import type { EndedLoginsBoard } from './ended-logins.js';
import type { Lifetime } from './lifetime.js';
import { withLineage } from './lineage.js';
import type { MovedLogins } from './moved-logins.js';
import type { SessionObserver } from './observer.js';
import type { OwnedSessions } from './owned-sessions.js';
import type { RecordCodec } from './record-codec.js';
import { beginAnew } from './repository-parts.js';
import { sealPointer } from './rotation-pointer.js';
import type { SessionEncoder } from './session-encoder.js';
import { newSessionId, publicId } from './session-id.js';
import type { SessionLoss } from './session-loss.js';
import type { SessionSaver } from './session-saver.js';
import type { EncodedSession, StoredSession } from './session-state.js';
import { stateOf, type SessionObject } from './session.js';
import type { StoredRecords } from './stored-records.js';

/** The reason of a rotation determines what happens to a session that another request has ended in the meantime. */
export type RotationReason =
  /** `session.regenerate()`: the session stays ended, or a late request would restore it. */
  | 'regenerate'
  /** Periodic: the same; the old id leads to the new one for a grace period. */
  | 'periodic'
  /** The user has been re-authenticated: as `regenerate`, with the current login. */
  | 'confirm'
  /** A login: it continues, without the data of the ended session. */
  | 'login';

export interface RotationOptions {
  readonly idLength: number;
  readonly permanent: boolean;
  /** How long the id before a periodic rotation still leads to the session, in ms. */
  readonly rotateGrace: number;
}

/**
 * Gives a session a new id. The new key is written first, then the old one is removed if it is unchanged; otherwise the changes
 * are merged into the new record and it tries again: no acknowledged write of a parallel request is lost. Nobody learns the new
 * id before all of it is done.
 */
export class SessionRotation {
  readonly #store: SessionStore;

  constructor(
    private readonly records: StoredRecords,
    private readonly encoder: SessionEncoder,
    private readonly saver: SessionSaver,
    private readonly loss: SessionLoss,
    private readonly codec: RecordCodec,
    private readonly lifetime: Lifetime,
    private readonly options: RotationOptions,
    private readonly observer: Required<SessionObserver>,
    private readonly now: () => number,
    private readonly moved: MovedLogins,
    private readonly owned: Pick<OwnedSessions, 'isEnding'>,
    private readonly board: Pick<EndedLoginsBoard, 'tellMove'>,
  ) {
    this.#store = records.store;
  }

  /**
   * @param agreedId the new id, if several requests agreed on one; `taken`: another of them was faster, and the session is
   *   unchanged.
   * @returns `followed`: another periodic rotation was faster, and the session is to be saved where that has moved it.
   */
  async rotate(
    session: SessionObject,
    former: StoredSession,
    reason: RotationReason,
    agreedId?: string,
  ): Promise<'taken' | 'followed' | undefined> {
    const state = stateOf(session);
    const id = agreedId ?? newSessionId(this.options.idLength);
    const isLogin = reason === 'login';
    const auth = isLogin ? state.auth : withLineage(state.auth, former);
    const key = this.records.keyOf(id);
    let version: Version = 'absent';
    let old = former;
    let notedId: string | null = null;
    // If an error occurs, the session stays where it is, and the new record, which nobody knows, expires.
    for (let attempt = 0; ; attempt++) {
      const rotatedAt = this.now();
      const ttl = this.lifetime.remaining(state, rotatedAt);
      if (ttl <= 0) return this.#end(session, old, reason, agreedId);
      const carried = isLogin ? state.auth : withLineage(state.auth, old);
      const encoded = this.encoder.encode(session, rotatedAt, carried);
      const arrived = await this.#writeNew(key, encoded.bytes, ttl, version, state.auth, agreedId !== undefined);
      if (arrived === 'taken') return 'taken';
      // All of the user's sessions were ended during the move, the old one included.
      if (arrived === 'gone') return void this.loss.lose(session);
      version = arrived.written;
      // A call that is ending this login either finds the new record or is noticed here; it then ends what it has found.
      if (attempt === 0 && !isLogin && (await this.#isEnding(carried))) {
        await this.#store.delete(key, version);
        return this.#end(session, old, reason, agreedId);
      }
      if (carried !== null && (reason === 'regenerate' || reason === 'confirm') && notedId !== old.id) {
        await this.moved.note(old.id, id);
        notedId = old.id;
      }
      const left = await this.saver.unlessInDoubt(state, encoded, () =>
        this.#leave(old, reason === 'periodic' ? id : null),
      );
      if (left === 'left') {
        state.rotate(rotatedAt);
        state.setLogin(carried);
        const asOf = this.records.newest.next();
        const arrivedAt = { id, key, bytes: encoded.bytes, version, asOf };
        this.#arrive(session, arrivedAt, encoded, former);
        this.records.newest.forget(old.key);
        // A request that has read it under the old id continues there, as long as the pointer exists.
        if (reason === 'periodic') {
          this.records.newest.noteMoved(old.key, arrivedAt, rotatedAt + this.options.rotateGrace);
        }
        if (carried?.lineage !== undefined && !isLogin) {
          this.board.tellMove({ lineage: carried.lineage, auth: carried, stored: { id } });
        }
        return undefined;
      }
      if (left === 'absent' || !(await this.saver.takeIn(session, old, left))) {
        // With its version: a request that agreed on the id and has already joined keeps it.
        await this.#store.delete(key, version);
        return this.#end(session, old, reason, agreedId);
      }
      if (isLogin) state.setLogin(auth);
      else if (reason === 'confirm' && auth !== null) state.setLogin(withSealedOf(auth, state.auth));
      const newest = state.stored ?? old;
      if (reason === 'periodic' && newest.key !== old.key) {
        // Another request rotated first: follow it.
        await this.#store.delete(key);
        return 'followed';
      }
      old = newest;
      await this.saver.retries.wait(attempt);
    }
  }

  /** Stores a new session under an id that several requests agreed on; `taken`: another of them was faster. */
  async begin(session: SessionObject, id: string): Promise<'taken' | undefined> {
    const state = stateOf(session);
    const now = this.now();
    const key = this.records.keyOf(id);
    const encoded = this.encoder.encode(session, now);
    const arrived = await this.#writeNew(
      key,
      encoded.bytes,
      this.lifetime.remaining(state, now),
      'absent',
      state.auth,
      true,
    );
    if (arrived === 'taken') return 'taken';
    if (arrived === 'gone') return void this.loss.lose(session);
    state.rotate(now);
    const asOf = this.records.newest.next();
    state.settle({ id, key, bytes: encoded.bytes, version: arrived.written, asOf }, encoded, this.encoder);
    this.observer.created({ publicId: publicId(id) });
    return undefined;
  }

  /** Nobody knows the new key, except those who agreed on it: otherwise only the store itself can cause a conflict. */
  async #writeNew(
    key: string,
    bytes: Uint8Array,
    ttl: number,
    expected: Version | 'absent',
    auth: AuthFacts | null,
    isAgreed: boolean,
  ): Promise<{ readonly written: Version } | 'taken' | 'gone'> {
    const isNew = expected === 'absent';
    const result = await (isNew
      ? this.records.create(key, bytes, ttl, auth)
      : this.#store.write(key, bytes, ttl, expected));
    if ('written' in result) return result;
    // In a store without an owner index, nothing can have ended a record that nobody knows.
    if ('gone' in result && auth !== null && isOwned(this.#store)) return 'gone';
    if ('conflict' in result && (isNew || isAgreed)) return 'taken';
    throw new SessionStoreUnavailableError(
      'The store has lost a session that was just written. Is its memory too small?',
    );
  }

  /** Removes the old key, or turns it into a pointer to its successor. */
  async #leave(old: StoredSession, successor: string | null): Promise<'left' | 'absent' | StoredRecord> {
    if (successor === null) {
      const result = await this.#store.delete(old.key, old.version);
      return result === 'deleted' ? 'left' : result === 'absent' ? 'absent' : result.conflict;
    }
    const pointer = this.codec.encodePointer(sealPointer(successor, old.id));
    const result = await this.#store.write(old.key, pointer, this.options.rotateGrace, old.version);
    return 'written' in result ? 'left' : 'gone' in result ? 'absent' : result.conflict;
  }

  async #isEnding(auth: AuthFacts | null): Promise<boolean> {
    return auth?.lineage !== undefined && (await this.owned.isEnding(auth, auth.lineage));
  }

  #arrive(session: SessionObject, stored: StoredSession, encoded: EncodedSession, former: StoredSession): void {
    const state = stateOf(session);
    state.settle(stored, encoded, this.encoder);
    state.issue(null);
    this.observer.rotated({ publicId: publicId(stored.id), formerPublicId: publicId(former.id) });
  }

  /** Handles a session that was ended in the meantime. */
  async #end(
    session: SessionObject,
    old: StoredSession,
    reason: RotationReason,
    agreedId: string | undefined,
  ): Promise<'taken' | undefined> {
    if (reason === 'login') return this.#beginAnew(session, old, agreedId);
    this.loss.lose(session);
    return undefined;
  }

  /** Handles a login whose session was ended in the meantime. */
  async #beginAnew(
    session: SessionObject,
    old: StoredSession,
    agreedId: string | undefined,
  ): Promise<'taken' | undefined> {
    const state = stateOf(session);
    const { auth } = state;
    beginAnew(session, this.encoder.recordIn(old.bytes), this.now(), this.options.permanent);
    state.setLogin(auth);
    if (agreedId !== undefined) return this.begin(session, agreedId);
    await this.saver.save(session);
    return undefined;
  }
}
