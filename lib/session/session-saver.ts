import { SessionContendedError, SessionGoneError } from '../errors.js';
import type { StoredRecord } from '../stores/session-store.js';
import { backOff } from './back-off.js';
import { absorb } from './conflict.js';
import type { Lifetime } from './lifetime.js';
import { ABSENT } from './merge.js';
import type { SessionObserver } from './observer.js';
import { isPointer, type SessionRecord } from './record.js';
import { BrokenRecord } from './record-parts.js';
import type { RecordCodec } from './record-codec.js';
import { newSessionId, publicId } from './session-id.js';
import { tooLarge } from './session-size.js';
import type { EncodedSession, SessionState, StoredSession } from './session-state.js';
import { dataOf, stateOf, type SessionObject } from './session.js';
import type { FoundSession, StoredRecords } from './stored-records.js';

/** How sessions are saved. */
export interface SavingOptions {
  /** Bytes of randomness in an id. */
  readonly idLength: number;
  /** Whether new sessions are permanent. */
  readonly permanent: boolean;
  /** Bytes. */
  readonly maxSize: number;
  /** How often a write is tried again after a conflict. */
  readonly maxRetries: number;
  /** What a request gets that changed a session which was ended meanwhile. */
  readonly onGone: 'drop' | 'error';
}

/** Writes a session against what others do to it at the same time. */
export class SessionSaver {
  constructor(
    private readonly records: StoredRecords,
    private readonly codec: RecordCodec,
    private readonly lifetime: Lifetime,
    private readonly options: SavingOptions,
    private readonly observer: Required<SessionObserver>,
    private readonly now: () => number,
  ) {}

  /** @throws SessionKeyReservedError, SessionValueError, SessionTooLargeError */
  encode(session: SessionObject, rotatedAt = stateOf(session).rotatedAt): EncodedSession {
    const record = { ...recordOf(session), rotatedAt };
    const bytes = this.codec.encode(record);
    const { maxSize } = this.options;
    if (bytes.length > maxSize) throw tooLarge(record.data, bytes.length, maxSize, this.codec);
    return { bytes, mark: stateOf(session).mutations.mark() };
  }

  /** The session as it is to be written; null: it is stored as it is. */
  changesOf(session: SessionObject, { bytes }: StoredSession): EncodedSession | null {
    const isWanted = stateOf(session).forced || this.isDisposable(session);
    // A change of the format makes no write of a read, and no error of what only the old one can keep.
    if (!isWanted && this.codec.isForeign(bytes) && sameBytes(this.codec.encodeLike(bytes, recordOf(session)), bytes)) {
      return null;
    }
    const encoded = this.encode(session);
    return isWanted || !sameBytes(encoded.bytes, bytes) ? encoded : null;
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
   * Writes against the version that was read; what others wrote meanwhile is merged in, and it is tried again.
   *
   * @param encoded the session as it is now, where it was encoded already.
   */
  async save(session: SessionObject, encoded = this.encode(session)): Promise<void> {
    const state = stateOf(session);
    for (let attempt = 0; ; attempt++) {
      const { stored } = state;
      if (attempt > 0) encoded = this.encode(session);
      if (this.isDisposable(session)) {
        if (stored === null || (await this.#remove(session, stored))) return;
      } else if (attempt > 0 && stored !== null && sameBytes(encoded.bytes, stored.bytes)) {
        // The others have stored all that this request wanted.
        return this.settle(state, stored, encoded);
      } else if (await this.#write(session, stored, encoded)) return;
      await this.waitToRetry(attempt);
    }
  }

  /** Notes that `stored` is what `encoded` was written as. */
  settle(state: SessionState, stored: StoredSession, { bytes, mark }: EncodedSession): void {
    state.settle(stored, mark, (key) => this.valueIn(bytes, key));
  }

  /** True: done, or the session is gone. False: what others wrote has been merged in. */
  async #write(session: SessionObject, stored: StoredSession | null, encoded: EncodedSession): Promise<boolean> {
    const state = stateOf(session);
    const now = this.now();
    const ttl = this.lifetime.remaining(state, now);
    if (ttl <= 0) return this.lose(session);
    const id = this.idOf(state);
    const key = stored?.key ?? this.records.keyOf(id);
    const { bytes } = encoded;
    const result = await this.unlessInDoubt(state, encoded, () =>
      stored === null
        ? this.records.create(key, bytes, ttl, state.auth)
        : this.records.store.write(key, bytes, ttl, stored.version),
    );
    if ('written' in result) {
      this.settle(state, { id, key, bytes, version: result.written }, encoded);
      if (stored === null) this.observer.created({ publicId: publicId(id) });
      else if (state.issuedAt !== null && this.lifetime.isReissueDue(state.issuedAt, now, state.auth)) {
        state.issuedAt = now;
      }
      return true;
    }
    if ('gone' in result) return this.lose(session);
    if (stored !== null) return (await this.takeIn(session, stored, result.conflict)) ? false : this.lose(session);
    // An id that is taken is given up, unless it was this session that took it.
    if (!this.#recognise(state, { id, key, ...result.conflict })) state.nextId = null;
    return false;
  }

  async #remove(session: SessionObject, stored: StoredSession): Promise<boolean> {
    const result = await this.records.store.delete(stored.key, stored.version);
    if (result === 'absent') return this.lose(session);
    if (result === 'deleted') {
      // The session was empty when this began: what it holds now came meanwhile, and begins a new one.
      const { flashes } = stateOf(session);
      stateOf(session).reset(this.now(), this.options.permanent, 'ended');
      stateOf(session).flashes = flashes;
      this.observer.destroyed({ publicId: publicId(stored.id) });
      return true;
    }
    return (await this.takeIn(session, stored, result.conflict)) ? false : this.lose(session);
  }

  /** Brings what others wrote meanwhile into the session. False: there is no session any more. */
  async takeIn(session: SessionObject, base: StoredSession, found: StoredRecord): Promise<boolean> {
    const state = stateOf(session);
    const theirs = await this.records.follow({ ...base, bytes: found.bytes, version: found.version });
    if (theirs === null) return false;
    if (theirs.id !== base.id) state.issuedAt = null;
    if (this.#recognise(state, theirs)) {
      state.rotatedAt = theirs.record.rotatedAt;
      return true;
    }
    const overwritten = absorb(
      session,
      this.recordIn(base.bytes),
      theirs.record,
      this.#asItWouldComeBack(session),
      this.copyOf,
    );
    state.stored = placeOf(theirs);
    state.inDoubt = null;
    if (overwritten.length > 0) this.observer.overwritten({ publicId: publicId(theirs.id), paths: overwritten });
    return true;
  }

  /** The session becomes the one that was found, which holds what another request made of it; what this one changed stays. */
  moveTo(session: SessionObject, found: FoundSession): void {
    const state = stateOf(session);
    const base = state.stored && this.recordIn(state.stored.bytes);
    absorb(session, base, found.record, this.#asItWouldComeBack(session), this.copyOf);
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
      state.inDoubt = encoded;
      throw error;
    }
  }

  /** Whether `found` is this session's own, by a write that failed and arrived nevertheless; it is then no longer in doubt. */
  #recognise(state: SessionState, found: StoredSession): boolean {
    const { inDoubt } = state;
    if (inDoubt === null || !sameBytes(inDoubt.bytes, found.bytes)) return false;
    this.settle(state, placeOf(found), inDoubt);
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

  /** Leaves an empty new session. @param end whether it was this request that ended the one before. */
  forget(session: SessionObject, end: 'ended' | null): void {
    session.clear();
    stateOf(session).reset(this.now(), this.options.permanent, end);
  }

  recordIn(bytes: Uint8Array): SessionRecord | null {
    const record = this.codec.decode(bytes);
    return isPointer(record) ? null : record;
  }

  /** The value of a key in a record; `ABSENT` where there is none. */
  valueIn(bytes: Uint8Array, key: string): unknown {
    const data = this.recordIn(bytes)?.data;
    return data && Object.hasOwn(data, key) ? data[key] : ABSENT;
  }

  /** @throws SessionValueError */
  readonly copyOf = (key: string, value: unknown): unknown => {
    if (value === ABSENT) return ABSENT;
    const record = { data: { [key]: value }, createdAt: 0, rotatedAt: 0, permanent: false, flashes: [], auth: null };
    return this.valueIn(this.codec.encode(record), key);
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

  /** A merge can only compare what has been through the serializer with what has been through it, too. */
  #asItWouldComeBack(session: SessionObject): SessionRecord {
    const record = this.recordIn(this.encode(session).bytes);
    if (record === null) throw new BrokenRecord('A session was encoded as a pointer.');
    return record;
  }
}

function recordOf(session: SessionObject): SessionRecord {
  const { createdAt, rotatedAt, permanent, flashes, auth, kept } = stateOf(session);
  return { data: dataOf(session), createdAt, rotatedAt, permanent, flashes, auth, kept };
}

function placeOf({ id, key, bytes, version }: StoredSession): StoredSession {
  return { id, key, bytes, version };
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
