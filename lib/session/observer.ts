import type { LoginRefusal } from '../errors.js';

type UserId = string | number;

/** Events name sessions by their public id only: it is safe in logs, and enough to find the session's other events. */
interface SessionEvent {
  /** The public id of the session: safe to show and to log. `rotated` reports a new one. */
  readonly publicId: string;
}

/** Events caused by a request. */
interface FromClient {
  /** The client's network address, according to the server's trust in proxies. Empty if unknown, or if there was no request. */
  readonly address: string;
}

/** Who acts, if it is not the user. */
interface Acted {
  /** The id of who acts in the user's place, such as an administrator. Absent: the user does. */
  readonly by?: string;
}

interface UserEvent extends SessionEvent, FromClient, Acted {
  /** The application's id of the user. */
  readonly userId: UserId;
}

/** What a user has just proved. */
interface Proof {
  /** What the user has just proved, as passed to `login()` or `confirm()`. Empty for a login that is not fresh. */
  readonly factors: readonly string[];
}

interface MaybeUser {
  /** The application's id of the user; `null` if nobody is logged in. */
  readonly userId: UserId | null;
}

interface OverwrittenEvent extends SessionEvent {
  /** The keys of the values, such as `cart.total`. They may come from the client: escape them before you show them. */
  readonly paths: readonly string[];
}

interface BrokenRecordEvent extends SessionEvent {
  /** What is wrong with the record, as a sentence. Contains none of its content. */
  readonly reason: string;
}

interface StoreErrorEvent {
  /** The error of the store, or of the time limit around it. */
  readonly error: Error;
}

interface RotatedEvent extends SessionEvent {
  /** The former public id of the session. */
  readonly formerPublicId: string;
}

interface ForeignEvent extends FromClient {
  /** Where the session comes from: `Flask`, `Express`, or the `framework` of your own source. */
  readonly framework: string;
}

interface MigrationRefusedEvent extends ForeignEvent {
  /** Why, as a sentence. Contains none of the session's content. */
  readonly reason: string;
}

interface LoginEvent extends UserEvent, Proof {
  /** Whether remember-me logged the user in. */
  readonly restored: boolean;
}

interface LoginFailedEvent extends FromClient {
  /** A keyed hash of the entered account name: the same for the same account, and otherwise useless. */
  readonly account: string;
  /** `credentials`: the credentials were wrong. `limited`: the login was not attempted, because too many had failed before. */
  readonly reason: 'credentials' | 'limited';
  /** In how many seconds it may be retried, if it was `limited`. */
  readonly retryAfter?: number;
}

interface ConfirmedEvent extends UserEvent, Proof {
  /** What the confirmation was for; `null`: for everything. */
  readonly action: string | null;
}

interface RememberStolenEvent extends FromClient {
  /** The application's id of the user. */
  readonly userId: UserId;
  /** How many sessions were ended. */
  readonly sessions: number;
}

interface RevokedEvent {
  /** The application's id of the user; `null`: everybody was logged out. */
  readonly userId: UserId | null;
  /** The public id of a single ended session, as in the list of devices. `null`: several. */
  readonly publicId: string | null;
  /** How many sessions were ended; `null`: they were not counted. */
  readonly sessions: number | null;
}

interface SocketClosedEvent extends SessionEvent {
  /** The application's id of the user whose login the socket depended on. */
  readonly userId: UserId;
}

interface ProtectedEvent extends UserEvent {
  /** The active protection. `strong` has ended the session; `basic` has removed its freshness. */
  readonly protection: 'basic' | 'strong';
}

interface RefusedEvent extends FromClient, MaybeUser, Acted {
  /** The public id of the session; `null` if there is none. */
  readonly publicId: string | null;
  /**
   * By a guard: `login`: nobody is logged in; `fresh`: the login is not recent enough; `roles`, `permissions`: the user lacks
   * them; `policy`: that of the resource does not let the user do it; `csrf`: another site may have sent the request. By a login with correct credentials: `inactive`, `too-many-sessions`, and what
   * features add to `LoginRefusals`.
   */
  readonly reason: 'login' | 'fresh' | 'roles' | 'permissions' | 'policy' | 'csrf' | LoginRefusal;
}

/**
 * Receives session and login events synchronously: the time of an event is that of the call. Every method is optional and may
 * be asynchronous; its result is not awaited. Errors are logged and otherwise ignored. Pass it as the option `observer`, or use
 * a provider with `@SessionListener()`. `docs/reference/events.md` is made from this declaration.
 *
 * No event contains a session id, a cookie's value, a remember-me token, a password or an account's name.
 *
 * @publicApi
 */
export interface SessionObserver {
  /** A user logged in. Also emits `created` or `rotated`. */
  login?(event: LoginEvent): unknown;
  /**
   * A user logged out, or the login was ended because the user no longer exists. Only if there was a session to end, which also
   * emits `destroyed`.
   */
  logout?(event: UserEvent): unknown;
  /** A login failed at the limiter, or was not attempted because too many had failed before. */
  loginFailed?(event: LoginFailedEvent): unknown;
  /** A logged-in user was re-authenticated, by `confirm()`. */
  confirmed?(event: ConfirmedEvent): unknown;
  /** Remember-me logged a user in. `login` is emitted first. */
  remembered?(event: UserEvent): unknown;
  /**
   * A used remember-me token was sent again: somebody has a copy. All tokens of the same login, and the sessions made with
   * them, were ended.
   */
  rememberStolen?(event: RememberStolenEvent): unknown;
  /** Sessions were ended from elsewhere: one, all of a user, everybody's, or one that exceeded the limit. */
  revoked?(event: RevokedEvent): unknown;
  /**
   * An open WebSocket was closed, because the login that it depended on has ended, or its user is not there or not active any more.
   * Emitted for every socket, by the process that had it open.
   */
  socketClosed?(event: SocketClosedEvent): unknown;
  /** A session was used by another client than the one that logged in. With `basic`, emitted once until the login is confirmed. */
  protected?(event: ProtectedEvent): unknown;
  /** A guard refused a request, or a login with correct credentials was rejected. */
  refused?(event: RefusedEvent): unknown;
  /** A session was stored for the first time. */
  created?(event: SessionEvent): unknown;
  /** The application ended a session: by a logout, by destroying or by emptying it. */
  destroyed?(event: SessionEvent): unknown;
  /** A session got a new id. `publicId` is the new one. */
  rotated?(event: RotatedEvent): unknown;
  /** A request sent the cookie of a session that has expired, or was ended elsewhere. Emitted for every such request. */
  expired?(event: SessionEvent): unknown;
  /** A session of another framework was migrated. */
  migrated?(event: SessionEvent & ForeignEvent & MaybeUser): unknown;
  /** A session of another framework could not be migrated, and was treated as absent. Also a warning in the log. */
  migrationRefused?(event: MigrationRefusedEvent): unknown;
  /** A request's changes were dropped, because the session ended (logout, expiry) while the request ran. Also a warning in the log. */
  lateWrite?(event: SessionEvent): unknown;
  /** Two requests made conflicting changes to the same value; this one's was kept. Also a warning in the log. */
  overwritten?(event: OverwrittenEvent): unknown;
  /**
   * A change could not be saved: the response had been sent without the session's cookie, or the request may only read the
   * session. Also a warning in the log.
   */
  droppedChange?(event: SessionEvent): unknown;
  /** A stored record could not be read, and was treated as absent. Also a warning in the log. */
  brokenRecord?(event: BrokenRecordEvent): unknown;
  /** The store did not answer, answered too late, or returned an error. */
  storeError?(event: StoreErrorEvent): unknown;
}

/** The name of an event. @publicApi */
export type SessionEventName = keyof SessionObserver;

/** The argument of an event's method. @publicApi */
export type SessionEventOf<Name extends SessionEventName> = Parameters<Required<SessionObserver>[Name]>[0];

/** The events of this package, without those of features. */
const ownEvents = {
  lateWrite: true,
  overwritten: true,
  brokenRecord: true,
  storeError: true,
  created: true,
  destroyed: true,
  rotated: true,
  droppedChange: true,
  expired: true,
  migrated: true,
  migrationRefused: true,
  login: true,
  logout: true,
  loginFailed: true,
  confirmed: true,
  remembered: true,
  rememberStolen: true,
  revoked: true,
  socketClosed: true,
  protected: true,
  refused: true,
} satisfies Partial<Record<SessionEventName, true>>;

/** The name of an event that no feature has added. */
export type OwnSessionEventName = keyof typeof ownEvents;

const names = new Set(Object.keys(ownEvents) as SessionEventName[]);

/** The names of all events. */
export function sessionEventNames(): readonly SessionEventName[] {
  return [...names];
}

/**
 * Adds an event of a feature, which has declared its method in {@link SessionObserver} by declaration merging. Call it when the
 * feature's file is loaded: applications that exist already do not have the event.
 */
export function addSessionEvent(name: SessionEventName): void {
  names.add(name);
}

/** An observer that forwards every event with its name, and returns the result. */
export function observeAll(
  hear: <Name extends SessionEventName>(name: Name, event: SessionEventOf<Name>) => unknown,
): Required<SessionObserver> {
  const methods = sessionEventNames().map((name) => [name, (event: SessionEventOf<typeof name>) => hear(name, event)]);
  return Object.fromEntries(methods) as Required<SessionObserver>;
}
