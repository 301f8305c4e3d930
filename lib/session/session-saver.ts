import { SessionContendedError, SessionGoneError } from '../errors.js';
import type { StoredRecord } from '../stores/session-store.js';
import { backOff } from './back-off.js';
import { CommitQueue } from './commit-queue.js';
import { absorb } from './conflict.js';
import { DecodedRecords } from './decoded-records.js';
import type { Lifetime } from './lifetime.js';
import { ABSENT } from './merge.js';
import type { SessionObserver } from './observer.js';
import { isPointer, type SessionRecord } from './record.js';
import { BrokenRecord } from './record-parts.js';
import type { RecordCodec } from './record-codec.js';
import { sameBytes } from './newest-records.js';
import { SessionGroup, type SessionCommit } from './session-group.js';
import { newSessionId, publicId } from './session-id.js';
import { TooManyNodes } from './serializer/storable.js';
import { SessionSize, type SizeLimits } from './session-size.js';
import type { EncodedSession, SessionState, StoredSession } from './session-state.js';
import { dataOf, stateOf, type SessionObject } from './session.js';
import type { FoundSession, StoredRecords } from './stored-records.js';
import { WholeRecord } from './whole-record.js';

/** How sessions are saved. */
export interface SavingOptions extends SizeLimits {
  /** Bytes of randomness in an id. */
  readonly idLength: number;
  /** Whether new sessions are permanent. */
  readonly permanent: boolean;
  /** How often a write is tried again after a conflict. */
  readonly maxRetries: number;
  /** What a request gets that changed a session which was ended meanwhile. */
  readonly onGone: 'drop' | 'error';
  /** How long a call of the store may take, in ms; nothing that ends a session waits longer for what goes before it. */
  readonly storeTimeout: number;
}

/** Writes a session against what others do to it at the same time. */
export class SessionSaver {
  readonly #queue: CommitQueue<SessionCommit>;
  readonly #size: SessionSize;
  readonly #decoded = new DecodedRecords((bytes) => this.#sessionIn(bytes));

  constructor(
    private readonly records: StoredRecords,
    private readonly codec: RecordCodec,
    private readonly lifetime: Lifetime,
    private readonly options: SavingOptions,
    private readonly observer: Required<SessionObserver>,
    readonly now: () => number,
  ) {
    this.#size = new SessionSize(codec, options);
    const group = new SessionGroup(records, this, observer);
    this.#queue = new CommitQueue((key, commits) => group.commit(key, commits), options.storeTimeout);
  }

  /** @throws SessionKeyReservedError, SessionValueError, SessionTooLargeError */
  encode(session: SessionObject, rotatedAt = stateOf(session).rotatedAt, auth = stateOf(session).auth): EncodedSession {
    const record = { ...recordOf(session), rotatedAt, auth };
    const { stored } = stateOf(session);
    const bytes = this.#size.encode(record, () => stored && this.#decoded.of(stored.bytes));
    return { bytes, mark: stateOf(session).mutations.mark() };
  }

  /** The session as it is to be written; null: it is stored as it is. */
  changesOf(session: SessionObject, { bytes }: StoredSession): EncodedSession | null {
    const isWanted = stateOf(session).forced || this.isDisposable(session);
    // A change of the format makes no write of a read, and no error of what only the old one can keep.
    if (!isWanted && this.codec.isForeign(bytes) && this.#isUnchanged(session, bytes)) return null;
    if (!isWanted && this.#isAsRead(session, bytes)) return null;
    const encoded = this.encode(session);
    return isWanted || !sameBytes(encoded.bytes, bytes) ? encoded : null;
  }

  /** The way to see it that costs least, for most requests of who is logged in. False: it has changed, or that is to be seen. */
  #isAsRead(session: SessionObject, bytes: Uint8Array): boolean {
    const { auth, loginRead } = stateOf(session);
    if (loginRead === null || loginRead.auth !== auth || loginRead.bytes !== bytes) return false;
    try {
      return this.codec.holdsLike(bytes, recordOf(session), this.#size.mostNodes);
    } catch (error) {
      if (error instanceof TooManyNodes) return false;
      throw error;
    }
  }

  #isUnchanged(session: SessionObject, bytes: Uint8Array): boolean {
    try {
      return sameBytes(
        this.codec.encodeLike(bytes, recordOf(session), Math.max(bytes.length, this.#size.mostNodes)),
        bytes,
      );
    } catch (error) {
      if (error instanceof TooManyNodes) return false;
      throw error;
    }
  }

  /** The id that a session has, or will have once it is stored. */
  idOf(state: SessionState): string {
    return state.stored?.id ?? (state.nextId ??= newSessionId(this.options.idLength));
  }

  /** Whether there is nothing in it that would be missed: such a session is not kept. */
  isDisposable(session: SessionObject): boolean {
    const { auth, flashes, kept, permanent, stored } = stateOf(session);
    if (auth !== null || kept || flashes.length > 0) return false;
    // Permanence is a reason to keep a session, but not where it is only how all sessions begin.
    if (permanent && (stored !== null || !this.options.permanent)) return false;
    return Object.keys(session).length === 0;
  }

  /**
   * Writes what this request has made of the session; what others wrote meanwhile is merged in. Of requests in this process that
   * save at the same time, one writes for all.
   *
   * @param encoded the session as it is now, where it was encoded already.
   * @param askedAt since when it was to be saved, by the order of what this process asks of the store.
   */
  async save(session: SessionObject, encoded = this.encode(session), askedAt = this.records.newest.now): Promise<void> {
    const state = stateOf(session);
    for (let attempt = 0; state.stored === null; attempt++) {
      if (this.isDisposable(session) || (await this.#create(session, encoded))) return;
      await this.waitToRetry(attempt);
      encoded = this.encode(session);
    }
    const commit = { session, encoded, isEmpty: this.isDisposable(session), askedAt, hasMoved: false };
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

  /** A stored record, to bring changes into. */
  wholeOf(bytes: Uint8Array): WholeRecord {
    return WholeRecord.of(bytes, {
      encode: (record) => {
        const encoded = this.codec.encode(record);
        this.#decoded.keep(encoded, record);
        return encoded;
      },
      decode: (stored) => this.#decoded.of(stored),
      copy: this.copyOf,
    });
  }

  isSmallEnough(whole: WholeRecord): boolean {
    return this.#size.allows(whole.bytes, () => whole.record);
  }

  /** @throws SessionTooLargeError where the record is larger than the limits, and holds more than `before`. */
  refuseGrowth(whole: WholeRecord, before: WholeRecord): void {
    if (!this.isSmallEnough(whole)) this.#size.refuseGrowth(whole.record, before.record);
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

  /** Notes that `stored` is what `encoded` was written as. */
  settle(state: SessionState, stored: StoredSession, { bytes, mark }: EncodedSession): void {
    state.settle(stored, mark, (key) => this.valueIn(bytes, key));
  }

  /** Notes that `encoded` is part of what is stored at `place`, and brings the rest of that into the session. */
  arrive(session: SessionObject, encoded: EncodedSession, place: StoredSession, whole?: WholeRecord): void {
    const state = stateOf(session);
    if (sameBytes(encoded.bytes, place.bytes)) {
      this.settle(state, place, encoded);
      return;
    }
    // With the version of the former record, so that nothing is taken for merged which is not.
    const { version = null, asOf = 0 } = state.stored ?? {};
    this.settle(state, { ...place, bytes: encoded.bytes, version, asOf }, encoded);
    try {
      const theirs = whole?.record ?? this.#decoded.of(place.bytes);
      absorb(session, encoded.record ?? this.#decoded.of(encoded.bytes), theirs, this.copyOf);
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
    if (ttl <= 0) return this.lose(session);
    const id = this.idOf(state);
    const key = this.records.keyOf(id);
    const { bytes } = encoded;
    const result = await this.unlessInDoubt(state, encoded, () => this.records.create(key, bytes, ttl, state.auth));
    const asOf = this.records.newest.next();
    if ('written' in result) {
      this.settle(state, { id, key, bytes, version: result.written, asOf }, encoded);
      this.observer.created({ publicId: publicId(id) });
      return true;
    }
    if ('gone' in result) return this.lose(session);
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
    if (known !== null && known.asOf > stored.asOf) this.#bring(session, stored, known, this.#decoded.of(known.bytes));
  }

  #bring(session: SessionObject, base: StoredSession, theirs: StoredSession, record: SessionRecord): void {
    const state = stateOf(session);
    if (theirs.id !== base.id) state.issuedAt = null;
    const isOwn = this.recognise(session, theirs);
    const former = isOwn ? (state.stored?.bytes ?? base.bytes) : base.bytes;
    const overwritten = absorb(session, this.#decoded.of(former), record, this.copyOf);
    state.stored = placeOf(theirs);
    state.inDoubt = null;
    if (overwritten.length > 0) this.observer.overwritten({ publicId: publicId(theirs.id), paths: overwritten });
  }

  /** The session becomes the one that was found, which holds what another request made of it; what this one changed stays. */
  moveTo(session: SessionObject, found: FoundSession): void {
    const state = stateOf(session);
    const base = state.stored && this.recordIn(state.stored.bytes);
    absorb(session, base, found.record, this.copyOf);
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

  /** The session was ended elsewhere, and what this request changed is dropped. Always true, or a SessionGoneError. */
  lose(session: SessionObject): true {
    const state = stateOf(session);
    const lost = this.idOf(state);
    state.end = 'gone';
    state.isLossTold = true;
    this.observer.lateWrite({ publicId: publicId(lost) });
    if (this.options.onGone === 'error') {
      throw new SessionGoneError(
        'The session was ended by another request while this one was running. Log in and try again.',
      );
    }
    return true;
  }

  /** An emptied session has been removed from the store by this request, and is a new one. */
  beginAgain(session: SessionObject): void {
    const { flashes } = stateOf(session);
    stateOf(session).reset(this.now(), this.options.permanent, 'ended');
    stateOf(session).flashes = flashes;
  }

  /** Leaves an empty new session. @param end whether it was this request that ended the one before. */
  forget(session: SessionObject, end: 'ended' | null): void {
    session.clear();
    stateOf(session).reset(this.now(), this.options.permanent, end);
  }

  recordIn(bytes: Uint8Array): SessionRecord | null {
    const record = this.codec.decode(bytes);
    return isPointer(record) ? null : record;
  }

  /** The value of a key in a session's record; `ABSENT` where there is none. Nobody may change it. */
  valueIn(bytes: Uint8Array, key: string): unknown {
    const { data } = this.#decoded.of(bytes);
    return Object.hasOwn(data, key) ? data[key] : ABSENT;
  }

  /** @throws SessionValueError */
  readonly copyOf = (key: string, value: unknown): unknown => {
    if (value === ABSENT) return ABSENT;
    const record = { data: { [key]: value }, createdAt: 0, rotatedAt: 0, permanent: false, flashes: [], auth: null };
    const { data } = this.#sessionIn(this.codec.encode(record));
    return Object.hasOwn(data, key) ? data[key] : ABSENT;
  };

  /** @throws SessionContendedError after `maxRetries` */
  async waitToRetry(attempt: number): Promise<void> {
    if (attempt >= this.options.maxRetries) {
      throw new SessionContendedError(
        `Other requests changed the session ${String(attempt + 1)} times while this one tried to save it. ` +
          'Write less in parallel, or raise SESSION_MAX_RETRIES (maxRetries).',
      );
    }
    await backOff(attempt);
  }

  /** The record in bytes that were read as a session's, or made of one. */
  #sessionIn(bytes: Uint8Array): SessionRecord {
    const record = this.recordIn(bytes);
    if (record === null) throw new BrokenRecord('A session was encoded as a pointer.');
    return record;
  }
}

function recordOf(session: SessionObject): SessionRecord {
  const { createdAt, rotatedAt, permanent, flashes, auth, kept } = stateOf(session);
  return { data: dataOf(session), createdAt, rotatedAt, permanent, flashes, auth, kept };
}

function placeOf({ id, key, bytes, version, asOf }: StoredSession): StoredSession {
  return { id, key, bytes, version, asOf };
}
