import type { AuthFacts } from './auth-facts.js';

/** Which logins have ended. */
export type EndedLogins =
  /** One of them. */
  | { readonly lineage: string }
  /** All of a user's except one, if any. */
  | { readonly userId: AuthFacts['userId']; readonly exceptLineage: string | null }
  /** All of an earlier epoch of `logoutAllUsers()`, and those without an epoch that were made until that time, in ms. */
  | { readonly madeUntil: number; readonly beforeEpoch: number };

type Listener = (ended: EndedLogins) => void;

/**
 * Notifies anything that depends on a login, such as a stream, that it has ended, synchronously and within this process only:
 * by a logout, `destroy()`, `revoke()`, `logoutEverywhere()`, `logoutAllUsers()`, theft detection, protection, or the limit of
 * sessions. Ends in other processes and timeouts are not reported here.
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
