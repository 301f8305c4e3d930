import type { SessionStore } from '../stores/session-store.js';
import { AdoptionMarks, type Adopted, type AdoptionMark, type OldSession } from './adoption.js';
import type { AuthFacts } from './auth-facts.js';
import { EndedLoginsBoard } from './ended-logins.js';
import type { Lifetime } from './lifetime.js';
import type { KnownLogin } from './known-login.js';
import { lineageOf } from './lineage.js';
import type { SessionObserver } from './observer.js';
import type { RecordCodec } from './record-codec.js';
import { endedMeanwhile, inTurn, refuseOnceAnswered } from './repository-parts.js';
import { SealedRecords, type SealedRecordOptions } from './sealed-records.js';
import type { SealedRevocations } from './sealed-revocations.js';
import { SEALED_ID_BYTES, SealedSaver, sealedIn } from './sealed-saver.js';
import { SealedSession } from './sealed-session.js';
import { unownedSessions } from './sealed-unowned.js';
import { SessionEncoder } from './session-encoder.js';
import { newSessionId, publicId } from './session-id.js';
import { SessionKeeping } from './session-keeping.js';
import { SessionLoss } from './session-loss.js';
import type { SessionReference, SessionRepository } from './session-repository.js';
import type { RotationOptions } from './session-rotation.js';
import type { SavingOptions } from './session-saver.js';
import type { SessionState } from './session-state.js';
import { assertWritable, stateOf, type SessionObject } from './session.js';

export type SealedSessionOptions = SealedRecordOptions &
  Pick<SavingOptions, 'permanent' | 'onGone' | 'maxNodes'> &
  Pick<RotationOptions, 'rotateGrace'>;

/**
 * Sessions by value: the cookie is the record. There is nothing to read, nothing to write, and nobody who knows what other
 * requests do meanwhile: of parallel changes those stay whose cookie reaches the browser last.
 */
export class SealedSessionRepository extends SessionKeeping implements SessionRepository {
  readonly owned = unownedSessions;
  readonly endedLogins = new EndedLoginsBoard();
  readonly #records: SealedRecords;
  readonly #encoder: SessionEncoder;
  readonly #loss: SessionLoss;
  readonly #saver: SealedSaver;
  readonly #adoptions: AdoptionMarks;

  /** @param revocations null: what has ended is not noted, and a copy of its cookie is good until it expires. */
  constructor(
    store: SessionStore,
    codec: RecordCodec,
    lifetime: Lifetime,
    options: SealedSessionOptions,
    private readonly observer: Required<SessionObserver>,
    private readonly revocations: SealedRevocations | null,
    now: () => number = Date.now,
  ) {
    const encoder = new SessionEncoder(codec, { ...options, idLength: SEALED_ID_BYTES });
    super(encoder, lifetime, options.permanent, now);
    const loss = new SessionLoss(encoder, options, observer, now);
    this.#encoder = encoder;
    this.#loss = loss;
    this.#adoptions = new AdoptionMarks(store, codec, options.keyPrefix, now);
    this.#records = new SealedRecords(codec, options, observer);
    this.#saver = new SealedSaver(this.#records, encoder, loss, lifetime, revocations, options, observer, now);
  }

  async load({ id, issuedAt, carried }: SessionReference): Promise<SessionObject | null> {
    const now = this.now();
    if (carried === undefined || carried.expiresAt <= now) return null;
    const found = this.#records.open(carried, now);
    // The timeouts may be shorter now than when the cookie was issued.
    if (found === null || issuedAt + this.lifetime.remaining(found.record, issuedAt) <= now) return null;
    if (await this.revocations?.has(id, issuedAt)) return null;
    return this.sessionOf(found.stored, found.record, issuedAt, now);
  }

  async adopted(old: OldSession): Promise<'ended' | null> {
    const mark = this.revocations && (await this.#adoptions.find(old));
    return mark && (await this.#isOver(mark)) ? 'ended' : null;
  }

  /** Of parallel requests each has a session of its own, under one id; where nothing is noted, under several. */
  async adopt(session: SessionObject, old: OldSession, expiresAt: number | null): Promise<Adopted | null> {
    let isFirst = true;
    if (this.revocations !== null) {
      const id = newSessionId(SEALED_ID_BYTES);
      const mark = await this.#adoptions.note(old, expiresAt, id);
      if (mark === 'unreadable' || (mark.id !== id && (await this.#isOver(mark)))) return null;
      isFirst = mark.id === id;
      stateOf(session).nextId = mark.id;
    }
    await this.#saver.save(session);
    return stateOf(session).stored === null ? null : { session, isFirst };
  }

  commit(session: SessionObject): Promise<void> | undefined {
    const state = stateOf(session);
    if (state.running !== null) return inTurn(state, async () => this.#commitNow(session));
    const work = this.#commitNow(session);
    return work && inTurn(state, () => work);
  }

  /** There is nothing to read but what came with the request; it may have been ended meanwhile. */
  async reload(session: SessionObject): Promise<boolean> {
    const state = stateOf(session);
    let isThere = false;
    await inTurn(state, async () => {
      const stored = sealedIn(state);
      if (
        stored === null ||
        stored.expiresAt <= this.now() ||
        (await this.revocations?.has(stored.id, stored.usedAt))
      ) {
        return;
      }
      this.discard(session);
      isThere = true;
    });
    return isThere;
  }

  async regenerate(session: SessionObject): Promise<void> {
    assertWritable(session);
    const state = stateOf(session);
    refuseOnceAnswered(state, 'session.regenerate()');
    await inTurn(state, async () => {
      state.nextId = null;
      if (state.stored !== null && state.end !== 'gone') await this.#saver.renew(session, state.auth, 'regenerate');
    });
  }

  async confirm(session: SessionObject, auth: AuthFacts): Promise<void> {
    assertWritable(session);
    const state = stateOf(session);
    refuseOnceAnswered(state, 'A confirmation');
    await inTurn(state, async () => {
      if (state.stored === null || state.end === 'gone') throw endedMeanwhile();
      await this.#saver.renew(session, auth, 'confirm');
    });
  }

  async login(session: SessionObject, auth: AuthFacts, id?: string): Promise<void> {
    assertWritable(session);
    const state = stateOf(session);
    refuseOnceAnswered(state, 'A login');
    await inTurn(state, async () => {
      if (state.end === 'gone') this.#loss.forget(session, null);
      // Another request has begun it, and it has been ended since.
      if (id !== undefined && (await this.revocations?.has(id, null))) throw endedMeanwhile();
      state.nextId = null;
      const formerLineage = lineageOf(state);
      await this.#saver.renew(session, auth, 'login', id);
      if (formerLineage !== null) this.endedLogins.tell({ lineage: formerLineage });
    });
  }

  /** A session that another request has begun is with its client alone. */
  async join(session: SessionObject): Promise<boolean> {
    assertWritable(session);
    return false;
  }

  async destroy(session: SessionObject): Promise<boolean> {
    assertWritable(session);
    const state = stateOf(session);
    let ended = false;
    if (state.stored !== null && this.revocations === null) refuseOnceAnswered(state, 'The end of a session');
    await inTurn(state, async () => {
      const stored = sealedIn(state);
      const lineage = lineageOf(state);
      if (stored !== null && (await this.#saver.endWherever(session, stored))) {
        ended = true;
        this.observer.destroyed({ publicId: publicId(stored.id) });
      }
      if (ended && lineage !== null) this.endedLogins.tell({ lineage });
      // Only the request that ended the session clears the cookie: another's clearing could hit that of a newer login.
      this.#loss.forget(session, ended ? 'ended' : null);
    });
    return ended;
  }

  leave(session: SessionObject): void {
    this.#loss.forget(session, null);
  }

  /** Nobody knows where it goes on: it lasts as long as the cookie that it was read from, unless that is known to be worth nothing. */
  async findLogin(login: KnownLogin): Promise<KnownLogin | null> {
    const { stored } = login;
    if (!(stored instanceof SealedSession) || stored.expiresAt <= this.now()) return null;
    return (await this.revocations?.has(stored.id, stored.usedAt)) ? null : login;
  }

  /** Nobody knows since when: once notes were given up, the old cookie begins no session a second time. */
  async #isOver(mark: AdoptionMark): Promise<boolean> {
    return mark === 'unreadable' || (await this.revocations?.has(mark.id, 0)) === true;
  }

  #commitNow(session: SessionObject): Promise<void> | undefined {
    const state = stateOf(session);
    if (state.end === 'gone') {
      if (!state.isLossTold && this.isModified(session)) this.#loss.lose(session);
      return undefined;
    }
    if (state.answered) {
      this.#drop(session);
      return undefined;
    }
    const stored = sealedIn(state);
    const isDisposable = this.#encoder.isDisposable(session);
    if (stored === null) return isDisposable ? undefined : this.#saver.save(session);
    if (isDisposable) return this.#saver.remove(session, stored);
    const changes = this.#encoder.changesOf(session, stored);
    if (changes === null && !this.#isRefreshDue(state)) return undefined;
    // A refresh writes what was read, be it in a format that is written no more.
    return this.#saver.save(session, changes ?? { bytes: stored.bytes, mark: state.mutations.mark() });
  }

  /** The client can be given no other cookie any more, whatever it holds. */
  #drop(session: SessionObject): void {
    const state = stateOf(session);
    if (state.isLossTold || !this.isModified(session)) return;
    state.isLossTold = true;
    this.observer.droppedChange({ publicId: this.publicIdOf(state) });
  }

  #isRefreshDue(state: SessionState): boolean {
    const { passive, isReissued, issuedAt, auth } = state;
    state.isReissued = false;
    if (passive || issuedAt === null) return false;
    return this.lifetime.isRefreshDue(isReissued ? 0 : issuedAt, this.now(), auth);
  }
}
