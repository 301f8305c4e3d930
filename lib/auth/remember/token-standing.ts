import type { RememberRow } from './remember-store.js';
import { isHashOf, type RememberToken } from './remember-token.js';

/** What a token that a client shows is worth. */
export type Standing =
  /** It is the one that is good. */
  | 'good'
  /** It has had its turn just now, as happens to parallel requests: it leads to its successor. */
  | 'before'
  /**
   * It has had its turn long ago, and nobody ever showed its successor: the answer that brought it got lost, and the token is
   * honoured once more.
   */
  | 'lost'
  /** It is older: there is a copy, and the former or the present holder has stolen it. Nobody can say which. */
  | 'stolen';

/** @param grace ms */
export function standingOf(token: RememberToken, row: RememberRow, now: number, grace: number): Standing {
  if (isHashOf(row.validator, token.validator)) return 'good';
  if (row.previous === null || !isHashOf(row.previous.validator, token.validator)) return 'stolen';
  if (now - row.rotatedAt < grace) return 'before';
  return row.isShown ? 'stolen' : 'lost';
}
