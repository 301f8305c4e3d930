/** What a store is given besides its options: where to say things, and what time it is. */

import { wholeClock } from '../config/clock.js';

/**
 * Where a store says what an operator should know. Nest's `Logger` fits.
 *
 * @publicApi
 */
export interface StoreLog {
  /** Something to look at when there is time, e.g. that live sessions are being evicted. */
  warn(message: string): void;
  /** Something that keeps sessions from working now, e.g. that the server cannot be reached. */
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

/** For a store that an application makes itself, without a context: what it has to say becomes a process warning. */
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
