/** Why an event names only the public id: it is safe in logs, and enough to find the session's other events. */
interface SessionEvent {
  readonly publicId: string;
}

/**
 * Hears what happens to sessions. Every method is optional; none may throw, and what it returns is not waited for. Given
 * as the option `observer`.
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
  /** A user logged in. */
  login?(event: SessionEvent & { readonly userId: string | number }): void;
  /** A user logged out. */
  logout?(event: SessionEvent & { readonly userId: string | number }): void;
}

/** The name of an event. @publicApi */
export type SessionEventName = keyof SessionObserver;
