import type { AuthFacts } from './auth-facts.js';
import type { KnownLogin } from './known-login.js';

/** Which logins have ended. */
export type EndedLogins =
  /** One of them. */
  | { readonly lineage: string }
  /** All of a user's except one, if any. */
  | { readonly userId: AuthFacts['userId']; readonly exceptLineage: string | null }
  /** All of an earlier epoch of `logoutAllUsers()`, and those without an epoch that were made until that time, in ms. */
  | { readonly madeUntil: number; readonly beforeEpoch: number };

/** Where logins have ended: in this process, or in another one, from which it was learned. */
export type EndedWhere = 'here' | 'elsewhere';

type Listener = (ended: EndedLogins, where: EndedWhere) => void;

/**
 * Notifies anything that depends on a login, such as a stream, that it has ended, synchronously and within this process only:
 * by a logout, `destroy()`, `revoke()`, `logoutEverywhere()`, `logoutAllUsers()`, theft detection, protection, or the limit of
 * sessions. Of ends in other processes only `logoutAllUsers()` is reported here, and no timeouts.
 */
export class EndedLoginsBoard {
  readonly #listeners = new Set<Listener>();
  readonly #looks = new Set<() => void>();
  readonly #moves = new Set<(login: KnownLogin) => void>();
  readonly #users = new Set<(userId: AuthFacts['userId']) => void>();

  /** @param listener must not throw. @returns a function that removes the listener. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(ended: EndedLogins, where: EndedWhere = 'here'): void {
    for (const listener of this.#listeners) listener(ended, where);
  }

  /** @param look looks whether everybody was logged out elsewhere. Must not throw. */
  onHint(look: () => void): void {
    this.#looks.add(look);
  }

  /** @param listener gets a login that continues under a new id. Must not throw. @returns a function that removes the listener. */
  onMove(listener: (login: KnownLogin) => void): () => void {
    this.#moves.add(listener);
    return () => void this.#moves.delete(listener);
  }

  /** A login continues under a new id: its followers have to know, as long as the former id leads there. */
  tellMove(login: KnownLogin): void {
    for (const listener of this.#moves) listener(login);
  }

  /** @param listener gets the id of a user who may have been disabled. Must not throw. @returns a function that removes the listener. */
  onRecheck(listener: (userId: AuthFacts['userId']) => void): () => void {
    this.#users.add(listener);
    return () => void this.#users.delete(listener);
  }

  /** A user may have been disabled. */
  recheck(userId: AuthFacts['userId']): void {
    for (const listener of this.#users) listener(userId);
  }

  /** Another process may have logged everybody out. */
  hint(): void {
    for (const look of this.#looks) look();
  }
}

/** Whether a login is among the ended ones. */
export function isAmong(ended: EndedLogins, auth: AuthFacts, lineage: string): boolean {
  if ('lineage' in ended) return ended.lineage === lineage;
  if ('userId' in ended) return ended.userId === auth.userId && ended.exceptLineage !== lineage;
  return auth.epoch === undefined ? (auth.since ?? auth.at) <= ended.madeUntil : auth.epoch < ended.beforeEpoch;
}
