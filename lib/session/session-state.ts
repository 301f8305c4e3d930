import type { Version } from '../stores/session-store.js';
import { FlashList, type FlashMessage } from './flash.js';
import { MutationLog, type MutationMark } from './mutations.js';
import type { AuthFacts } from './auth-facts.js';
import type { Doubt } from './newest-records.js';
import type { SessionRecord } from './record.js';

/** The record as it was read or written last. */
export interface StoredSession {
  /** The secret id. */
  readonly id: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly version: Version;
  /** When that was known, by the order of what this process asks of the store. */
  readonly asOf: number;
}

/** A record on its way to the store. */
export interface EncodedSession {
  readonly bytes: Uint8Array;
  /** What is in the bytes, once somebody has asked; nobody may change it. */
  record?: SessionRecord;
  /** Which mutations it holds. */
  readonly mark: MutationMark;
}

/** One request's part in a write that failed. */
export interface InDoubt {
  readonly doubt: Doubt;
  /** What the request had to give: the record holds it, and perhaps what others gave. */
  readonly encoded: EncodedSession;
}

/** What became of a session in this request. */
export type SessionEnd =
  /** It was destroyed or emptied by this request: the client's cookie is to be cleared. */
  | 'ended'
  /** It was ended elsewhere while this request ran: nothing is saved, and no cookie is sent. */
  | 'gone';

/** The request that a session belongs to, as far as a session knows of such a thing. */
export interface SessionBearer {
  readonly client: { readonly address: string };
}

/** What the package knows of one request's session besides its data. */
export class SessionState {
  /** Null: not stored yet, or no more. */
  stored: StoredSession | null = null;
  /** The id that a session which is not stored yet will have; made when somebody asks for it. */
  nextId: string | null = null;
  end: SessionEnd | null = null;
  /** This request has ended a session that its client came with, whatever has begun since. */
  hasEnded = false;
  /** The client's cookie is to be issued again, if the session is still there: it has a second one. */
  isReissued = false;
  /** A change was dropped since the session is gone, and those who want to know it were told. */
  isLossTold = false;
  /** A write that failed may have arrived, and must not count as somebody else's if it did. */
  inDoubt: InDoubt | null = null;
  /** When the cookie that the client holds or is about to get was issued, in ms; null: it has none. */
  issuedAt: number | null = null;

  createdAt: number;
  rotatedAt: number;
  permanent: boolean;
  auth: AuthFacts | null = null;
  /** The login as it was read, and the bytes that it was read from; null: nothing was read, or no login. */
  loginRead: { readonly auth: AuthFacts; readonly bytes: Uint8Array } | null = null;

  /** The session is stored although there is nothing in it: something was made of its id, such as a CSRF token. */
  kept = false;
  /** What brought the session here; null: it was made outside of a request. */
  bearer: SessionBearer | null = null;
  /** The request is no use of the session: its timeouts go on. */
  passive = false;

  /** `session.modified = true`: write even if nothing changed. */
  forced = false;
  /** The response's headers are out: nothing that needs a new cookie can be done any more. */
  answered = false;
  readonly mutations = new MutationLog();
  /** Store operations of one session run one after the other; the last one that was begun. */
  running: Promise<unknown> | null = null;
  #flashes: FlashMessage[] = [];
  /** The same, once somebody adds to them or takes from them. */
  #flashList: FlashList | null = null;

  constructor(now: number, permanent: boolean) {
    this.createdAt = this.rotatedAt = now;
    this.permanent = permanent;
  }

  get flashes(): FlashMessage[] {
    return this.#flashList?.all ?? this.#flashes;
  }

  /** @param messages a list of this session's own */
  set flashes(messages: FlashMessage[]) {
    this.#flashes = messages;
    this.#flashList = null;
  }

  flash(message: FlashMessage): void {
    this.#listOfFlashes().add(message);
  }

  /** The messages of one category, which are gone with it. */
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
   * The session is stored, as it was when it was encoded.
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

  /** Begins again as a new session. @param end whether this request ended the one before, so that its cookie is to go. */
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
    this.mutations.clear();
  }
}
