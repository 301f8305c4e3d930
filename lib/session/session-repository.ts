import type { Adopted, OldSession } from './adoption.js';
import type { EndedLoginsBoard } from './ended-logins.js';
import type { KnownLogin } from './known-login.js';
import type { LoginChange } from './login-changes.js';
import type { OwnedSessions } from './owned-sessions.js';
import type { SessionObject } from './session.js';
import type { Metering } from './session-meter.js';
import type { AuthFacts } from './auth-facts.js';
import type { SessionReference } from './session-reference.js';

/** A user's sessions in all browsers. */
export type UserSessions = Pick<OwnedSessions, keyof OwnedSessions>;

/**
 * Where sessions come from and go to. Its results are left in the session's state, where the code that writes the response
 * reads them: which id is current, and whether the session has ended. Methods that change a session reject a read-only view of
 * it.
 */
export interface SessionRepository {
  /** Whether the cookie holds the session, so that every change needs a new cookie. */
  readonly isByValue: boolean;

  /** Who measures its operations. */
  readonly metering: Metering;

  /**
   * A new session, which is stored once something is written to it.
   *
   * @param missed what the client's cookie names and {@link load} has not found. If it has just moved under another id by
   *   `regenerate()` or `confirm()`, `destroy()` ends it there, since the client may not have received the new cookie yet.
   */
  create(missed?: SessionReference): SessionObject;

  /** The session that `reference` names; null: it is unknown, expired, or unreadable. */
  load(reference: SessionReference): Promise<SessionObject | null>;

  /**
   * The session that a foreign session has been migrated to; `ended`: it has ended since. Null: there is none, or the foreign
   * session has to be read to find out.
   */
  adopted(old: OldSession): Promise<SessionObject | 'ended' | null>;

  /**
   * Stores a new session with a foreign session's content, under an id that nobody else knows; if another request was faster,
   * it becomes that one's session. Null: that has ended since.
   *
   * @param expiresAt when the other framework stops accepting the foreign session, in ms since the epoch; null: unknown.
   * @throws SessionValueError, SessionTooLargeError if its content cannot be stored
   */
  adopt(session: SessionObject, old: OldSession, expiresAt: number | null): Promise<Adopted | null>;

  /**
   * Saves the changes. Returns undefined if there is nothing to do, so that a request that only read need not wait a turn of
   * the event loop.
   */
  commit(session: SessionObject): Promise<void> | undefined;

  /** Reverts the changes since the last save. */
  discard(session: SessionObject): void;

  /** Reads the session again and drops changes. False: it no longer exists. */
  reload(session: SessionObject): Promise<boolean>;

  /** A new id for the same session, at once. */
  regenerate(session: SessionObject): Promise<void>;

  /**
   * A new id with this login, at once. Data of a session that was ended in the meantime is not kept.
   *
   * @param id the new id, if several requests agreed on one: later ones find the session there.
   * @throws SessionGoneError if all of the user's sessions were ended while this one began
   */
  login(session: SessionObject, auth: AuthFacts, id?: string): Promise<void>;

  /** Switches to the session with this id, keeping this request's changes. False: there is none. */
  join(session: SessionObject, id: string): Promise<boolean>;

  /** A new id for the same session, with its current login. @throws SessionGoneError if it was ended in the meantime */
  confirm(session: SessionObject, auth: AuthFacts): Promise<void>;

  /** A user's sessions in all browsers. */
  readonly owned: UserSessions;

  /** Notifies listeners of logins that end. */
  readonly endedLogins: EndedLoginsBoard;

  /** A login's current state, wherever it has moved; null: it has ended, or cannot be found. */
  findLogin(login: KnownLogin): Promise<KnownLogin | null>;

  /** The same for several, in their order, with as few calls of the store as it allows. */
  findLogins(logins: readonly KnownLogin[]): Promise<(KnownLogin | null)[]>;

  /**
   * Changes a login in the store, wherever it has moved, by compare-and-set. Sessions that have been read keep it as it was.
   *
   * @param change gets the newest state; null: it stays as it is. May be called several times; the last call counts.
   * @returns the login as it then is; null: it has ended, and stays so.
   * @throws SessionAbilityMissingError if sessions are in cookies
   */
  changeLogin(login: KnownLogin, change: LoginChange): Promise<AuthFacts | null>;

  /**
   * Ends the session at once, even if a parallel `regenerate()` or `confirm()` has given it a new id.
   *
   * @returns whether this call ended it; false: it had already ended, or was never stored.
   */
  destroy(session: SessionObject): Promise<boolean>;

  /**
   * Leaves a session that another request has ended: here it becomes an empty one. Unlike {@link destroy}, it ends nothing,
   * even if the session continues under a new id.
   */
  leave(session: SessionObject): void;

  /** Whether {@link commit} would write. */
  isModified(session: SessionObject): boolean;
}
