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

/** The request of a session, as far as the session needs it. */
export interface SessionBearer {
  readonly client: { readonly address: string };
}

/** The package's state of one request's session besides its data. */
export class SessionState {
  /** What the client's cookie names where that was not found; null: nothing, or it was found. */
  missed: SessionReference | null = null;
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
  /** The response's headers have been sent: nothing that needs a new cookie is possible any more. */
  answered = false;
  readonly mutations = new MutationLog();
  /** Store operations of one session are serialised; the latest one. */
  running: Promise<unknown> | null = null;
  #flashes: FlashMessage[] = [];
  /** The same, once messages are added or taken. */
  #flashList: FlashList | null = null;

  constructor(now: number, permanent: boolean) {
    this.createdAt = this.rotatedAt = now;
    this.permanent = permanent;
  }

  get flashes(): FlashMessage[] {
    return this.#flashList?.all ?? this.#flashes;
  }

  /** @param messages an array that belongs to this session */
  set flashes(messages: FlashMessage[]) {
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
    this.flashes = [...record.flashes];
    this.auth = record.auth;
    this.kept = record.kept === true;
  }

  /**
   * The session has been stored as it was when encoded.
   *
   * @param written the value of a key in that record.
   */
  settle(stored: StoredSession, mark: MutationMark, written: (key: string) => unknown): void {
    this.stored = stored;
    this.nextId = null;
    this.end = null;
    this.inDoubt = null;
    this.forced = false;
    this.mutations.settle(mark, written);
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
    this.flashes = [];
    this.auth = null;
    this.kept = false;
    this.forced = false;
    this.missed = null;
    this.mutations.clear();
  }
}
