/** What a store gets besides its options: a log and a clock. */

import { wholeClock } from '../config/clock.js';

/**
 * Where a store logs messages for operators. Nest's `Logger` fits.
 *
 * @publicApi
 */
export interface StoreLog {
  /** Worth looking at when there is time, e.g. that live sessions are being evicted. */
  warn(message: string): void;
  /** Keeps sessions from working now, e.g. that the server cannot be reached. */
  error(message: string): void;
}

/** @publicApi */
export interface StoreContext {
  readonly log: StoreLog;
  /** The time in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** The clock of a store, in whole ms. */
export function clockOf({ now }: StoreContext): () => number {
  return now === undefined ? Date.now : wholeClock(now);
}

/** For a store that an application creates itself, without a context: messages become process warnings. */
export const standaloneContext: StoreContext = {
  log: {
    warn(message) {
      process.emitWarning(message, 'SessionStoreWarning');
    },
    error(message) {
      process.emitWarning(message, 'SessionStoreWarning');
    },
  },
};
