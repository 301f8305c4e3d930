import { Injectable, Logger } from '@nestjs/common';
import { loggable } from '../../config/loggable.js';

/** How often the log says that work is left out, in ms. */
const saysEvery = 60_000;

/**
 * Work that no answer waits for: whatever depends on whether there is an account, so that the time of an answer does not tell. It runs
 * one after the other, in order; what is left at shutdown is finished first.
 */
@Injectable()
export class AfterAnswer {
  readonly #logger = new Logger('AccountsModule');
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #saidAt = -Infinity;

  /** How much work may wait. */
  static readonly most = 10_000;

  /** False: too much work waits, so this will not be done, which is logged. */
  run(work: () => Promise<void>): boolean {
    if (this.#waiting >= AfterAnswer.most) {
      this.#sayTooMuch();
      return false;
    }
    this.#waiting++;
    this.#last = this.#last
      .then(() => new Promise<void>(setImmediate))
      .then(work)
      .catch((error: unknown) => {
        this.#logger.error(loggable(error));
      })
      .finally(() => {
        this.#waiting--;
      });
    return true;
  }

  /** Not for each request: there are many. */
  #sayTooMuch(): void {
    const now = performance.now();
    if (now - this.#saidAt < saysEvery) return;
    this.#saidAt = now;
    this.#logger.error(
      `Emails and other work after responses are skipped at the moment, since ${String(AfterAnswer.most)} tasks wait. The database of the ` +
        'accounts, or mail.queue, is too slow.',
    );
  }

  /** Waits until all work so far is done, for at most `ms` milliseconds. @returns how much is left */
  async settled(ms: number): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const timeIsUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#last, timeIsUp]);
    clearTimeout(timer);
    return this.#waiting;
  }
}
