import type { AuthFacts } from './auth-facts.js';
import type { Lifetime } from './lifetime.js';
import { withLineage } from './lineage.js';
import type { SessionObserver } from './observer.js';
import { beginAnew, endedMeanwhile } from './repository-parts.js';
import type { SealedRecords } from './sealed-records.js';
import type { SealedRevocations } from './sealed-revocations.js';
import { SealedSession } from './sealed-session.js';
import type { SessionEncoder } from './session-encoder.js';
import { newSessionId, publicId } from './session-id.js';
import type { SessionLoss } from './session-loss.js';
import type { RotationReason } from './session-rotation.js';
import type { EncodedSession, SessionState } from './session-state.js';
import { stateOf, type SessionObject } from './session.js';

/** Here an id only identifies a session, and gives no access: 128 bits, so that it is unique. */
export const SEALED_ID_BYTES = 16;

/** Writes sessions for their cookies. Nothing is sent before the response. */
export class SealedSaver {
  constructor(
    private readonly records: SealedRecords,
    private readonly encoder: SessionEncoder,
    private readonly loss: SessionLoss,
    private readonly lifetime: Lifetime,
    /** Null: ended sessions are not noted, and a copy of a cookie is valid until it expires. */
    private readonly revocations: SealedRevocations | null,
    private readonly options: { readonly permanent: boolean; readonly rotateGrace: number },
    private readonly observer: Required<SessionObserver>,
    private readonly now: () => number,
  ) {}

  /**
   * Saves the session as it is. Returns undefined if it is done: only the revocations have to be checked, once more since the
   * request came, or the response could replace a newer login's cookie.
   *
   * @throws SessionKeyReservedError, SessionValueError, SessionTooLargeError
   */
  save(session: SessionObject, encoded: EncodedSession = this.encoder.encode(session)): Promise<void> | undefined {
    const state = stateOf(session);
    const former = sealedIn(state);
    const now = this.now();
    // As of the request: ending the session in the meantime must assume that it was used then.
    const usedAt = former?.usedAt ?? now;
    const isExtended = former === null || !state.passive;
    const expiresAt = isExtended ? usedAt + this.lifetime.remaining(state, usedAt) : former.expiresAt;
    if (expiresAt <= now) return void this.loss.lose(session);
    const next = this.records.seal(this.encoder.idOf(state), encoded.bytes, session.toJSON(), { expiresAt, usedAt });
    const settle = (): void => {
      state.settle(next, encoded, this.encoder);
      if (isExtended) state.issue(null);
    };
    if (former !== null && this.revocations !== null) {
      return this.revocations
        .has(former.id, former.usedAt)
        .then((isOver) => (isOver ? void this.loss.lose(session) : settle()));
    }
    settle();
    if (former === null) this.observer.created({ publicId: publicId(next.id) });
    return undefined;
  }

  /**
   * Gives the session a new id, and this login; the former id becomes invalid if ended sessions are noted.
   *
   * A session that was ended in the meantime is gone, except for a login, which continues without its data.
   *
   * @throws SessionGoneError if that was to be a login or a confirmation
   */
  async renew(
    session: SessionObject,
    auth: AuthFacts | null,
    reason: RotationReason,
    id = newSessionId(SEALED_ID_BYTES),
  ): Promise<void> {
    const state = stateOf(session);
    const former = sealedIn(state);
    const formerAuth = state.auth;
    const now = this.now();
    const ttl = this.lifetime.remaining(state, now);
    state.setLogin(reason === 'login' || former === null ? auth : withLineage(auth, former));
    try {
      const expiresAt = now + this.lifetime.remaining(state, now);
      if (expiresAt > now) {
        const encoded = this.encoder.encode(session, now);
        const next = this.records.seal(id, encoded.bytes, session.toJSON(), { expiresAt, usedAt: now });
        if (former === null || (await this.#leave(former, ttl, next, reason))) {
          this.#arrive(state, next, encoded, former);
          return;
        }
        if (reason === 'login') {
          beginAnew(session, this.encoder.recordIn(former.bytes), now, this.options.permanent);
          return await this.renew(session, auth, reason, id);
        }
      }
    } catch (error) {
      // A failed login must not be saved later.
      state.setLogin(state.stored === null ? null : formerAuth);
      throw error;
    }
    state.setLogin(formerAuth);
    this.loss.lose(session);
    if (reason !== 'regenerate') throw endedMeanwhile();
  }

  /** The session has been emptied, and its cookie is to be cleared. */
  async remove(session: SessionObject, stored: SealedSession): Promise<void> {
    const state = stateOf(session);
    if (!(await this.end(stored, this.lifetime.remaining(state, this.now())))) {
      this.loss.lose(session);
      return;
    }
    // Its current content was added in the meantime, and starts a new one.
    this.loss.beginAgain(session);
    this.observer.destroyed({ publicId: publicId(stored.id) });
  }

  /** Ends the session with an id. False: another request has. @param ttl how much longer it may be valid, in ms */
  async end({ id, usedAt }: SealedSession, ttl: number): Promise<boolean> {
    if (this.revocations === null) return true;
    return this.revocations.add(id, ttl, usedAt);
  }

  /** The same, even if a parallel `regenerate()` or `confirm()` has just given it a new id. */
  async endWherever(session: SessionObject, { id, usedAt }: SealedSession): Promise<boolean> {
    if (this.revocations === null) return true;
    const state = stateOf(session);
    const now = this.now();
    const { auth } = state;
    // A confirmation restarts the timeouts of a login, now at the latest.
    const longest = this.lifetime.remaining({ createdAt: now, auth: auth && { ...auth, at: now } }, now);
    return this.revocations.end(id, this.lifetime.remaining(state, now), usedAt, longest, now);
  }

  /** For the same login, notes its new id, for a logout that knows the former one. */
  async #leave(former: SealedSession, ttl: number, next: SealedSession, reason: RotationReason): Promise<boolean> {
    const isKept = reason !== 'login' && this.encoder.recordIn(former.bytes)?.auth !== null;
    if (this.revocations === null || !isKept) return this.end(former, ttl);
    const until = this.now() + this.options.rotateGrace;
    return this.revocations.addMoved(former.id, ttl, former.usedAt, { newId: next.id, until });
  }

  #arrive(state: SessionState, next: SealedSession, encoded: EncodedSession, former: SealedSession | null): void {
    const { rotatedAt } = state;
    state.settle(next, encoded, this.encoder);
    state.rotate(Math.max(rotatedAt, next.usedAt));
    state.issue(null);
    if (former === null) this.observer.created({ publicId: publicId(next.id) });
    else this.observer.rotated({ publicId: publicId(next.id), formerPublicId: publicId(former.id) });
  }
}

/** The session as in its cookie, current or future; null: there is none yet. */
export function sealedIn({ stored }: SessionState): SealedSession | null {
  return stored instanceof SealedSession ? stored : null;
}
