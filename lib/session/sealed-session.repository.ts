import { someAtATime, type SessionStore } from '../stores/session-store.js';
import { AdoptionMarks, type Adopted, type AdoptionMark, type OldSession } from './adoption.js';
import type { AuthFacts } from './auth-facts.js';
import { EndedLoginsBoard } from './ended-logins.js';
import type { Lifetime } from './lifetime.js';
import type { KnownLogin } from './known-login.js';
import { lineageOf } from './lineage.js';
import type { SessionObserver } from './observer.js';
import type { RecordCodec } from './record-codec.js';
import { endedMeanwhile, assertDeliverable } from './repository-parts.js';
import { SealedRecords, type SealedRecordOptions } from './sealed-records.js';
import type { SealedRevocations } from './sealed-revocations.js';
import { SEALED_ID_BYTES, SealedSaver, sealedIn } from './sealed-saver.js';
import { unownedSessions } from './sealed-unowned.js';
import { SessionEncoder } from './session-encoder.js';
import { newSessionId, publicId } from './session-id.js';
import type { SessionOperation } from './session-meter.js';
import { SessionKeeping } from './session-keeping.js';
import { SessionLoss } from './session-loss.js';
import type { SessionReference } from './session-reference.js';
import type { SessionRepository } from './session-repository.js';
import type { RotationOptions } from './session-rotation.js';
import type { SavingOptions } from './session-saver.js';
import type { SessionState } from './session-state.js';
import { assertWritable, stateOf, type SessionObject } from './session.js';

export type SealedSessionOptions = SealedRecordOptions &
  Pick<SavingOptions, 'permanent' | 'onGone' | 'maxNodes'> &
  Pick<RotationOptions, 'rotateGrace'>;

/**
 * Sessions by value: the cookie is the record. There is nothing to read or write, and no way to know what other requests do: of
 * parallel changes, those in the last cookie to reach the browser win.
 */
export class SealedSessionRepository extends SessionKeeping implements SessionRepository {
  readonly isByValue = true;
  readonly owned = unownedSessions;
  readonly endedLogins = new EndedLoginsBoard();
  readonly #records: SealedRecords;
  readonly #encoder: SessionEncoder;
  readonly #loss: SessionLoss;
  readonly #saver: SealedSaver;
  readonly #adoptions: AdoptionMarks;

  /** @param revocations null: ended sessions are not noted, and a copy of a cookie is valid until it expires. */
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

  load(reference: SessionReference): Promise<SessionObject | null> {
    const { meter } = this.metering;
    return meter === null ? this.#open(reference) : meter.run('load', () => this.#open(reference));
  }

  async adopted(old: OldSession): Promise<'ended' | null> {
    const mark = this.revocations && (await this.#adoptions.find(old));
    return mark && (await this.#isOver(mark)) ? 'ended' : null;
  }

  /** Parallel requests each create a session of their own, under one id; without notes, under several. */
  async adopt(session: SessionObject, old: OldSession, expiresAt: number | null): Promise<Adopted | null> {
    let isFirst = true;
    if (this.revocations !== null) {
      const id = newSessionId(SEALED_ID_BYTES);
      const mark = await this.#adoptions.note(old, expiresAt, id);
      if (mark === 'unreadable' || (mark.id !== id && (await this.#isOver(mark)))) return null;
      isFirst = mark.id === id;
      stateOf(session).planId(mark.id);
    }
    await this.#saver.save(session);
    return stateOf(session).stored === null ? null : { session, isFirst };
  }

  commit(session: SessionObject): Promise<void> | undefined {
    const state = stateOf(session);
    if (state.running !== null) return state.inTurn(async () => this.#commitNow(session));
    const work = this.#commitNow(session);
    return work && state.inTurn(() => work);
  }

  /** All there is to read came with the request; the session may have been ended in the meantime. */
  async reload(session: SessionObject): Promise<boolean> {
    const state = stateOf(session);
    let isThere = false;
    await state.inTurn(async () => {
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
    assertDeliverable(state, 'session.regenerate()');
    await this.#inTurn('regenerate', state, async () => {
      state.planId(null);
      if (state.stored !== null && state.end !== 'gone') await this.#saver.renew(session, state.auth, 'regenerate');
    });
  }

  async confirm(session: SessionObject, auth: AuthFacts): Promise<void> {
    assertWritable(session);
    const state = stateOf(session);
    assertDeliverable(state, 'A confirmation');
    await this.#inTurn('confirm', state, async () => {
      if (state.stored === null || state.end === 'gone') throw endedMeanwhile();
      await this.#saver.renew(session, auth, 'confirm');
    });
  }

  async login(session: SessionObject, auth: AuthFacts, id?: string): Promise<void> {
    assertWritable(session);
    const state = stateOf(session);
    assertDeliverable(state, 'A login');
    await this.#inTurn('login', state, async () => {
      if (state.end === 'gone') this.#loss.forget(session, null);
      // Another request has started it, and it has been ended since.
      if (id !== undefined && (await this.revocations?.has(id, null))) throw endedMeanwhile();
      state.planId(null);
      const formerLineage = lineageOf(state);
      await this.#saver.renew(session, auth, 'login', id);
      if (formerLineage !== null) this.endedLogins.tell({ lineage: formerLineage });
    });
  }

  /** Only the client has a session that another request has started. */
  async join(session: SessionObject): Promise<boolean> {
    assertWritable(session);
    return false;
  }

  async destroy(session: SessionObject): Promise<boolean> {
    assertWritable(session);
    const state = stateOf(session);
    let ended = false;
    if (state.stored !== null && this.revocations === null) assertDeliverable(state, 'The end of a session');
    await this.#inTurn('destroy', state, async () => {
      const stored = sealedIn(state);
      const lineage = lineageOf(state);
      const { missed } = state;
      if (stored !== null) ended = await this.#saver.endWherever(session, stored);
      else if (missed !== null) ended = await this.#endMoved(missed);
      const known = stored ?? missed;
      if (ended && known !== null) this.observer.destroyed({ publicId: publicId(known.id) });
      if (ended && lineage !== null) this.endedLogins.tell({ lineage });
      // Only the request that ended the session clears the cookie: clearing in another response could remove that of a newer
      // login.
      this.#loss.forget(session, ended ? 'ended' : null);
    });
    return ended;
  }

  leave(session: SessionObject): void {
    this.#loss.forget(session, null);
  }

  /** Its current cookie is unknown: it lasts as long as the cookie it was read from, unless that is known to be invalid. */
  async findLogin(login: KnownLogin): Promise<KnownLogin | null> {
    const { stored } = login;
    const { id, usedAt, expiresAt } = stored;
    if (usedAt === undefined || expiresAt === undefined || expiresAt <= this.now()) return null;
    return (await this.revocations?.has(id, usedAt)) ? null : login;
  }

  changeLogin(): Promise<never> {
    return unownedSessions.recordOf();
  }

  findLogins(logins: readonly KnownLogin[]): Promise<(KnownLogin | null)[]> {
    return someAtATime(logins, (login) => this.findLogin(login));
  }

  /** The time is unknown: once notes have been dropped, the foreign cookie is not migrated a second time. */
  async #isOver(mark: AdoptionMark): Promise<boolean> {
    return mark === 'unreadable' || (await this.revocations?.has(mark.id, 0)) === true;
  }

  /** Ends a session whose cookie is no longer valid, if it has just moved to another id. */
  async #endMoved({ id, issuedAt, carried }: SessionReference): Promise<boolean> {
    const { revocations } = this;
    const now = this.now();
    const former = carried && this.#records.open(carried, now);
    if (revocations === null || !former || !(await revocations.has(id, issuedAt))) return false;
    const { auth, createdAt } = former.record;
    const longest = this.lifetime.remaining({ createdAt: now, auth: auth && { ...auth, at: now } }, now);
    return revocations.end(id, this.lifetime.remaining({ createdAt, auth }, now), issuedAt, longest, now);
  }

  async #open({ id, issuedAt, carried }: SessionReference): Promise<SessionObject | null> {
    const now = this.now();
    if (carried === undefined || carried.expiresAt <= now) return null;
    const found = this.#records.open(carried, now);
    // The timeouts may have been shortened since the cookie was issued.
    if (found === null || issuedAt + this.lifetime.remaining(found.record, issuedAt) <= now) return null;
    if (await this.revocations?.has(id, issuedAt)) return null;
    return this.sessionOf(found.stored, found.record, issuedAt, now);
  }

  #inTurn(operation: SessionOperation, state: SessionState, work: () => Promise<void>): Promise<void> {
    return state.inTurn(() => this.measured(operation, work));
  }

  #commitNow(session: SessionObject): Promise<void> | undefined {
    const work = this.#dueFor(session);
    const { meter } = this.metering;
    return meter === null || work === undefined ? work?.() : meter.run('commit', async () => work());
  }

  /** What a commit has to do; undefined: nothing. */
  #dueFor(session: SessionObject): (() => Promise<void> | undefined) | undefined {
    const state = stateOf(session);
    if (state.end === 'gone') {
      if (!state.isLossTold && this.isModified(session)) this.#loss.lose(session);
      return undefined;
    }
    if (state.delivery !== 'open') {
      this.#drop(session);
      return undefined;
    }
    const stored = sealedIn(state);
    const isDisposable = this.#encoder.isDisposable(session);
    if (stored === null) return isDisposable ? undefined : () => this.#saver.save(session);
    if (isDisposable) return () => this.#saver.remove(session, stored);
    const changes = this.#encoder.changesOf(session, stored);
    if (changes === null && !this.#isRefreshDue(state)) return undefined;
    // A refresh writes what was read, even in a former format.
    const encoded = changes ?? { bytes: stored.bytes, mark: state.mutations.mark() };
    return () => this.#saver.save(session, encoded);
  }

  /** The client cannot be given another cookie any more, whichever it has. */
  #drop(session: SessionObject): void {
    const state = stateOf(session);
    if (state.isLossTold || !this.isModified(session)) return;
    state.noteLoss();
    this.observer.droppedChange({ publicId: this.publicIdOf(state) });
  }

  #isRefreshDue(state: SessionState): boolean {
    const { passive, issuedAt, auth } = state;
    const isReissued = state.takeReissue();
    if (passive || issuedAt === null) return false;
    return this.lifetime.isRefreshDue(isReissued ? 0 : issuedAt, this.now(), auth);
  }
}
