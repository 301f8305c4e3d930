import type { ConfigProblem } from '../errors.js';

/** The result of a room's check of its settings: errors, and settings that work but deserve attention. */
export interface RoomCheck {
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}
