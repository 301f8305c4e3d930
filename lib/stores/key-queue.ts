import { timerDelay } from '../config/timer.js';
import { SessionStoreUnavailableError } from '../errors.js';

/** Longer than any answer takes that still comes. */
const longestTurnMs = 10_000;

/**
 * Lets work on one key take place one after the other, in the order in which it was asked for. Keys do not wait for each other.
 *
 * Work that never ends, of a store that has lost a question, is given up: otherwise nothing could be done to its key any more.
 */
export class KeyQueue {
  private readonly last = new Map<string, Promise<unknown>>();

  /** @param limitMs how long a piece of work may take */
  constructor(private readonly limitMs = longestTurnMs) {}

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const limited = (): Promise<T> => this.limited(work);
    // What went before has been answered to whoever asked for it, also where it failed.
    const turn = (this.last.get(key) ?? Promise.resolve()).then(limited, limited);
    this.last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.last.get(key) === turn) this.last.delete(key);
    }
  }

  private async limited<T>(work: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new SessionStoreUnavailableError(`The session store did not answer within ${String(this.limitMs)} ms.`));
      }, timerDelay(this.limitMs)).unref();
    });
    try {
      return await Promise.race([work(), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
