import { within } from '../config/within.js';
import { SessionStoreUnavailableError } from '../errors.js';

/** Longer than any reply that still arrives may take. */
const longestTurnMs = 10_000;

/**
 * Runs tasks for the same key one after the other, in the order of the calls. Different keys do not wait for each other.
 *
 * A task that never settles, because a store lost the request, is abandoned after a time limit: otherwise it would block its
 * key for ever.
 */
export class KeyQueue {
  private readonly last = new Map<string, Promise<unknown>>();

  /** @param limitMs how long a task may take, in milliseconds */
  constructor(private readonly limitMs = longestTurnMs) {}

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const limited = (): Promise<T> => this.limited(work);
    // The previous task's caller has received its result or error.
    const turn = (this.last.get(key) ?? Promise.resolve()).then(limited, limited);
    this.last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.last.get(key) === turn) this.last.delete(key);
    }
  }

  private limited<T>(work: () => Promise<T>): Promise<T> {
    const late = (): Error =>
      new SessionStoreUnavailableError(`The session store did not answer within ${String(this.limitMs)} ms.`);
    return within(this.limitMs, work, late, { unref: true });
  }
}
