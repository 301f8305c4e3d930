import type { StoredRecord } from '../stores/session-store.js';
import type { Retries } from './back-off.js';
import type { Queued } from './commit-queue.js';
import type { Lifetime } from './lifetime.js';
import { withLineage } from './lineage.js';
import type { SessionObserver } from './observer.js';
import { sameBytes } from './newest-records.js';
import type { SessionEncoder } from './session-encoder.js';
import { publicId } from './session-id.js';
import type { Metering } from './session-meter.js';
import type { SessionLoss } from './session-loss.js';
import type { EncodedSession, SessionState, StoredSession } from './session-state.js';
import { stateOf, type SessionObject } from './session.js';
import type { StoredRecords } from './stored-records.js';
import type { WholeRecord } from './whole-record.js';

/** What a request saves: its session as of its call. */
export interface SessionCommit {
  readonly session: SessionObject;
  encoded: EncodedSession;
  /** It is empty and need not be kept. */
  isEmpty: boolean;
  /** When it was called, in the order of this process's store calls. */
  readonly askedAt: number;
  /** The session has moved to another key, and the commit must wait for its turn there. */
  hasMoved: boolean;
}

/** What a group needs to save single sessions. */
interface Saver {
  readonly now: () => number;
  readonly retries: Retries;
  recognise(session: SessionObject, found: StoredSession): boolean;
  arrive(session: SessionObject, encoded: EncodedSession, place: StoredSession, whole: WholeRecord): void;
}

type Member = Queued<SessionCommit>;

/** A commit that is included in the write. */
interface Included {
  readonly member: Member;
  readonly overwritten: readonly string[];
}

interface Merged {
  readonly whole: WholeRecord;
  readonly included: readonly Included[];
  /** Those that cannot be merged with the stored record. */
  readonly refused: readonly { readonly member: Member; readonly error: unknown }[];
}

/** Saves the changes of several requests to one session in a single write, as if they had come one after the other. */
export class SessionGroup {
  constructor(
    private readonly records: StoredRecords,
    private readonly encoder: SessionEncoder,
    private readonly loss: SessionLoss,
    private readonly saver: Saver,
    private readonly lifetime: Lifetime,
    private readonly observer: Required<SessionObserver>,
    private readonly metering: Metering,
  ) {}

  /** A rejection applies to all commits not refused by then. @throws SessionContendedError, and the store's errors */
  async commit(key: string, queued: readonly Member[]): Promise<void> {
    let members = queued;
    let newest = this.#newestOf(key, members);
    let isCertain = false;
    for (let attempt = 0; newest.key === key; attempt++) {
      let merged = this.#mergeAll(newest, members);
      if (merged.refused.length > 0 && !isCertain) {
        // Refuse no commit for what another process may have changed since.
        const found = await this.records.find(newest.id, key);
        if (found?.key !== key) return this.#follow(key, members, found);
        this.records.newest.note(key, (newest = found));
        merged = this.#mergeAll(newest, members);
      }
      for (const { member, error } of merged.refused) member.refuse(error);
      members = merged.included.map(({ member }) => member);
      if (members.length === 0) return;
      const conflict = await this.#store(newest, merged);
      if (conflict === null) return;
      this.metering.meter?.conflict();
      const found = await this.records.follow({ ...newest, ...conflict, asOf: this.records.newest.next() });
      if (found?.key !== key) return this.#follow(key, members, found);
      this.records.newest.note(key, (newest = found));
      isCertain = true;
      await this.saver.retries.wait(attempt);
    }
    this.#move(members, newest);
  }

  /** The stored state, as far as this process knows. */
  #newestOf(key: string, members: readonly Member[]): StoredSession {
    const { newest } = this.records;
    const read = members.map(({ commit }) => storedIn(commit));
    for (const { bytes } of read) newest.saw(key, bytes);
    const known = newest.of(key, this.saver.now());
    return [...(known === null ? [] : [known]), ...read].reduce((one, other) => (other.asOf > one.asOf ? other : one));
  }

  #mergeAll(newest: StoredSession, members: readonly Member[]): Merged {
    const start = this.encoder.wholeOf(newest.bytes);
    const merged = this.#chain(newest, start, members);
    if (this.encoder.isSmallEnough(merged.whole)) return merged;
    // One of them made it too large: saving them one by one shows which.
    const left = merged.included.map(({ member }) => member);
    const checked = this.#chain(newest, start, left, (whole, before) => this.encoder.refuseGrowth(whole, before));
    return { ...checked, refused: [...merged.refused, ...checked.refused] };
  }

  /** Merges one commit after the other into the stored record. One that cannot be merged is left out entirely. */
  #chain(
    newest: StoredSession,
    start: WholeRecord,
    members: readonly Member[],
    check: (whole: WholeRecord, before: WholeRecord) => void = () => undefined,
  ): Merged {
    let whole = start;
    const included: Included[] = [];
    const refused: { member: Member; error: unknown }[] = [];
    for (const member of members) {
      try {
        const { commit } = member;
        if (this.saver.recognise(commit.session, newest)) {
          commit.encoded = this.encoder.encode(commit.session);
          commit.isEmpty = this.encoder.isDisposable(commit.session);
        }
        const { next, overwritten } = whole.with(storedIn(commit).bytes, commit, stateOf(commit.session));
        if (next !== whole) check(next, whole);
        whole = next;
        included.push({ member, overwritten });
      } catch (error) {
        refused.push({ member, error });
      }
    }
    return { whole, included, refused };
  }

  /** Null: done. Otherwise, what another process has stored in the meantime. */
  async #store(newest: StoredSession, { whole, included }: Merged): Promise<StoredRecord | null> {
    const members = included.map(({ member }) => member);
    const ttl = this.lifetime.remaining(whole.lived, this.saver.now());
    if (ttl <= 0) this.#loseAll(members);
    else if (whole.isEmpty) return this.#remove(newest, members);
    else if (isStoredSince(newest, whole, members)) this.#settle(included, newest, whole);
    else return this.#write(newest, whole, included, ttl);
    return null;
  }

  async #write(
    newest: StoredSession,
    whole: WholeRecord,
    included: readonly Included[],
    ttl: number,
  ): Promise<StoredRecord | null> {
    const { id, key, version } = newest;
    const { bytes } = whole;
    let result;
    try {
      result = await this.records.store.write(key, bytes, ttl, version);
    } catch (error) {
      const doubt = this.records.newest.noteDoubt(key, newest, bytes);
      for (const { commit } of included.map(({ member }) => member)) {
        stateOf(commit.session).doubt({ doubt, encoded: commit.encoded });
      }
      throw error;
    }
    if ('conflict' in result) return result.conflict;
    if ('gone' in result) {
      this.records.newest.forget(key);
      this.#loseAll(included.map(({ member }) => member));
      return null;
    }
    const place = { id, key, bytes, version: result.written, asOf: this.records.newest.next() };
    this.records.newest.note(key, place);
    this.#settle(included, place, whole);
    return null;
  }

  async #remove(newest: StoredSession, members: readonly Member[]): Promise<StoredRecord | null> {
    const result = await this.records.store.delete(newest.key, newest.version);
    if (typeof result === 'object') return result.conflict;
    this.records.newest.forget(newest.key);
    const emptied = result === 'deleted' ? members.filter(({ commit }) => commit.isEmpty) : [];
    // What a session holds that was empty when this began has been added since, and starts a new one.
    for (const { commit } of emptied) this.loss.beginAgain(commit.session);
    if (emptied.length > 0) this.observer.destroyed({ publicId: publicId(newest.id) });
    this.#loseAll(members.filter((member) => !emptied.includes(member)));
    return null;
  }

  #settle(included: readonly Included[], place: StoredSession, whole: WholeRecord): void {
    for (const { member, overwritten } of included) {
      const { session, encoded } = member.commit;
      this.saver.arrive(session, encoded, place, whole);
      this.#reissueIfDue(stateOf(session));
      if (overwritten.length > 0) this.observer.overwritten({ publicId: publicId(place.id), paths: overwritten });
    }
  }

  /** A write has extended the session: its cookie may be due as well. */
  #reissueIfDue(state: SessionState): void {
    const { issuedAt, auth } = state;
    const now = this.saver.now();
    if (issuedAt !== null && this.lifetime.isReissueDue(issuedAt, now, auth)) state.issue(now);
  }

  #loseAll(members: readonly Member[]): void {
    for (const member of members) {
      try {
        this.loss.lose(member.commit.session);
      } catch (error) {
        member.refuse(error);
      }
    }
  }

  /** The key no longer leads to the session. */
  #follow(key: string, members: readonly Member[], found: StoredSession | null): void {
    this.records.newest.forget(key);
    if (found === null) {
      this.#loseAll(members);
      return;
    }
    this.records.newest.note(found.key, found);
    this.#move(members, found);
  }

  /** What the requests have read and changed stays the same, and is to be merged into the current record. */
  #move(members: readonly Member[], { id, key }: StoredSession): void {
    for (const { commit } of members) {
      const state = stateOf(commit.session);
      state.setLogin(withLineage(state.auth, storedIn(commit)));
      state.reread({ ...storedIn(commit), id, key });
      state.issue(null);
      commit.hasMoved = true;
    }
  }
}

/** Whether others have stored all of it since the calls: nothing is left to write. */
function isStoredSince(newest: StoredSession, whole: WholeRecord, members: readonly Member[]): boolean {
  return members.every(({ commit }) => newest.asOf > commit.askedAt) && sameBytes(whole.bytes, newest.bytes);
}

function storedIn({ session }: SessionCommit): StoredSession {
  const { stored } = stateOf(session);
  if (stored === null) throw new TypeError('A session that is not stored has no place in a group.');
  return stored;
}
