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
import type { FoundSession, StoredRecords } from './stored-records.js';
import type { WholeRecord } from './whole-record.js';

/** How sessions are saved. */
export interface SavingOptions extends EncodingOptions, LossOptions {
  /** How often a write is tried again after a conflict. */
  readonly maxRetries: number;
  /** How long a call of the store may take, in ms; nothing that ends a session waits longer for what goes before it. */
  readonly storeTimeout: number;
}

/** Writes a session against what others do to it at the same time. */
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
    readonly now: () => number,
  ) {
    this.retries = new Retries(options.maxRetries);
    const group = new SessionGroup(records, encoder, loss, this, observer);
    this.#queue = new CommitQueue((key, commits) => group.commit(key, commits), options.storeTimeout);
  }

  /**
   * Writes what this request has made of the session; what others wrote meanwhile is merged in. Of requests in this process that
   * save at the same time, one writes for all.
   *
   * @param encoded the session as it is now, where it was encoded already.
   * @param askedAt since when it was to be saved, by the order of what this process asks of the store.
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
   * Runs `work` on a session that is stored while nobody else in this process does anything to it, and with what others have
   * stored before. It waits for its turn no longer than for the store.
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

  /** The same without a look at what the session holds: for what ends or extends it. @param work gets the newest that is known. */
  aloneAt<Result>(stored: StoredSession, work: (newest: StoredSession) => Promise<Result>): Promise<Result> {
    return this.#queue.alone(stored.key, () => {
      const known = this.records.newest.of(stored.key, this.now());
      return work(known !== null && known.key === stored.key && known.asOf > stored.asOf ? known : stored);
    });
  }

  /** How long the store is to keep a record that is written now, in ms. */
  remainingOf({ lived }: WholeRecord): number {
    return this.lifetime.remaining(lived, this.now());
  }

  /** A write has extended the session: its cookie may be due, too. */
  reissueIfDue(state: SessionState): void {
    const { issuedAt, auth } = state;
    const now = this.now();
    if (issuedAt !== null && this.lifetime.isReissueDue(issuedAt, now, auth)) state.issuedAt = now;
  }

  /** Notes that `encoded` is part of what is stored at `place`, and brings the rest of that into the session. */
  arrive(session: SessionObject, encoded: EncodedSession, place: StoredSession, whole?: WholeRecord): void {
    const state = stateOf(session);
    if (sameBytes(encoded.bytes, place.bytes)) {
      this.encoder.settle(state, place, encoded);
      return;
    }
    // With the version of the former record, so that nothing is taken for merged which is not.
    const { version = null, asOf = 0 } = state.stored ?? {};
    this.encoder.settle(state, { ...place, bytes: encoded.bytes, version, asOf }, encoded);
    try {
      const theirs = whole?.record ?? this.encoder.decoded(place.bytes);
      absorb(session, encoded.record ?? this.encoder.decoded(encoded.bytes), theirs, this.encoder.copyOf);
    } catch {
      // What has been added since cannot be brought together with it, or stored at all: the commit that saves it will say so.
      return;
    }
    state.stored = place;
  }

  /** A session that is stored nowhere yet. True: done, or the session is gone. False: it is to be tried again. */
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
      this.encoder.settle(state, { id, key, bytes, version: result.written, asOf }, encoded);
      this.observer.created({ publicId: publicId(id) });
      return true;
    }
    if ('gone' in result) return this.loss.lose(session);
    // An id that is taken is given up, unless it was this session that took it.
    if (!this.recognise(session, { id, key, ...result.conflict, asOf })) state.nextId = null;
    return false;
  }

  /** Brings what others wrote meanwhile into the session. False: there is no session any more. */
  async takeIn(session: SessionObject, base: StoredSession, found: StoredRecord): Promise<boolean> {
    const asOf = this.records.newest.next();
    const theirs = await this.records.follow({ ...base, bytes: found.bytes, version: found.version, asOf });
    if (theirs === null) return false;
    this.#bring(session, base, theirs, theirs.record);
    return true;
  }

  /** Brings into the session what this process knows of it that is newer. */
  #catchUp(session: SessionObject): void {
    const { stored } = stateOf(session);
    if (stored === null) return;
    const known = this.records.newest.of(stored.key, this.now());
    if (known !== null && known.asOf > stored.asOf)
      this.#bring(session, stored, known, this.encoder.decoded(known.bytes));
  }

  #bring(session: SessionObject, base: StoredSession, theirs: StoredSession, record: SessionRecord): void {
    const state = stateOf(session);
    if (theirs.id !== base.id) state.issuedAt = null;
    const isOwn = this.recognise(session, theirs);
    const former = isOwn ? (state.stored?.bytes ?? base.bytes) : base.bytes;
    const overwritten = absorb(session, this.encoder.decoded(former), record, this.encoder.copyOf);
    state.stored = placeOf(theirs);
    state.inDoubt = null;
    if (overwritten.length > 0) this.observer.overwritten({ publicId: publicId(theirs.id), paths: overwritten });
  }

  /** The session becomes the one that was found, which holds what another request made of it; what this one changed stays. */
  moveTo(session: SessionObject, found: FoundSession): void {
    const state = stateOf(session);
    const base = state.stored && this.encoder.recordIn(state.stored.bytes);
    absorb(session, base, found.record, this.encoder.copyOf);
    state.createdAt = found.record.createdAt;
    state.auth = found.record.auth;
    state.stored = placeOf(found);
    state.nextId = null;
    state.end = null;
    state.inDoubt = null;
    state.issuedAt = null;
  }

  /** Runs a write of `encoded`. One that fails may have arrived all the same, and is remembered. */
  async unlessInDoubt<Result>(
    state: SessionState,
    encoded: EncodedSession,
    write: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await write();
    } catch (error) {
      state.inDoubt = { doubt: { bytes: encoded.bytes, hasArrived: false }, encoded };
      throw error;
    }
  }

  /**
   * Whether a write that failed has arrived nevertheless: `found` is that record, or somebody has seen it. The session then goes by
   * it, and it is no longer in doubt.
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
