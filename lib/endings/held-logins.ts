import type { UserId } from '../session/auth-facts.js';
import { isAmong, type EndedLogins, type EndedLoginsBoard } from '../session/ended-logins.js';
import type { KnownLogin } from '../session/known-login.js';
import { lineageOf } from '../session/lineage.js';
import type { SessionState } from '../session/session-state.js';
import type { EndsElsewhere, Held } from './ends-elsewhere.js';
import { UserRechecks } from './user-rechecks.js';

/**
 * The logins that running responses and open sockets depend on: each is told when its login ends, at once if this process ended
 * it, otherwise as soon as that is known. While none is held, nothing is watched.
 */
export class HeldLogins {
  readonly #held = new Set<Held>();
  readonly #rechecks: UserRechecks;
  #stop: (() => void) | null = null;
  #isClosed = false;

  constructor(
    private readonly board: EndedLoginsBoard,
    private readonly elsewhere: EndsElsewhere,
    private readonly report: (error: unknown) => void,
  ) {
    this.#rechecks = new UserRechecks(this.#held, report);
  }

  /** How often users are looked up whom a login must not outlast, in ms; null: never. Set it before the first login is held. */
  set recheckInterval(interval: number | null) {
    this.#rechecks.interval = interval;
  }

  /** How many are held. */
  get size(): number {
    return this.#held.size;
  }

  /**
   * Holds the login of a request's session.
   *
   * @param over called once, when that login has ended; not if the request itself has replaced it.
   * @returns a function that releases it.
   */
  hold(state: SessionState, over: () => void): () => void {
    const held = new HeldLogin(state, () => {
      if (!this.#held.has(held)) return;
      this.remove(held);
      try {
        over();
      } catch (error) {
        this.report(error);
      }
    });
    this.add(held);
    return () => {
      this.remove(held);
    };
  }

  /**
   * Holds a login until {@link remove}.
   *
   * @param held its `end` is called when the login has ended, possibly more than once. It must not throw.
   */
  add(held: Held): void {
    if (this.#isClosed) return;
    this.#held.add(held);
    this.#stop ??= this.#listen();
    if (held.isAdmitted !== undefined) this.#rechecks.start();
    // It may have ended since the session was read, before this listener was added.
    void this.elsewhere.look(held);
  }

  /** It is no longer held. */
  remove(held: Held): void {
    this.#held.delete(held);
    this.elsewhere.forget(held);
    if (this.#held.size === 0) this.#stopListening();
  }

  /** A user may have been disabled: looks here, and tells the other processes. Never rejects. */
  async recheck(userId: UserId): Promise<void> {
    this.board.recheck(userId);
    await this.elsewhere.lookAtUser(userId);
  }

  /** The application shuts down: stops checking. */
  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#held.clear();
  }

  #listen(): () => void {
    const deafen = this.board.listen((ended) => {
      for (const held of [...this.#held]) if (isOver(held, ended)) held.end();
    });
    const stopFollowing = this.board.onMove((moved) => {
      for (const held of this.#held) if (held.login?.lineage === moved.lineage) held.found(moved);
    });
    const stopWatching = this.elsewhere.watch(this.#held);
    return () => {
      deafen();
      stopFollowing();
      stopWatching();
    };
  }

  #stopListening(): void {
    this.#rechecks.stop();
    this.#stop?.();
    this.#stop = null;
  }
}

function isOver({ login }: Held, ended: EndedLogins): boolean {
  return login !== null && isAmong(ended, login.auth, login.lineage);
}

class HeldLogin implements Held {
  #login: KnownLogin | null = null;
  /** The id of the request's own session at the last check. */
  #ownId: string | null = null;

  constructor(
    private readonly state: SessionState,
    readonly end: () => void,
  ) {}

  /** The request's own changes take precedence; if it has ended the login, the one that was there. */
  get login(): KnownLogin | null {
    const { auth, stored } = this.state;
    const lineage = lineageOf(this.state);
    if (auth !== null && stored !== null && lineage !== null && stored.id !== this.#ownId) {
      this.#ownId = stored.id;
      this.#login = { lineage, auth, stored };
    }
    return this.#login;
  }

  found(login: KnownLogin): void {
    this.#login = login;
  }
}
