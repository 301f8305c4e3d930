import { SessionContendedError, SessionGoneError } from '../errors.js';
import type { StoredRecord } from '../stores/session-store.js';
import { backOff } from './back-off.js';
import { absorb } from './conflict.js';
import type { Lifetime } from './lifetime.js';
import type { SessionObserver } from './observer.js';
import { BrokenRecord, isPointer, type SessionRecord } from './record.js';
import type { RecordCodec } from './record-codec.js';
import { newSessionId, publicId } from './session-id.js';
import { tooLarge } from './session-size.js';
import type { SessionState, StoredSession } from './session-state.js';
import { stateOf, type SessionObject } from './session.js';
import type { StoredRecords } from './stored-records.js';

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

  /** @throws SessionValueError, SessionTooLargeError */
  encode(session: SessionObject): Uint8Array {
    const { createdAt, rotatedAt, permanent, flashes, auth } = stateOf(session);
    const data = session.toJSON();
    const bytes = this.codec.encode({ data, createdAt, rotatedAt, permanent, flashes, auth });
    if (bytes.length > this.options.maxSize) throw tooLarge(data, bytes.length, this.options.maxSize, this.codec);
    return bytes;
  }

  /** The id that a session has, or will have once it is stored. */
  idOf(state: SessionState): string {
    return state.stored?.id ?? (state.nextId ??= newSessionId(this.options.idLength));
  }

  /** Whether there is nothing in it that would be missed: such a session is not kept. */
  isDisposable(session: SessionObject): boolean {
    const { auth, flashes, permanent, stored } = stateOf(session);
    if (auth !== null || flashes.length > 0) return false;
    // Permanence is a reason to keep a session, but not where it is only how all sessions begin.
    if (permanent && (stored !== null || !this.options.permanent)) return false;
    return Object.keys(session).length === 0;
  }

  /** Writes against the version that was read; what others wrote meanwhile is merged in, and it is tried again. */
  async save(session: SessionObject): Promise<void> {
    const state = stateOf(session);
    for (let attempt = 0; ; attempt++) {
      const { stored } = state;
      if (this.isDisposable(session)) {
        if (stored === null || (await this.#remove(session, stored))) return;
      } else {
        const bytes = this.encode(session);
        if (attempt > 0 && stored !== null && sameBytes(bytes, stored.bytes)) return;
        if (await this.#write(session, stored, bytes)) return;
      }
      await this.waitToRetry(attempt);
    }
  }

  /** True: done, or the session is gone. False: what others wrote has been merged in. */
  async #write(session: SessionObject, stored: StoredSession | null, bytes: Uint8Array): Promise<boolean> {
    const state = stateOf(session);
    const now = this.now();
    const ttl = this.lifetime.remaining(state.createdAt, now);
    if (ttl <= 0) return this.lose(session);
    const id = this.idOf(state);
    const key = stored?.key ?? this.records.keyOf(id);
    const result = await this.records.store.write(key, bytes, ttl, stored?.version ?? 'absent');
    if ('written' in result) {
      state.settle({ id, key, bytes, version: result.written });
      if (stored === null) this.observer.created({ publicId: publicId(id) });
      else if (state.issuedAt !== null && this.lifetime.isRefreshDue(state.issuedAt, now)) state.issuedAt = now;
      return true;
    }
    if ('gone' in result) return this.lose(session);
    if (stored === null) {
      state.nextId = null;
      return false;
    }
    return (await this.takeIn(session, stored, result.conflict)) ? false : this.lose(session);
  }

  async #remove(session: SessionObject, stored: StoredSession): Promise<boolean> {
    const result = await this.records.store.delete(stored.key, stored.version);
    if (result === 'absent') return this.lose(session);
    if (result === 'deleted') {
      this.forget(session, 'ended');
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
    const overwritten = absorb(session, this.recordIn(base.bytes), theirs.record, this.#asItWouldComeBack(session));
    state.stored = { id: theirs.id, key: theirs.key, bytes: theirs.bytes, version: theirs.version };
    if (overwritten.length > 0) this.observer.overwritten({ publicId: publicId(theirs.id), paths: overwritten });
    return true;
  }

  /** The session was ended elsewhere, and what this request changed is dropped. Always true, or a SessionGoneError. */
  lose(session: SessionObject): true {
    const state = stateOf(session);
    const lost = this.idOf(state);
    state.end = 'gone';
    this.observer.lateWrite({ publicId: publicId(lost) });
    if (this.options.onGone === 'error') {
      throw new SessionGoneError('The session was ended by another request while this one was running. Log in and try again.');
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
    const record = this.recordIn(this.encode(session));
    if (record === null) throw new BrokenRecord('A session was encoded as a pointer.');
    return record;
  }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
