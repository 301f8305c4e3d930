import type { Adopted, OldSession } from './adoption.js';
import type { EndedLoginsBoard } from './ended-logins.js';
import type { KnownLogin } from './known-login.js';
import type { OwnedSessions } from './owned-sessions.js';
import type { SessionObject } from './session.js';
import type { AuthFacts } from './auth-facts.js';
import type { CarriedSession } from './sealed-content.js';

/** What a verified cookie says. */
export interface SessionReference {
  readonly id: string;
  /** When the cookie was issued, in ms. */
  readonly issuedAt: number;
  /** From when on it means nothing, in ms, where the cookie says so. */
  readonly endsAt?: number | null;
  /** The store's key for the id, noted here by the repository: whoever hands the same reference in again saves a hash. */
  key?: string;
  /** The session itself, where it is the cookie that keeps it. */
  readonly carried?: CarriedSession;
}

/** The sessions of a user, wherever they are in use. */
export type UserSessions = Pick<OwnedSessions, keyof OwnedSessions>;

/**
 * Where sessions come from and go to. Its answers are left in the session's state, where whoever writes the response
 * reads them: which id is current, and whether the session has ended. What changes a session refuses a read-only view of it.
 */
export interface SessionRepository {
  /** A new session, which is stored when something has been written to it. */
  create(): SessionObject;

  /** The session that `reference` means, or null where there is none: unknown, expired, or not readable. */
  load(reference: SessionReference): Promise<SessionObject | null>;

  /** The session that an old one goes on as; `ended`: it did. Null: it does not, or what it was has to be read to tell. */
  adopted(old: OldSession): Promise<SessionObject | 'ended' | null>;

  /**
   * Stores a new session that holds what an old one did, under an id that nobody else knows; where another request was first, it
   * is that one's session. Null: that has ended since.
   *
   * @param expiresAt from when on the old one is not taken any more over there, in ms since the epoch; null: nobody knows.
   * @throws SessionValueError, SessionTooLargeError where what it holds cannot be kept
   */
  adopt(session: SessionObject, old: OldSession, expiresAt: number | null): Promise<Adopted | null>;

  /**
   * Saves what has changed. Returns nothing where there was nothing to do, so that a request which only read takes no turn
   * of the event loop for it.
   */
  commit(session: SessionObject): Promise<void> | undefined;

  /** Takes back what was changed since the last save. */
  discard(session: SessionObject): void;

  /** Reads the session again and drops what was changed. False: it is not there any more. */
  reload(session: SessionObject): Promise<boolean>;

  /** A new id for the same session, at once. */
  regenerate(session: SessionObject): Promise<void>;

  /**
   * A new id and this login, at once. Data of a session that was ended meanwhile are not carried over.
   *
   * @param id the new id, where several requests agreed on one: whoever comes later finds the session there.
   * @throws SessionGoneError where all of the user's sessions were ended while this one began
   */
  login(session: SessionObject, auth: AuthFacts, id?: string): Promise<void>;

  /** The session becomes the one with this id, and keeps what this request has changed. False: there is none. */
  join(session: SessionObject, id: string): Promise<boolean>;

  /** A new id for the same session, with its login as it is now. @throws SessionGoneError where it was ended meanwhile */
  confirm(session: SessionObject, auth: AuthFacts): Promise<void>;

  /** The sessions of a user, wherever they are in use. */
  readonly owned: UserSessions;

  /** Tells which logins end, to whoever holds on to one. */
  readonly endedLogins: EndedLoginsBoard;

  /** A login as it is now, wherever it has moved since it was known last; null: it is over, or nowhere to be found. */
  findLogin(login: KnownLogin): Promise<KnownLogin | null>;

  /**
   * Ends the session, at once, also where `regenerate()` or `confirm()` of a parallel request has given it a new id meanwhile.
   *
   * @returns whether it was this call that ended it; false: it had ended already, or was never stored.
   */
  destroy(session: SessionObject): Promise<boolean>;

  /**
   * Leaves a session that another request has ended: it is an empty one here. Unlike {@link destroy} it ends nothing, wherever the
   * session goes on under a new id.
   */
  leave(session: SessionObject): void;

  /** Whether {@link commit} would write. */
  isModified(session: SessionObject): boolean;
}
