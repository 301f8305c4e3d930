import type { AuthFacts } from './auth-facts.js';

/** Which logins have ended. */
export type EndedLogins =
  /** One of them. */
  | { readonly lineage: string }
  /** All of a user's except one, if any. */
  | { readonly userId: AuthFacts['userId']; readonly exceptLineage: string | null }
  /** All of an earlier epoch of `logoutAllUsers()`, and of those without one all that were made until that time, in ms. */
  | { readonly madeUntil: number; readonly beforeEpoch: number };

type Listener = (ended: EndedLogins) => void;

/**
 * Tells whoever holds on to a login, such as a stream, that it is over, at once and in this process alone: by a logout,
 * `destroy()`, `revoke()`, `logoutEverywhere()`, `logoutAllUsers()`, the theft alarm, protection, or the limit of sessions. What
 * another process ends, and what ends by its timeouts, is not heard here.
 */
export class EndedLoginsBoard {
  readonly #listeners = new Set<Listener>();

  /** @param listener must not throw. @returns a function that removes the listener. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(ended: EndedLogins): void {
    for (const listener of this.#listeners) listener(ended);
  }
}

/** Whether a login is among the ended ones. */
export function isAmong(ended: EndedLogins, auth: AuthFacts, lineage: string): boolean {
  if ('lineage' in ended) return ended.lineage === lineage;
  if ('userId' in ended) return ended.userId === auth.userId && ended.exceptLineage !== lineage;
  return auth.epoch === undefined ? (auth.since ?? auth.at) <= ended.madeUntil : auth.epoch < ended.beforeEpoch;
}
