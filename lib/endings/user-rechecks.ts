import type { Held } from './ends-elsewhere.js';

/** How many users are looked up in parallel. */
const BATCH = 64;

/** Asks at an interval whether the users of held logins are still there and active, and ends those of the others. */
export class UserRechecks {
  /** How often, in ms; null: never. Set before the first login is held. */
  interval: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isRunning = false;

  /** @param held the live set of all held logins */
  constructor(
    private readonly held: ReadonlySet<Held>,
    private readonly report: (error: unknown) => void,
  ) {}

  start(): void {
    if (this.interval === null) return;
    this.#timer ??= setInterval(() => void this.#run(), this.interval).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      const all = [...this.held];
      for (let first = 0; first < all.length; first += BATCH) {
        await Promise.all(all.slice(first, first + BATCH).map((one) => this.#ask(one)));
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** If the user cannot be loaded now, the login is kept until the next time. */
  async #ask(one: Held): Promise<void> {
    try {
      if (this.held.has(one) && (await one.isAdmitted?.()) === false) one.end();
    } catch (error) {
      this.report(error);
    }
  }
}
