import type { PreviousToken, RememberRow } from './remember-store.js';
import { isHashOf, type RememberToken } from './remember-token.js';

/** What is known of the tokens of a family. */
type KnownTokens = Pick<RememberRow, 'validator' | 'rotatedAt' | 'isShown'> & {
  readonly previous: Pick<PreviousToken, 'validator'> | null;
};

/** The standing of a token that a client sends. */
export type Standing =
  /** It is the valid one. */
  | 'good'
  /** It has just been used, as happens with parallel requests: it leads to its successor. */
  | 'before'
  /** It was used long ago, but its successor never was: that response got lost, and the token is accepted once more. */
  | 'lost'
  /** It is older: there is a copy, and either the former or the present holder has stolen it. There is no way to tell which. */
  | 'stolen';

/** @param grace ms */
export function standingOf(token: RememberToken, row: KnownTokens, now: number, grace: number): Standing {
  if (isHashOf(row.validator, token.validator)) return 'good';
  if (row.previous === null || !isHashOf(row.previous.validator, token.validator)) return 'stolen';
  if (now - row.rotatedAt < grace) return 'before';
  return row.isShown ? 'stolen' : 'lost';
}
