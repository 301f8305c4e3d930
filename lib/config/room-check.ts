import type { ConfigProblem } from '../errors.js';

/** What a room finds in its settings once they are read: what cannot work, and what works but should be known. */
export interface RoomCheck {
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}
