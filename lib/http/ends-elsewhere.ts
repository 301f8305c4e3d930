import { SessionStoreUnavailableError } from '../errors.js';
import type { KnownLogin } from '../session/known-login.js';

/** A login that something in this process holds on to. */
export interface Held {
  /** As it is known now; null: nobody is logged in there. */
  readonly login: KnownLogin | null;
  /** It was found here, perhaps under another id. */
  found(login: KnownLogin): void;
  /** It is over. */
  end(): void;
}

/** How this process comes to know of logins that end without it: by another process, or by their timeouts. */
export interface EndsElsewhere {
  /**
   * Begins to watch; ended by what it returns.
   *
   * @param held all that is held, whatever comes and goes meanwhile
   */
  watch(held: ReadonlySet<Held>): () => void;
  /** Something is held from now on: what has become of it since it was read is not known. Never rejects. */
  look(held: Held): Promise<void>;
}

/** Finds a login as it is now; null: it is over. */
export type FindLogin = (login: KnownLogin) => Promise<KnownLogin | null>;

/** How often what is held is looked for, in ms. */
const LOOK_EVERY = 15_000;
/** How many are looked for at a time. */
const BATCH = 64;

/** Looks for each login that is held every 15 seconds: one read each, as a rule. What cannot be read goes on until the next look. */
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

  /** A store that does not answer is not asked for the rest, nor again before that is over. */
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
      // The request itself may have begun another one meanwhile.
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
