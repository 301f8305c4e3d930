import type { StoredRecord } from '../stores/session-store.js';
import { Retries } from './back-off.js';
import { CommitQueue } from './commit-queue.js';
import { absorb } from './conflict.js';
import type { Lifetime } from './lifetime.js';
import { sameBytes } from './newest-records.js';
import type { SessionObserver } from './observer.js';
import type { SessionRecord } from './record.js';
import type { EncodingOptions, SessionEncoder } from './session-encoder.js';
import { SessionGroup, type SessionCommit } from './session-group.js';
import { publicId } from './session-id.js';
import type { LossOptions, SessionLoss } from './session-loss.js';
import type { EncodedSession, SessionState, StoredSession } from './session-state.js';
import { stateOf, type SessionObject } from './session.js';
import type { Metering } from './session-meter.js';
import type { FoundSession, StoredRecords } from './stored-records.js';
import type { WholeRecord } from './whole-record.js';

/** How sessions are saved. */
export interface SavingOptions extends EncodingOptions, LossOptions {
  /** How often a write is retried after a conflict. */
  readonly maxRetries: number;
  /** How long a store call may take, in ms; ending a session waits no longer for earlier operations. */
  readonly storeTimeout: number;
}

/** Writes a session that other requests may be changing at the same time. */
export class SessionSaver {
  readonly retries: Retries;
  readonly #queue: CommitQueue<SessionCommit>;

  constructor(
    private readonly records: StoredRecords,
    private readonly encoder: SessionEncoder,
    private readonly loss: SessionLoss,
    private readonly lifetime: Lifetime,
    options: Pick<SavingOptions, 'maxRetries' | 'storeTimeout'>,
    private readonly observer: Required<SessionObserver>,
    private readonly metering: Metering,
    readonly now: () => number,
  ) {
    this.retries = new Retries(options.maxRetries);
    const group = new SessionGroup(records, encoder, loss, this, lifetime, observer, metering);
    this.#queue = new CommitQueue((key, commits) => group.commit(key, commits), options.storeTimeout);
  }

  /**
   * Writes this request's changes, merged with those of others. Of requests in this process that save at the same time, one
   * writes for all.
   *
   * @param encoded the current session, if already encoded.
   * @param askedAt when the save was requested, in the order of this process's store calls.
   */
  async save(
    session: SessionObject,
    encoded = this.encoder.encode(session),
    askedAt = this.records.newest.now,
  ): Promise<void> {
    const state = stateOf(session);
    for (let attempt = 0; state.stored === null; attempt++) {
      if (this.encoder.isDisposable(session) || (await this.#create(session, encoded))) return;
      await this.retries.wait(attempt);
      encoded = this.encoder.encode(session);
    }
    const commit = { session, encoded, isEmpty: this.encoder.isDisposable(session), askedAt, hasMoved: false };
    await this.#queue.save(state.stored.key, commit);
    while (commit.hasMoved) {
      commit.hasMoved = false;
      await this.#queue.save(state.stored.key, commit);
    }
  }

  /**
   * Runs `work` on a stored session while no other request of this process uses it, and after catching up with others' writes.
   * Waits for its turn no longer than for the store.
   */
  async alone<Result>(session: SessionObject, work: () => Promise<Result>): Promise<Result> {
    const state = stateOf(session);
    while (state.stored !== null) {
      const { key } = state.stored;
      const done = await this.#queue.alone(key, async () => {
        this.#catchUp(session);
        return state.stored?.key === key ? { result: await work() } : null;
      });
      if (done !== null) return done.result;
    }
    return work();
  }

  /** The same without access to the session's content: to end or extend it. @param work gets the latest known record. */
  aloneAt<Result>(stored: StoredSession, work: (newest: StoredSession) => Promise<Result>): Promise<Result> {
    return this.#queue.alone(stored.key, () => {
      const known = this.records.newest.of(stored.key, this.now());
      return work(known !== null && known.key === stored.key && known.asOf > stored.asOf ? known : stored);
    });
  }

  /** Notes that `encoded` is included in the record at `place`, and merges the rest of that into the session. */
  arrive(session: SessionObject, encoded: EncodedSession, place: StoredSession, whole?: WholeRecord): void {
    const state = stateOf(session);
    if (sameBytes(encoded.bytes, place.bytes)) {
      state.settle(place, encoded, this.encoder);
      return;
    }
    this.metering.meter?.merged();
    // With the version of the former record, so that nothing counts as merged that is not.
    const { version = null, asOf = 0 } = state.stored ?? {};
    state.settle({ ...place, bytes: encoded.bytes, version, asOf }, encoded, this.encoder);
    try {
      const theirs = whole?.record ?? this.encoder.decoded(place.bytes);
      absorb(session, encoded.record ?? this.encoder.decoded(encoded.bytes), theirs, this.encoder.copyOf);
    } catch {
      // Later additions cannot be merged with it, or not stored at all: the commit that saves them will report it.
      return;
    }
    state.reread(place);
  }

  /** Creates the record. True: done, or the session is gone. False: try again. */
  async #create(session: SessionObject, encoded: EncodedSession): Promise<boolean> {
    const state = stateOf(session);
    const ttl = this.lifetime.remaining(state, this.now());
    if (ttl <= 0) return this.loss.lose(session);
    const id = this.encoder.idOf(state);
    const key = this.records.keyOf(id);
    const { bytes } = encoded;
    const result = await this.unlessInDoubt(state, encoded, () => this.records.create(key, bytes, ttl, state.auth));
    const asOf = this.records.newest.next();
    if ('written' in result) {
      state.settle({ id, key, bytes, version: result.written, asOf }, encoded, this.encoder);
      this.observer.created({ publicId: publicId(id) });
      return true;
    }
    if ('gone' in result) return this.loss.lose(session);
    // An id that is taken is discarded, unless this session itself took it.
    if (!this.recognise(session, { id, key, ...result.conflict, asOf })) state.planId(null);
    return false;
  }

  /** Merges what others have written in the meantime. False: the session is gone. */
  async takeIn(session: SessionObject, base: StoredSession, found: StoredRecord): Promise<boolean> {
    this.metering.meter?.conflict();
    const asOf = this.records.newest.next();
    const theirs = await this.records.follow({ ...base, bytes: found.bytes, version: found.version, asOf });
    if (theirs === null) return false;
    this.#bring(session, base, theirs, theirs.record);
    return true;
  }

  /** Merges newer changes that this process knows of. */
  #catchUp(session: SessionObject): void {
    const { stored } = stateOf(session);
    if (stored === null) return;
    const known = this.records.newest.of(stored.key, this.now());
    if (known === null || known.asOf <= stored.asOf) return;
    this.#bring(session, stored, known, this.encoder.decoded(known.bytes));
  }

  #bring(session: SessionObject, base: StoredSession, theirs: StoredSession, record: SessionRecord): void {
    this.metering.meter?.merged();
    const state = stateOf(session);
    if (theirs.id !== base.id) state.issue(null);
    const isOwn = this.recognise(session, theirs);
    const former = isOwn ? (state.stored?.bytes ?? base.bytes) : base.bytes;
    const overwritten = absorb(session, this.encoder.decoded(former), record, this.encoder.copyOf);
    state.rebase(placeOf(theirs));
    if (overwritten.length > 0) this.observer.overwritten({ publicId: publicId(theirs.id), paths: overwritten });
  }

  /** Rebases the session on the found record, which includes another request's changes; its own changes stay. */
  moveTo(session: SessionObject, found: FoundSession): void {
    const state = stateOf(session);
    const base = state.stored && this.encoder.recordIn(state.stored.bytes);
    absorb(session, base, found.record, this.encoder.copyOf);
    state.join(placeOf(found), found.record);
  }

  /** Runs a write of `encoded`. If it fails, it may still have been applied, which is remembered. */
  async unlessInDoubt<Result>(
    state: SessionState,
    encoded: EncodedSession,
    write: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await write();
    } catch (error) {
      state.doubt({ doubt: { bytes: encoded.bytes, hasArrived: false }, encoded });
      throw error;
    }
  }

  /**
   * Whether a failed write was applied after all: `found` is that record, or it has been seen. The session is then based on it,
   * and no longer in doubt.
   */
  recognise(session: SessionObject, found: StoredSession): boolean {
    const state = stateOf(session);
    const { inDoubt, stored } = state;
    if (inDoubt === null) return false;
    const { doubt, encoded } = inDoubt;
    if (sameBytes(doubt.bytes, found.bytes)) {
      doubt.hasArrived = true;
      this.arrive(session, encoded, placeOf(found));
      return true;
    }
    if (!doubt.hasArrived || stored === null) return false;
    this.arrive(session, encoded, { ...stored, bytes: doubt.bytes });
    return true;
  }
}

function placeOf({ id, key, bytes, version, asOf }: StoredSession): StoredSession {
  return { id, key, bytes, version, asOf };
}
