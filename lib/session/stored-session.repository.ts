import { SessionStoreFullError } from '../errors.js';
import { someAtATime, type SessionStore } from '../stores/session-store.js';
import { AdoptionMarks, type Adopted, type AdoptionMark, type OldSession } from './adoption.js';
import { EndedLoginsBoard } from './ended-logins.js';
import type { Lifetime } from './lifetime.js';
import type { KnownLogin } from './known-login.js';
import { lineageIn, lineageOf } from './lineage.js';
import { LoginChanges, type LoginChange } from './login-changes.js';
import { MovedLogins } from './moved-logins.js';
import type { SessionObserver } from './observer.js';
import { withSealedOf, type AuthFacts } from './auth-facts.js';
import { OwnedSessions } from './owned-sessions.js';
import type { RecordCodec } from './record-codec.js';
import { endedMeanwhile, isGone, assertDeliverable } from './repository-parts.js';
import { SessionEncoder } from './session-encoder.js';
import { SessionEnding } from './session-ending.js';
import { SessionKeeping } from './session-keeping.js';
import { publicId } from './session-id.js';
import { SessionLoss } from './session-loss.js';
import type { SessionOperation } from './session-meter.js';
import type { SessionReference } from './session-reference.js';
import type { SessionRepository } from './session-repository.js';
import { SessionRotation, type RotationOptions } from './session-rotation.js';
import { SessionSaver, type SavingOptions } from './session-saver.js';
import type { SessionState, StoredSession } from './session-state.js';
import { assertWritable, stateOf, type SessionObject } from './session.js';
import { StoredRecords, type FoundSession } from './stored-records.js';

export interface StoredSessionOptions extends SavingOptions, RotationOptions {
  /** The prefix of the store's keys. */
  readonly keyPrefix: string;
}

/** Sessions by reference: the cookie names the record, a store keeps it. */
export class StoredSessionRepository extends SessionKeeping implements SessionRepository {
  readonly #records: StoredRecords;
  readonly #encoder: SessionEncoder;
  readonly #saver: SessionSaver;
  readonly #loss: SessionLoss;
  readonly #rotation: SessionRotation;
  readonly #ending: SessionEnding;
  readonly #adoptions: AdoptionMarks;
  readonly #moved: MovedLogins;
  readonly #changes: LoginChanges;
  readonly isByValue = false;
  readonly owned: OwnedSessions;
  readonly endedLogins = new EndedLoginsBoard();

  constructor(
    store: SessionStore,
    codec: RecordCodec,
    lifetime: Lifetime,
    options: StoredSessionOptions,
    private readonly observer: Required<SessionObserver>,
    now: () => number = Date.now,
  ) {
    const records = new StoredRecords(store, codec, observer, options.keyPrefix);
    const encoder = new SessionEncoder(codec, options);
    super(encoder, lifetime, options.permanent, now);
    const loss = new SessionLoss(encoder, options, observer, now);
    const saver = new SessionSaver(records, encoder, loss, lifetime, options, observer, this.metering, now);
    this.#records = records;
    this.#encoder = encoder;
    this.#loss = loss;
    this.#saver = saver;
    const moved = new MovedLogins(store, options.keyPrefix, options.rotateGrace);
    const owned = new OwnedSessions(records, lifetime, observer, this.endedLogins, now);
    this.owned = owned;
    this.#moved = moved;
    this.#ending = new SessionEnding(records, moved, saver.retries);
    this.#rotation = new SessionRotation(
      records,
      encoder,
      saver,
      loss,
      codec,
      lifetime,
      options,
      observer,
      now,
      moved,
      owned,
      this.endedLogins,
    );
    this.#changes = new LoginChanges(records, codec, moved, owned, lifetime, saver.retries, now);
    this.#adoptions = new AdoptionMarks(store, codec, options.keyPrefix, now);
  }

  load(reference: SessionReference): Promise<SessionObject | null> {
    const { endsAt } = reference;
    // If the cookie itself says that it has expired, there is no need to ask the store.
    if (endsAt !== undefined && endsAt !== null && endsAt <= this.now()) return Promise.resolve(null);
    // Every request takes this path: nothing is made for a meter that is not there.
    const { meter } = this.metering;
    return meter === null ? this.#read(reference) : meter.run('load', () => this.#read(reference));
  }

  async adopted(old: OldSession): Promise<SessionObject | 'ended' | null> {
    const mark = await this.#adoptions.find(old);
    return mark && ((await this.#behind(mark)) ?? 'ended');
  }

  async adopt(session: SessionObject, old: OldSession, expiresAt: number | null): Promise<Adopted | null> {
    const state = stateOf(session);
    // Stored before it is noted: if the note is found, so is the session.
    await state.inTurn(() => this.#saver.save(session));
    if (state.stored === null) return null;
    const mark = await this.#adoptions.note(old, expiresAt, state.stored.id);
    if (mark !== 'unreadable' && mark.id === state.stored.id) return { session, isFirst: true };
    await this.destroy(session);
    const first = await this.#behind(mark);
    return first && { session: first, isFirst: false };
  }

  commit(session: SessionObject): Promise<void> | undefined {
    const state = stateOf(session);
    if (state.running !== null) return state.inTurn(() => this.#commitNow(session) ?? Promise.resolve());
    const work = this.#commitNow(session);
    return work && state.inTurn(() => work);
  }

  async reload(session: SessionObject): Promise<boolean> {
    const state = stateOf(session);
    let isThere = false;
    await state.inTurn(async () => {
      const found = state.stored && (await this.#records.find(state.stored.id));
      if (found === null || this.lifetime.isOver(found.record, this.now())) return;
      if (found.id !== state.stored?.id) state.issue(null);
      state.reread(found);
      this.discard(session);
      isThere = true;
    });
    return isThere;
  }

  async regenerate(session: SessionObject): Promise<void> {
    assertWritable(session);
    const state = stateOf(session);
    assertDeliverable(state, 'session.regenerate()');
    await this.#alone('regenerate', session, async () => {
      state.planId(null);
      if (state.stored !== null && state.end !== 'gone') {
        await this.#rotation.rotate(session, state.stored, 'regenerate');
      }
    });
  }

  async confirm(session: SessionObject, auth: AuthFacts): Promise<void> {
    assertWritable(session);
    const state = stateOf(session);
    assertDeliverable(state, 'A confirmation');
    await this.#alone('confirm', session, async () => {
      const former = state.auth;
      if (state.stored === null || state.end === 'gone') throw endedMeanwhile();
      // Another request may have changed it since that of this one was read.
      state.setLogin(withSealedOf(auth, former));
      try {
        await this.#rotation.rotate(session, state.stored, 'confirm');
      } catch (error) {
        state.setLogin(former);
        throw error;
      }
      if (!isGone(state)) return;
      state.setLogin(former);
      throw endedMeanwhile();
    });
  }

  async login(session: SessionObject, auth: AuthFacts, id?: string): Promise<void> {
    assertWritable(session);
    const state = stateOf(session);
    assertDeliverable(state, 'A login');
    await this.#alone('login', session, async () => {
      const former = state.auth;
      if (state.end === 'gone') this.#loss.forget(session, null);
      const formerLineage = lineageOf(state);
      state.setLogin(auth);
      state.planId(null);
      let result: 'taken' | 'followed' | undefined;
      try {
        if (state.stored !== null) result = await this.#rotation.rotate(session, state.stored, 'login', id);
        else if (id === undefined) await this.#saver.save(session);
        else result = await this.#rotation.begin(session, id);
      } catch (error) {
        // If this login failed and its session was ended in the meantime, a later save must not restore the login.
        state.setLogin(state.stored === null ? null : former);
        throw error;
      }
      if (result !== 'taken' && !isGone(state)) {
        if (formerLineage !== null) this.endedLogins.tell({ lineage: formerLineage });
        return;
      }
      state.setLogin(former);
      if (result === 'taken' && id !== undefined && (await this.#joinNow(session, id))) return;
      throw endedMeanwhile();
    });
  }

  async join(session: SessionObject, id: string): Promise<boolean> {
    assertWritable(session);
    const state = stateOf(session);
    assertDeliverable(state, 'A login');
    let isThere = false;
    await state.inTurn(async () => {
      isThere = await this.#joinNow(session, id);
    });
    return isThere;
  }

  async destroy(session: SessionObject): Promise<boolean> {
    assertWritable(session);
    const state = stateOf(session);
    let ended = false;
    const end = async (): Promise<void> => {
      const lineage = lineageOf(state);
      const { stored, missed } = state;
      // Only the request that ended the session clears the cookie: clearing in another response could remove that of a newer
      // login.
      if (stored !== null) ended = await this.#endStored(stored);
      else if (missed !== null) ended = await this.#ending.endMoved(missed.id);
      const known = stored ?? missed;
      if (ended && known !== null) this.observer.destroyed({ publicId: publicId(known.id) });
      if (ended && lineage !== null) this.endedLogins.tell({ lineage });
      this.#loss.forget(session, ended ? 'ended' : null);
    };
    await state.inTurn(() => this.measured('destroy', end));
    return ended;
  }

  leave(session: SessionObject): void {
    this.#loss.forget(session, null);
  }

  async findLogin(login: KnownLogin): Promise<KnownLogin | null> {
    const found = this.#loginIn(await this.#records.find(login.stored.id), login);
    return found ?? this.#movedLogin(login);
  }

  async findLogins(logins: readonly KnownLogin[]): Promise<(KnownLogin | null)[]> {
    const found = await this.#records.findAll(logins.map(({ stored }) => stored.id));
    return someAtATime(
      [...logins.entries()],
      ([at, login]) => this.#loginIn(found[at] ?? null, login) ?? this.#movedLogin(login),
    );
  }

  changeLogin(login: KnownLogin, change: LoginChange): Promise<AuthFacts | null> {
    return this.#changes.make(login, change);
  }

  async #movedLogin(login: KnownLogin): Promise<KnownLogin | null> {
    const { id } = login.stored;
    for (const successor of await this.#moved.successorsOf(id)) {
      const moved = this.#loginIn(await this.#records.find(successor), login);
      if (moved !== null) return moved;
    }
    // It may have moved so long ago that the pointer at its former id has expired.
    if (!this.owned.isOffered) return null;
    return (await this.owned.list(login.auth.userId)).some(({ lineage }) => lineage === login.lineage) ? login : null;
  }

  async #behind(mark: AdoptionMark): Promise<SessionObject | null> {
    return mark === 'unreadable' ? null : this.load({ id: mark.id, issuedAt: this.now() });
  }

  /** The login, if it was found there. */
  #loginIn(found: FoundSession | null, { lineage }: KnownLogin): KnownLogin | null {
    if (found === null || this.lifetime.isOver(found.record, this.now())) return null;
    const { auth } = found.record;
    if (auth === null || lineageIn(auth, publicId(found.id)) !== lineage) return null;
    return { lineage, auth, stored: { id: found.id } };
  }

  #read(reference: SessionReference): Promise<SessionObject | null> {
    const { id, issuedAt } = reference;
    // Kept with the verified cookie, which comes again.
    reference.key ??= this.#records.keyOf(id);
    return this.#records.find(id, reference.key).then((found) => {
      const now = this.now();
      if (found === null || this.lifetime.isOver(found.record, now)) return null;
      // A cookie that led here through a pointer is replaced by one with the new id.
      return this.sessionOf(found, found.record, found.id === id ? issuedAt : null, now);
    });
  }

  #commitNow(session: SessionObject): Promise<void> | undefined {
    const work = this.#dueFor(session);
    const { meter } = this.metering;
    return meter === null || work === undefined ? work?.() : meter.run('commit', work);
  }

  /** What a commit has to do; undefined: nothing. */
  #dueFor(session: SessionObject): (() => Promise<void>) | undefined {
    const state = stateOf(session);
    if (state.end === 'gone') {
      if (!state.isLossTold && this.isModified(session)) this.#loss.lose(session);
      return undefined;
    }
    if (state.stored === null) return this.#begin(session);
    const now = this.now();
    const changes = this.#encoder.changesOf(session, state.stored);
    const mayExtend = state.delivery !== 'sent' && !state.passive;
    const mayMove = mayExtend && state.delivery === 'open';
    if (mayMove && this.lifetime.isRotationDue(state.rotatedAt, now) && !this.#encoder.isDisposable(session)) {
      return () => this.#rotatePeriodically(session);
    }
    const issuedAt = state.isReissued && state.takeReissue() ? 0 : state.issuedAt;
    if (mayExtend && issuedAt !== null && this.lifetime.isRefreshDue(issuedAt, now, state.auth)) {
      if (state.auth !== null) {
        const former = state.auth;
        noteUse(state, former, now);
        const save = (): Promise<void> => this.#saver.save(session);
        return changes === null ? () => this.#orTouch(save(), state, former, now) : save;
      }
      // If a rotation may come in between, a touch would extend the life of the pointer that it left, which is to expire.
      const { stored } = state;
      if (changes === null) {
        return this.lifetime.rotates ? () => this.#saver.save(session) : () => this.#touch(state, stored, now);
      }
    }
    return changes === null ? undefined : () => this.#saver.save(session, changes);
  }

  #begin(session: SessionObject): (() => Promise<void>) | undefined {
    if (this.#encoder.isDisposable(session)) return undefined;
    const state = stateOf(session);
    // Once the headers have been sent, the session may still be used within its request.
    if (state.delivery === 'none') assertDeliverable(state, 'A new session');
    return () => this.#saver.save(session);
  }

  /** Runs `work` after all earlier operations of this request and of others. */
  #alone(operation: SessionOperation, session: SessionObject, work: () => Promise<void>): Promise<void> {
    return stateOf(session).inTurn(() => this.measured(operation, () => this.#saver.alone(session, work)));
  }

  async #rotatePeriodically(session: SessionObject): Promise<void> {
    const state = stateOf(session);
    const askedAt = this.#records.newest.now;
    const result = await this.#saver.alone(session, async () => {
      const { stored, rotatedAt } = state;
      // Another request was faster.
      if (stored === null || !this.lifetime.isRotationDue(rotatedAt, this.now())) return 'followed';
      return this.#rotation.rotate(session, stored, 'periodic');
    });
    if (result === 'followed') await this.#saver.save(session, undefined, askedAt);
  }

  async #joinNow(session: SessionObject, id: string): Promise<boolean> {
    const found = await this.#records.find(id);
    if (found === null || this.lifetime.isOver(found.record, this.now())) return false;
    this.#saver.moveTo(session, found);
    return true;
  }

  /** If a store is full, noting when the session was used can be skipped: extending its life takes no space. */
  async #orTouch(saving: Promise<void>, state: SessionState, former: AuthFacts, now: number): Promise<void> {
    const noted = state.auth;
    try {
      await saving;
    } catch (error) {
      if (state.auth === noted) state.setLogin(former);
      if (!(error instanceof SessionStoreFullError) || state.stored === null) throw error;
      await this.#touch(state, state.stored, now);
    }
  }

  async #touch(state: SessionState, stored: StoredSession, now: number): Promise<void> {
    const ttl = this.lifetime.remaining(state, now);
    const isThere = ttl > 0 && (await this.#saver.aloneAt(stored, () => this.#records.store.touch(stored.key, ttl)));
    if (isThere) state.issue(now);
    else state.becomeGone();
  }

  /** Waits for pending saves of other requests, but no longer than for the store. */
  #endStored(stored: StoredSession): Promise<boolean> {
    return this.#saver.aloneAt(stored, async (newest) => {
      const ended = await this.#ending.end(newest);
      this.#records.newest.forget(stored.key);
      return ended;
    });
  }
}

/** Rounded to seconds, so that parallel requests note the same, and only the first of them writes. */
function noteUse(state: SessionState, auth: AuthFacts, now: number): void {
  const seenAt = Math.floor(now / 1000) * 1000;
  const address = state.bearer?.client.address;
  const isElsewhere = address !== undefined && address !== (auth.seenFrom ?? auth.device?.address);
  state.setLogin({ ...auth, seenAt, ...(isElsewhere ? { seenFrom: address } : {}) });
}
