/** Why an event names only the public id: it is safe in logs, and enough to find the session's other events. */
interface SessionEvent {
  readonly publicId: string;
}

type UserId = string | number;

/** Something that a request has brought about. */
interface FromClient {
  /** The network address of the client, as far as the server's trust in proxies goes; empty: not known, or no request. */
  readonly address: string;
}

interface UserEvent extends SessionEvent, FromClient {
  readonly userId: UserId;
}

/**
 * Hears what happens to sessions and logins, at once: the time of an event is that of the call. Every method is optional, and
 * may be asynchronous: what it returns is not waited for. One that fails is logged, and does no harm. Given as the option
 * `observer`, or as a provider with `@SessionListener()`.
 *
 * No event holds a session id, a cookie's value, a remember-me token, a password or what an account was called.
 *
 * @publicApi
 */
export interface SessionObserver {
  /** A request's changes were dropped, since the session had been ended (logout, expiry) while the request ran. */
  lateWrite?(event: SessionEvent): unknown;
  /** Two requests changed the same value in ways that cannot both hold; this one's was taken. `paths`: the keys, such as `cart.total`. */
  overwritten?(event: SessionEvent & { readonly paths: readonly string[] }): unknown;
  /** A stored record could not be read, and was treated as no session. `reason` holds none of its content. */
  brokenRecord?(event: SessionEvent & { readonly reason: string }): unknown;
  /** The store did not answer, answered too late, or refused. */
  storeError?(event: { readonly error: Error }): unknown;
  /** A session was stored for the first time. */
  created?(event: SessionEvent): unknown;
  /** A session was ended by the application: destroyed or emptied. */
  destroyed?(event: SessionEvent): unknown;
  /** A session got a new id. `publicId` is the new one, `formerPublicId` the old one. */
  rotated?(event: SessionEvent & { readonly formerPublicId: string }): unknown;
  /**
   * A change was made that could not be saved, since the response had gone out without the session's cookie, or by a request
   * that may only look at the session.
   */
  droppedChange?(event: SessionEvent): unknown;
  /** A request came with the cookie of a session that is not there any more: it has expired, or was ended elsewhere. */
  expired?(event: SessionEvent): unknown;
  /** A session of another framework goes on here from now on; with a login, `userId` says whose. */
  migrated?(event: SessionEvent & FromClient & { readonly framework: string; readonly userId: UserId | null }): unknown;
  /** A session of another framework could not be taken over, and was treated as absent. `reason` holds none of its content. */
  migrationRefused?(event: FromClient & { readonly framework: string; readonly reason: string }): unknown;
  /** A user logged in. `factors`: what was proved just now; none for one that is not fresh. `restored`: by remember-me. */
  login?(event: UserEvent & { readonly factors: readonly string[]; readonly restored: boolean }): unknown;
  /** A user logged out, or the login was ended since there is no such user any more. */
  logout?(event: UserEvent): unknown;
  /**
   * A login failed. `account` is a keyed hash of what was typed: the same for the same account, and of no use otherwise.
   * `limited`: it was not even tried, since too many had failed before; `retryAfter`: in how many seconds it may be tried.
   */
  loginFailed?(
    event: FromClient & {
      readonly account: string;
      readonly reason: 'credentials' | 'limited';
      readonly retryAfter?: number;
    },
  ): unknown;
  /** A user who is logged in proved once more who it is, with `factors`. `action`: what for, where it was for one thing alone. */
  confirmed?(event: UserEvent & { readonly factors: readonly string[]; readonly action: string | null }): unknown;
  /** Remember-me logged a user in. */
  remembered?(event: UserEvent): unknown;
  /** A remember-me token was shown that had been used up: somebody has a copy. The family and its sessions were ended. */
  rememberStolen?(event: FromClient & { readonly userId: UserId; readonly sessions: number }): unknown;
  /**
   * Sessions were ended from elsewhere. `userId`: whose; null: everybody's. `publicId`: which one, where it was one.
   * `sessions`: how many; null: nobody counted.
   */
  revoked?(event: {
    readonly userId: UserId | null;
    readonly publicId: string | null;
    readonly sessions: number | null;
  }): unknown;
  /**
   * A session was used by another client than the one that logged in. `strong` has ended it; `basic` took freshness away, and
   * tells once, until the login is confirmed.
   */
  protected?(event: UserEvent & { readonly protection: 'basic' | 'strong' }): unknown;
  /**
   * Somebody was not let in. By a guard: `login`: nobody is logged in; `fresh`: not recently enough; `roles`, `permissions`:
   * lacks them; `csrf`: another site may have sent the request. By a login, although the user had proved who it is: `inactive`, `too-many-sessions`.
   */
  refused?(
    event: FromClient & {
      readonly publicId: string | null;
      readonly userId: UserId | null;
      readonly reason: 'login' | 'fresh' | 'roles' | 'permissions' | 'csrf' | 'inactive' | 'too-many-sessions';
    },
  ): unknown;
}

/** The name of an event. @publicApi */
export type SessionEventName = keyof SessionObserver;

/** What an observer hears of an event. @publicApi */
export type SessionEventOf<Name extends SessionEventName> = Parameters<Required<SessionObserver>[Name]>[0];

/** Every event; the type sees to it that none is left out. */
const isEvent: Readonly<Record<SessionEventName, true>> = {
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
  protected: true,
  refused: true,
};

/** The names of all events. */
export const sessionEventNames = Object.keys(isEvent) as readonly SessionEventName[];

/** An observer that hands on every event with its name, and gives back what that comes to. */
export function observeAll(
  hear: <Name extends SessionEventName>(name: Name, event: SessionEventOf<Name>) => unknown,
): Required<SessionObserver> {
  const methods = sessionEventNames.map((name) => [name, (event: SessionEventOf<typeof name>) => hear(name, event)]);
  return Object.fromEntries(methods) as Required<SessionObserver>;
}
