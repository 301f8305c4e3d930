import { isAmong, type EndedLogins, type EndedLoginsBoard } from '../session/ended-logins.js';
import type { KnownLogin } from '../session/known-login.js';
import { lineageOf } from '../session/lineage.js';
import type { SessionState } from '../session/session-state.js';
import type { EndsElsewhere, Held } from './ends-elsewhere.js';

/**
 * The logins that running responses depend on: each callback is called when its login ends, at once if this process ended it,
 * otherwise as soon as that is known. While none is held, nothing is watched.
 */
export class HeldLogins {
  readonly #held = new Set<HeldLogin>();
  #stop: (() => void) | null = null;
  #isClosed = false;

  constructor(
    private readonly board: EndedLoginsBoard,
    private readonly elsewhere: EndsElsewhere,
    private readonly report: (error: unknown) => void,
  ) {}

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
    if (this.#isClosed) return () => undefined;
    const held = new HeldLogin(state, () => {
      if (!this.#held.has(held)) return;
      letGo();
      try {
        over();
      } catch (error) {
        this.report(error);
      }
    });
    const letGo = (): void => {
      this.#held.delete(held);
      if (this.#held.size === 0) this.#stopListening();
    };
    this.#held.add(held);
    this.#stop ??= this.#listen();
    // It may have ended since the session was read, before this listener was added.
    void this.elsewhere.look(held);
    return letGo;
  }

  /** The application shuts down: stops checking. */
  close(): void {
    this.#isClosed = true;
    this.#held.clear();
    this.#stopListening();
  }

  #listen(): () => void {
    const deafen = this.board.listen((ended) => {
      for (const held of [...this.#held]) if (held.isAmong(ended)) held.end();
    });
    const stopWatching = this.elsewhere.watch(this.#held);
    return () => {
      deafen();
      stopWatching();
    };
  }

  #stopListening(): void {
    this.#stop?.();
    this.#stop = null;
  }
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

  isAmong(ended: EndedLogins): boolean {
    const { login } = this;
    return login !== null && isAmong(ended, login.auth, login.lineage);
  }
}
