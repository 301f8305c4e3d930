import { SessionStoreUnavailableError } from '../errors.js';
import type { KnownLogin } from '../session/known-login.js';

/** A login that something in this process depends on. */
export interface Held {
  /** Its latest known state; null: nobody is logged in. */
  readonly login: KnownLogin | null;
  /** Called when it was found, perhaps under another id. */
  found(login: KnownLogin): void;
  /** It is over. */
  end(): void;
}

/** How this process learns of logins that end without it: by another process, or by timeouts. */
export interface EndsElsewhere {
  /**
   * Starts to watch; call the returned function to stop.
   *
   * @param held the live set of all held logins
   */
  watch(held: ReadonlySet<Held>): () => void;
  /** Checks a login that has just been added, since it may have ended after it was read. Never rejects. */
  look(held: Held): Promise<void>;
}

/** Finds a login's current state; null: it has ended. */
export type FindLogin = (login: KnownLogin) => Promise<KnownLogin | null>;

/** How often held logins are checked, in ms. */
const LOOK_EVERY = 15_000;
/** How many are checked in parallel. */
const BATCH = 64;

/** Checks each held login every 15 seconds, usually with one read. If a read fails, the login is kept until the next check. */
export class LookedForEnds implements EndsElsewhere {
  #isLooking = false;

  constructor(
    private readonly find: FindLogin,
    private readonly failed: (error: unknown) => void,
  ) {}

  watch(held: ReadonlySet<Held>): () => void {
    let isOver = false;
    const timer = setInterval(() => void this.#lookAtAll(held, () => isOver), LOOK_EVERY);
    timer.unref();
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }

  async look(held: Held): Promise<void> {
    await this.#lookAt(held);
  }

  /** If the store does not answer, the rest is skipped until the next check. */
  async #lookAtAll(held: ReadonlySet<Held>, isOver: () => boolean): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const all = [...held];
    for (let first = 0; first < all.length && !isOver(); first += BATCH) {
      const batch = all.slice(first, first + BATCH).filter((one) => held.has(one));
      const areThere = await Promise.all(batch.map((one) => this.#lookAt(one)));
      if (areThere.includes('store away')) break;
    }
    this.#isLooking = false;
  }

  async #lookAt(held: Held): Promise<'looked' | 'store away'> {
    const { login } = held;
    if (login === null) return 'looked';
    try {
      const found = await this.find(login);
      // The request itself may have started another one in the meantime.
      if (held.login?.lineage !== login.lineage) return 'looked';
      if (found === null) held.end();
      else held.found(found);
      return 'looked';
    } catch (error) {
      this.failed(error);
      return error instanceof SessionStoreUnavailableError ? 'store away' : 'looked';
    }
  }
}
