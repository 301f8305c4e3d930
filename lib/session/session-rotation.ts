import type { SessionStore, StoredRecord, Version } from '../stores/session-store.js';
import type { Lifetime } from './lifetime.js';
import { mergeObjects } from './merge.js';
import type { SessionObserver } from './observer.js';
import type { RecordCodec } from './record-codec.js';
import { sealPointer } from './rotation-pointer.js';
import { newSessionId, publicId } from './session-id.js';
import { sameBytes, type SessionSaver } from './session-saver.js';
import type { StoredSession } from './session-state.js';
import { ownData, stateOf, type SessionObject } from './session.js';
import type { StoredRecords } from './stored-records.js';

/** What a rotation is for decides what becomes of a session that another request has ended meanwhile. */
export type RotationReason =
  /** `session.regenerate()`: the session ends here, too, or a late request would bring it back. */
  | 'regenerate'
  /** Periodic: the same; the old id leads to the new one for a grace time. */
  | 'periodic'
  /** A login: it goes on, without the data of the session that was ended. */
  | 'login';

export interface RotationOptions {
  readonly idLength: number;
  readonly permanent: boolean;
  /** For how many ms the id before a periodic rotation still leads to the session. */
  readonly rotateGrace: number;
}

/**
 * Gives a session a new id. The new key is written first, then the old one goes, if it is still what was read; otherwise
 * what was written to it meanwhile is merged into the new one, and it is tried again: no write that was acknowledged to a
 * parallel request is lost. Nobody learns the new id before all of it is done.
 */
export class SessionRotation {
  readonly #store: SessionStore;

  constructor(
    private readonly records: StoredRecords,
    private readonly saver: SessionSaver,
    private readonly codec: RecordCodec,
    private readonly lifetime: Lifetime,
    private readonly options: RotationOptions,
    private readonly observer: Required<SessionObserver>,
    private readonly now: () => number,
  ) {
    this.#store = records.store;
  }

  async rotate(session: SessionObject, former: StoredSession, reason: RotationReason): Promise<void> {
    const state = stateOf(session);
    const { auth } = state;
    const id = newSessionId(this.options.idLength);
    const key = this.records.keyOf(id);
    let version: Version = 'absent';
    let bytes: Uint8Array | null = null;
    let old = former;
    try {
      for (let attempt = 0; ; attempt++) {
        state.rotatedAt = this.now();
        const next = this.saver.encode(session);
        if (bytes === null || !sameBytes(next, bytes)) {
          const ttl = this.lifetime.remaining(state.createdAt, state.rotatedAt);
          const result = ttl > 0 ? await this.#store.write(key, next, ttl, version) : { gone: true };
          // The new key is known to nobody: only its own expiry can have come between.
          if (!('written' in result)) return void this.saver.lose(session);
          version = result.written;
          bytes = next;
        }
        const left = await this.#leave(old, reason === 'periodic' ? id : null);
        if (left === 'left') return this.#arrive(session, { id, key, bytes, version }, former);

        if (left === 'absent' || !(await this.saver.takeIn(session, old, left))) {
          await this.#store.delete(key);
          return reason === 'login' ? await this.#beginAnew(session, old) : void this.saver.lose(session);
        }
        if (reason === 'login') state.auth = auth;
        const newest = state.stored ?? old;
        if (reason === 'periodic' && newest.key !== old.key) {
          // Another request has rotated first: this one follows it there.
          await this.#store.delete(key);
          return await this.saver.save(session);
        }
        old = newest;
        await this.saver.waitToRetry(attempt);
      }
    } catch (error) {
      // The caller is told; the session stays where it was, and the new record, which nobody knows, expires.
      state.stored = old;
      throw error;
    }
  }

  /** Ends the old key, or lets it point to its successor. */
  async #leave(old: StoredSession, successor: string | null): Promise<'left' | 'absent' | StoredRecord> {
    if (successor === null) {
      const result = await this.#store.delete(old.key, old.version);
      return result === 'deleted' ? 'left' : result === 'absent' ? 'absent' : result.conflict;
    }
    const pointer = this.codec.encodePointer(sealPointer(successor, old.id));
    const result = await this.#store.write(old.key, pointer, this.options.rotateGrace, old.version);
    return 'written' in result ? 'left' : 'gone' in result ? 'absent' : result.conflict;
  }

  #arrive(session: SessionObject, stored: StoredSession, former: StoredSession): void {
    const state = stateOf(session);
    state.settle(stored);
    state.issuedAt = null;
    this.observer.rotated({ publicId: publicId(stored.id), formerPublicId: publicId(former.id) });
  }

  /** A login whose session was ended meanwhile: only what this request itself has changed is carried over. */
  async #beginAnew(session: SessionObject, old: StoredSession): Promise<void> {
    const state = stateOf(session);
    const { auth } = state;
    const base = this.saver.recordIn(old.bytes)?.data ?? {};
    const changed = mergeObjects(base, session.toJSON(), {}, () => undefined);
    session.clear();
    Object.assign(ownData(session), changed);
    state.reset(this.now(), this.options.permanent, null);
    state.auth = auth;
    await this.saver.save(session);
  }
}
