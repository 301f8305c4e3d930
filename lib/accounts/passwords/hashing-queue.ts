import { AccountsBusyError } from '../errors.js';

/**
 * Lets a number of hashes be computed at a time, and a number of callers wait. Each hash takes memory and a processor: without a limit, a
 * burst of logins would exhaust the machine, and with an endless queue, everybody would wait for answers that nobody reads any more.
 */
export class HashingQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly parallel: number,
    private readonly mostWaiting: number,
  ) {}

  /** @throws AccountsBusyError if too many are waiting */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.parallel) {
      if (this.#waiting.length >= this.mostWaiting) {
        throw new AccountsBusyError(
          `${String(this.parallel)} passwords are being hashed, and ${String(this.mostWaiting)} requests wait for it. If this is no attack, ` +
            'raise hashing.parallel (SECURITY_HASHING_PARALLEL), up to the number of processors.',
        );
      }
      // The one that ends hands over its place, so that no newcomer takes it first.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
