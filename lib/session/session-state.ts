import type { Version } from '../stores/session-store.js';
import { FlashList, type FlashMessage } from './flash.js';
import { MutationLog, type MutationMark } from './mutations.js';
import type { AuthFacts } from './auth-facts.js';
import type { Doubt } from './newest-records.js';
import type { SessionRecord } from './record.js';
import type { SessionReference } from './session-reference.js';

/** The record as last read or written. */
export interface StoredSession {
  /** The secret id. */
  readonly id: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly version: Version;
  /** Its position in the order of this process's store calls. */
  readonly asOf: number;
}

/** A record that is being written. */
export interface EncodedSession {
  readonly bytes: Uint8Array;
  /** The decoded bytes, once needed; must not be changed. */
  record?: SessionRecord;
  /** Which mutations it includes. */
  readonly mark: MutationMark;
}

/** Reads encoded records. */
export interface RecordReader {
  /** The value of a key in a session's record; `ABSENT` where there is none. Nobody may change it. */
  valueIn(bytes: Uint8Array, key: string): unknown;
}

/** One request's part in a failed write. */
export interface InDoubt {
  readonly doubt: Doubt;
  /** The request's own changes: the record includes them, and perhaps those of others. */
  readonly encoded: EncodedSession;
}

/** How a session ended in this request. */
export type SessionEnd =
  /** This request destroyed or emptied it: the client's cookie is to be cleared. */
  | 'ended'
  /** It was ended elsewhere while this request ran: nothing is saved, and no cookie is sent. */
  | 'gone';

/** Whether the client can be given another cookie. */
export type SessionDelivery =
  /** With the response's headers. */
  | 'open'
  /** Not any more: the headers have been sent. */
  | 'sent'
  /** Only by an HTTP request: the session was opened for another transport. */
  | 'none';

/** The request of a session, as far as the session needs it. */
export interface SessionBearer {
  readonly client: { readonly address: string };
}

/** The package's state of one request's session besides its data. Other files read its fields, and change them by its methods. */
class State {
  /** What the client's cookie names where that was not found; null: nothing, or it was found. */
  missed: SessionReference | null;
  /** Null: not stored yet, or no longer. */
  stored: StoredSession | null = null;
  /** The future id of a session that is not stored yet; generated on demand. */
  nextId: string | null = null;
  end: SessionEnd | null = null;
  /** This request has ended the session that its client came with, whatever has begun since. */
  hasEnded = false;
  /** The client's cookie is to be issued again, if the session still exists: the client has a second one. */
  isReissued = false;
  /** A change was dropped because the session is gone, and the listeners have been notified. */
  isLossTold = false;
  /** A failed write that may have been applied, and if so must not count as another request's. */
  inDoubt: InDoubt | null = null;
  /** When the cookie that the client has or is about to get was issued, in ms; null: it has none. */
  issuedAt: number | null = null;

  createdAt: number;
  rotatedAt: number;
  permanent: boolean;
  auth: AuthFacts | null = null;
  /** The login as it was read, and the bytes it was read from; null: nothing was read, or there is no login. */
  loginRead: { readonly auth: AuthFacts; readonly bytes: Uint8Array } | null = null;

  /** The session is stored although it is empty: something was derived from its id, such as a CSRF token. */
  kept = false;
  /** The request of the session; null: it was created outside of a request. */
  bearer: SessionBearer | null = null;
  /** The request does not count as use of the session: its timeouts keep running. */
  passive = false;

  /** `session.modified = true`: write even if nothing changed. */
  forced = false;
  /** Anything that needs a new cookie is possible only while it is open. */
  delivery: SessionDelivery = 'open';
  readonly mutations = new MutationLog();
  /** Store operations of one session are serialised; the latest one. */
  running: Promise<unknown> | null = null;
  #flashes: FlashMessage[] = [];
  /** The same, once messages are added or taken. */
  #flashList: FlashList | null = null;

  /** Of a new session. @param missed what the client's cookie names where that was not found; null: nothing. */
  constructor(now: number, permanent: boolean, missed: SessionReference | null = null) {
    this.createdAt = this.rotatedAt = now;
    this.permanent = permanent;
    this.missed = missed;
  }

  /** Of a session that has been read. @param issuedAt when its cookie was issued, in ms; null: it is to be issued again. */
  static read(stored: StoredSession, record: SessionRecord, issuedAt: number | null, now: number): SessionState {
    const state = new State(now, record.permanent);
    state.stored = stored;
    state.issuedAt = issuedAt;
    state.take(record);
    if (record.auth !== null) state.loginRead = { auth: record.auth, bytes: stored.bytes };
    return state;
  }

  /** Its request is known, although it does not have the session yet. @param bearer null: unknown */
  meet(bearer: SessionBearer | null): void {
    this.bearer = bearer;
  }

  /** The session belongs to a bearer from now on. @param bearer null: unknown */
  handTo(bearer: SessionBearer | null, delivery: SessionDelivery, isPassive: boolean): void {
    this.bearer = bearer;
    this.delivery = delivery;
    this.passive = isPassive;
  }

  /** The response's headers have been sent. */
  deliver(): void {
    this.delivery = 'sent';
  }

  /** From now on this counts as use of the session, or not. */
  countAsUse(isUse: boolean): void {
    this.passive = !isUse;
  }

  /** The client is to get its cookie again. */
  reissue(): void {
    this.isReissued = true;
  }

  /** Whether {@link reissue} was called since the last time. */
  takeReissue(): boolean {
    const { isReissued } = this;
    if (isReissued) this.isReissued = false;
    return isReissued;
  }

  /** The client has, or is about to get, a cookie issued at this time, in ms; null: it needs another one. */
  issue(at: number | null): void {
    this.issuedAt = at;
  }

  /** The login is this one from now on. */
  setLogin(auth: AuthFacts | null): void {
    this.auth = auth;
  }

  /** The session got its id at this time, in ms. */
  rotate(at: number): void {
    this.rotatedAt = at;
  }

  /** The id of the session, or its future id. @param make creates that. */
  idOr(make: () => string): string {
    return this.stored?.id ?? (this.nextId ??= make());
  }

  /** The future id of a session that is not stored yet. @param id null: a new one */
  planId(id: string | null): void {
    this.nextId = id;
  }

  /** A write has failed, and may have been applied. */
  doubt(inDoubt: InDoubt): void {
    this.inDoubt = inDoubt;
  }

  /** The session has been read again, or found under another id. */
  reread(stored: StoredSession): void {
    this.stored = stored;
  }

  /** The session is based on this record, which includes what others have written. */
  rebase(stored: StoredSession): void {
    this.stored = stored;
    this.inDoubt = null;
  }

  /** The session is another one from now on. */
  join(stored: StoredSession, { createdAt, auth }: SessionRecord): void {
    this.createdAt = createdAt;
    this.auth = auth;
    this.nextId = null;
    this.end = null;
    this.issuedAt = null;
    this.rebase(stored);
  }

  /** The session has been ended elsewhere. */
  becomeGone(): void {
    this.end = 'gone';
  }

  /** The listeners have been notified of a dropped change. */
  noteLoss(): void {
    this.isLossTold = true;
  }

  setPermanent(isPermanent: boolean): void {
    this.permanent = isPermanent;
  }

  /** The session is stored even if it is empty. */
  keep(): void {
    this.kept = true;
  }

  /** Removes everything but the login. */
  clear(): void {
    this.setFlashes([]);
    this.kept = false;
  }

  force(isForced: boolean): void {
    this.forced = isForced;
  }

  /** Reverts the changes since the session was read or saved last. @param record that; null: it is not stored. */
  revert(record: SessionRecord | null, permanentByDefault: boolean): void {
    this.forced = false;
    this.mutations.clear();
    if (record === null) this.permanent = permanentByDefault;
    else this.take(record);
  }

  /** Takes over what a merge has made of two records. */
  takeMerged(
    merged: Pick<SessionRecord, 'permanent' | 'rotatedAt' | 'auth' | 'kept'> & { readonly flashes: FlashMessage[] },
  ): void {
    this.setFlashes(merged.flashes);
    this.permanent = merged.permanent;
    this.rotatedAt = merged.rotatedAt;
    this.auth = merged.auth;
    this.kept ||= merged.kept === true;
  }

  /** Runs `work` after the other operations on this session within the request. */
  async inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.running === null ? work() : this.running.then(work, work);
    this.running = run;
    try {
      await run;
    } finally {
      if (this.running === run) this.running = null;
    }
  }

  get flashes(): FlashMessage[] {
    return this.#flashList?.all ?? this.#flashes;
  }

  /** @param messages an array that belongs to this session */
  setFlashes(messages: FlashMessage[]): void {
    this.#flashes = messages;
    this.#flashList = null;
  }

  flash(message: FlashMessage): void {
    this.#listOfFlashes().add(message);
  }

  /** Returns and removes the messages of one category. */
  takeFlashes(category: string): FlashMessage[] {
    return this.#listOfFlashes().take(category);
  }

  #listOfFlashes(): FlashList {
    return (this.#flashList ??= new FlashList(this.#flashes));
  }

  take(record: SessionRecord): void {
    this.createdAt = record.createdAt;
    this.rotatedAt = record.rotatedAt;
    this.permanent = record.permanent;
    this.setFlashes([...record.flashes]);
    this.auth = record.auth;
    this.kept = record.kept === true;
  }

  /** The session has been stored as it was when encoded. */
  settle(stored: StoredSession, { bytes, mark }: EncodedSession, reader: RecordReader): void {
    this.stored = stored;
    this.nextId = null;
    this.end = null;
    this.inDoubt = null;
    this.forced = false;
    this.mutations.settle(mark, (key) => reader.valueIn(bytes, key));
  }

  /** Turns it into a new session. @param end whether this request ended the previous one, so that its cookie is to be cleared. */
  reset(now: number, permanent: boolean, end: 'ended' | null): void {
    this.stored = null;
    this.nextId = null;
    this.issuedAt = null;
    this.end = end;
    this.hasEnded ||= end === 'ended';
    this.isLossTold = false;
    this.inDoubt = null;
    this.createdAt = this.rotatedAt = now;
    this.permanent = permanent;
    this.setFlashes([]);
    this.auth = null;
    this.kept = false;
    this.forced = false;
    this.missed = null;
    this.mutations.clear();
  }
}

export type SessionState = Readonly<State>;

export const SessionState: (new (...values: ConstructorParameters<typeof State>) => SessionState) &
  Pick<typeof State, 'read'> = State;
