import { timerDelay } from '../config/timer.js';
import { SessionStoreUnavailableError } from '../errors.js';
import type { AuthFacts } from '../session/auth-facts.js';
import type { KnownLogin } from '../session/known-login.js';
import type { EndsChannel } from './ends-channel.js';

/** A login that something in this process depends on. */
export interface Held {
  /** Its latest known state; null: nobody is logged in. */
  readonly login: KnownLogin | null;
  /** Called when it was found, perhaps under another id. */
  found(login: KnownLogin): void;
  /** It is over. */
  end(): void;
  /** Whether its user may still use it; omitted: nobody has to be asked. */
  isAdmitted?(): Promise<boolean>;
}

/** Where logins are looked up. */
export interface LoginLookup {
  /** The current states of logins, in their order; null: it has ended. */
  find(logins: readonly KnownLogin[]): Promise<(KnownLogin | null)[]>;
  /** How long a login that is used now can last at most, in ms. */
  remaining(login: KnownLogin): number;
  /** When it ends if it has not been used since that was noted, in ms from now; 0 or less: it has been, nobody knows when. */
  endsIn(login: KnownLogin): number;
  /** Another process may have logged everybody out. */
  everybodyMayHaveEnded(): void;
}

/** How often held logins are looked up where this process does not hear of their ends, in ms. */
const LOOK_EVERY = 15_000;
/** How many are looked up at once. */
const BATCH = 500;
/** How long after a login's end it is looked up: stores may count in another way. In ms. */
const AFTER_END = 100;
/** The steps in which a login is looked for that was used elsewhere, nobody knows when, as parts of its remaining time. */
const STEPS = 20;

/**
 * How this process learns of held logins that end without it: by another process, or by timeouts.
 *
 * Where the store carries announcements, a login is looked up when one concerns it, and when it can have reached its timeout.
 * Announcements are hints: nobody can end anything by sending one. Where they do not arrive, each login is looked up every 15
 * seconds, usually with one read. If a read fails, the login is kept until the next one.
 */
export class EndsElsewhere {
  /** When each is looked up next, in ms since the epoch. */
  readonly #dueAt = new Map<Held, number>();
  /** For the first of them: a timer for each would cost more than the rest of what is held. */
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Infinity;
  #held: ReadonlySet<Held> = new Set();
  /** `again`: something may have ended that this look has passed already. */
  #looking: 'no' | 'yes' | 'again' = 'no';

  /** @param channel null: the store carries no announcements. */
  constructor(
    private readonly lookup: LoginLookup,
    private readonly channel: EndsChannel | null,
    private readonly now: () => number,
    private readonly failed: (error: unknown) => void,
  ) {}

  /**
   * Starts to watch; call the returned function to stop.
   *
   * @param held the live set of all held logins
   */
  watch(held: ReadonlySet<Held>): () => void {
    this.#held = held;
    let isOver = false;
    const lookAt = (concerned: (one: Held) => boolean, isForUser = false): void => {
      void this.#lookAtAll(held, concerned, () => isOver, isForUser);
    };
    const timer = setInterval(() => {
      lookAt(this.channel?.isHeard() === true ? (one) => this.#isDue(one) : anyOne);
    }, LOOK_EVERY);
    timer.unref();
    const stopListening = this.channel?.listen({
      lineage: (lineage) => {
        lookAt(({ login }) => login?.lineage === lineage);
      },
      user: (id) => {
        lookAt(isOf(id), true);
      },
      everybody: () => {
        this.lookup.everybodyMayHaveEnded();
      },
      anybody: () => {
        this.lookup.everybodyMayHaveEnded();
        lookAt(anyOne);
      },
    });
    return () => {
      isOver = true;
      clearInterval(timer);
      stopListening?.();
      for (const one of held) this.forget(one);
    };
  }

  /** Looks up the logins of a user who may have been disabled. Never rejects. */
  async lookAtUser(userId: AuthFacts['userId']): Promise<void> {
    await this.#lookAtAll(this.#held, isOf(userId), () => false, true);
  }

  /** Looks up a login that has just been added, since it may have ended after it was read. Never rejects. */
  async look(held: Held): Promise<void> {
    await this.#lookAt([held]);
  }

  /** It is no longer held. */
  forget(held: Held): void {
    this.#dueAt.delete(held);
    if (this.#dueAt.size === 0) this.#setTimer(Infinity);
  }

  /** If the store does not answer, the rest is left for the next time. */
  async #lookAtAll(
    held: ReadonlySet<Held>,
    concerned: (one: Held) => boolean,
    isOver: () => boolean,
    isForUser = false,
  ): Promise<void> {
    const isWhole = concerned === anyOne;
    if (isWhole && this.#looking !== 'no') {
      this.#looking = 'again';
      return;
    }
    if (isWhole) this.#looking = 'yes';
    const all = [...held].filter(concerned);
    for (let first = 0; first < all.length && !isOver(); first += BATCH) {
      const batch = all.slice(first, first + BATCH).filter((one) => held.has(one));
      if ((await this.#lookAt(batch, isForUser)) === 'store away') break;
    }
    if (!isWhole) return;
    const isWanted = this.#looking === 'again' && !isOver();
    this.#looking = 'no';
    if (isWanted) await this.#lookAtAll(held, anyOne, isOver);
  }

  async #lookAt(some: readonly Held[], isForUser = false): Promise<'looked' | 'store away'> {
    const known = some.flatMap((held) => (held.login === null ? [] : [{ held, login: held.login }]));
    if (known.length === 0) return 'looked';
    try {
      const found = await this.lookup.find(known.map(({ login }) => login));
      await Promise.all(known.map(({ held, login }, at) => this.#learn(held, login, found[at] ?? null, isForUser)));
      return 'looked';
    } catch (error) {
      const isAway = error instanceof SessionStoreUnavailableError;
      if (isAway || known.length === 1) {
        this.failed(error);
        return isAway ? 'store away' : 'looked';
      }
      // One by one: what fails with one of them must not keep the others from ending.
      const looks = await Promise.all(known.map(({ held }) => this.#lookAt([held], isForUser)));
      return looks.includes('store away') ? 'store away' : 'looked';
    }
  }

  async #learn(held: Held, login: KnownLogin, found: KnownLogin | null, isForUser: boolean): Promise<void> {
    // The request itself may have started another one in the meantime.
    if (held.login?.lineage !== login.lineage) return;
    // Or moved: what was found where it was before says nothing.
    const { id } = held.login.stored;
    if (id !== login.stored.id && id !== found?.stored.id) {
      await this.#lookAt([held], isForUser);
      return;
    }
    if (found === null || (isForUser && (await held.isAdmitted?.()) === false)) held.end();
    else {
      held.found(found);
      if (this.#held.has(held)) this.#plan(held, found);
    }
  }

  #isDue(held: Held): boolean {
    return (this.#dueAt.get(held) ?? 0) <= this.now();
  }

  /** Plans the next look: when the login ends if it is not used; in steps if it was used at an unknown time. */
  #plan(held: Held, login: KnownLogin): void {
    const former = this.#dueAt.get(held);
    const now = this.now();
    const [remaining, endsIn] = [this.lookup.remaining(login), this.lookup.endsIn(login)];
    const step = Math.max(LOOK_EVERY, remaining / STEPS);
    const wait = Math.max(0, Math.min(remaining, endsIn > 0 ? endsIn : step));
    const isEarly = former !== undefined && former > now && endsIn <= 0;
    const dueAt = isEarly ? former : now + wait;
    this.#dueAt.set(held, dueAt);
    if (dueAt < this.#timerAt) this.#setTimer(dueAt);
  }

  #setTimer(at: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = at;
    if (at === Infinity) return;
    const wait = timerDelay(Math.max(0, at - this.now()) + AFTER_END);
    this.#timer = setTimeout(() => {
      this.#lookAtDue();
    }, wait).unref();
  }

  #lookAtDue(): void {
    const now = this.now();
    const due: Held[] = [];
    let next = Infinity;
    for (const [held, dueAt] of this.#dueAt) {
      if (dueAt <= now) due.push(held);
      else next = Math.min(next, dueAt);
    }
    void this.#lookAt(due);
    this.#setTimer(next);
  }
}

const anyOne = (): boolean => true;

const isOf =
  (userId: AuthFacts['userId']) =>
  ({ login }: Held): boolean =>
    login?.auth.userId === userId;
