/** Why an event names only the public id: it is safe in logs, and enough to find the session's other events. */
interface SessionEvent {
  readonly publicId: string;
}

type UserId = string | number;

interface UserEvent extends SessionEvent {
  readonly userId: UserId;
}

/**
 * Hears what happens to sessions. Every method is optional; none may throw, and what it returns is not waited for. Given
 * as the option `observer`, or as a provider with `@SessionListener()`.
 *
 * @publicApi
 */
export interface SessionObserver {
  /** A request's changes were dropped, since the session had been ended (logout, expiry) while the request ran. */
  lateWrite?(event: SessionEvent): void;
  /** Two requests changed the same value in ways that cannot both hold; this one's was taken. `paths`: the keys, such as `cart.total`. */
  overwritten?(event: SessionEvent & { readonly paths: readonly string[] }): void;
  /** A stored record could not be read, and was treated as no session. `reason` holds none of its content. */
  brokenRecord?(event: SessionEvent & { readonly reason: string }): void;
  /** The store did not answer, answered too late, or refused. */
  storeError?(event: { readonly error: Error }): void;
  /** A session was stored for the first time. */
  created?(event: SessionEvent): void;
  /** A session was ended by the application: destroyed or emptied. */
  destroyed?(event: SessionEvent): void;
  /** A session got a new id. `publicId` is the new one, `formerPublicId` the old one. */
  rotated?(event: SessionEvent & { readonly formerPublicId: string }): void;
  /** A change was made when it could no longer be saved, since the response had gone out without the session's cookie. */
  droppedChange?(event: SessionEvent): void;
  /** A request came with the cookie of a session that is not there any more: it has expired, or was ended elsewhere. */
  expired?(event: SessionEvent): void;
  /** A user logged in. `restored`: by remember-me, without being asked for anything. */
  login?(event: UserEvent & { readonly restored: boolean }): void;
  /** A user logged out, or the login was ended since there is no such user any more. */
  logout?(event: UserEvent): void;
  /**
   * A login failed. `account` is a keyed hash of what was typed: the same for the same account, and of no use otherwise.
   * `limited`: it was not even tried, since too many had failed before; `retryAfter`: in how many seconds it may be tried.
   */
  loginFailed?(event: {
    readonly account: string;
    readonly address: string;
    readonly reason: 'credentials' | 'limited';
    readonly retryAfter?: number;
  }): void;
  /** A user who is logged in proved once more who it is. `action`: what for, where it was for one thing alone. */
  confirmed?(event: UserEvent & { readonly action: string | null }): void;
  /** Remember-me logged a user in. */
  remembered?(event: UserEvent): void;
  /** A remember-me token was shown that had been used up: somebody has a copy. The family and its sessions were ended. */
  rememberStolen?(event: { readonly userId: UserId; readonly address: string; readonly sessions: number }): void;
  /**
   * Sessions were ended from elsewhere. `userId`: whose; null: everybody's. `publicId`: which one, where it was one.
   * `sessions`: how many; null: nobody counted.
   */
  revoked?(event: {
    readonly userId: UserId | null;
    readonly publicId: string | null;
    readonly sessions: number | null;
  }): void;
  /** A session was used by another client than the one that logged in. `strong` has ended it, `basic` took freshness away. */
  protected?(event: UserEvent & { readonly protection: 'basic' | 'strong' }): void;
  /** Somebody was not let in. `login`: nobody is logged in; `fresh`: not recently enough; `roles`, `permissions`: lacks them. */
  refused?(event: {
    readonly publicId: string | null;
    readonly userId: UserId | null;
    readonly reason: 'login' | 'fresh' | 'roles' | 'permissions';
  }): void;
}

/** The name of an event. @publicApi */
export type SessionEventName = keyof SessionObserver;

/** What an observer hears of an event. */
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

/** An observer that hands on every event with its name. */
export function observeAll(
  hear: <Name extends SessionEventName>(name: Name, event: SessionEventOf<Name>) => void,
): Required<SessionObserver> {
  const methods = sessionEventNames.map((name) => [name, (event: SessionEventOf<typeof name>) => hear(name, event)]);
  return Object.fromEntries(methods) as Required<SessionObserver>;
}
