import type { UserId } from '../users/user.js';

/**
 * What is kept of a remembered login: a family of tokens, of which one at a time is good. Times in ms since the epoch.
 *
 * A store takes it as it is, as JSON for instance, and gives it back so: a later version may have more in it.
 *
 * @publicApi
 */
export interface RememberRow {
  readonly userId: UserId;
  /** SHA-256 of the good token's validator, base64url: a stolen store gives no token. */
  readonly validator: string;
  /** The token before, which leads to its successor for a grace time; null: there was none. */
  readonly previous: PreviousToken | null;
  /** When the good token was made. */
  readonly rotatedAt: number;
  /** Whether the client has shown that it has the good token, so that the one before has no business any more. */
  readonly isShown: boolean;
  /** When the login was. */
  readonly createdAt: number;
  /** How often everybody had been logged out before the login; left out: not known, and its time decides. */
  readonly epoch?: number;
  readonly expiresAt: number;
  /** How long it is remembered, in ms, counted from a use where use extends it. */
  readonly duration: number;
  /** Timeouts that the login brought; left out: those of the module. */
  readonly idleTimeout?: number | null;
  readonly absoluteTimeout?: number | null;
  /** The user was let in although inactive. */
  readonly forced?: true;
}

/** A token that has had its turn. @publicApi */
export interface PreviousToken {
  /** SHA-256 of its validator, base64url. */
  readonly validator: string;
  /** Its successor and the session that came with it, under a key that only its validator gives; base64url. */
  readonly successor: string;
}

/** A row as it was read, and what a store needs to recognise it. @publicApi */
export interface StoredRememberRow {
  readonly row: RememberRow;
  /** Opaque: only the store that made it reads it. */
  readonly version: unknown;
}

/**
 * Keeps remembered logins. By default they are in the session store; an application that wants them elsewhere, in a table of
 * its own for instance, hands in another one as the option `remember.store`.
 *
 * The law:
 *
 * - A row is there until its `expiresAt`, for every method. What has expired is absent.
 * - Every method is atomic: of several calls at once that replace or end what was read, one succeeds.
 * - An error means that the store is not able to answer. It becomes a 503, and so does an answer that takes longer than
 *   `storeTimeout`.
 *
 * @publicApi
 */
export abstract class RememberStore {
  /**
   * Keeps a new row. False: all of the user's were ended while it was being written, and it is not kept.
   *
   * @param family at most 64 characters of `A-Z a-z 0-9 - _`. It names the login, and is of no use without a validator.
   */
  abstract create(family: string, row: RememberRow): Promise<boolean>;

  /** The row; null: there is none (any more). */
  abstract read(family: string): Promise<StoredRememberRow | null>;

  /**
   * Puts `row` in the place of what was read.
   *
   * @returns `replaced`; `gone`: it has ended meanwhile, and stays so; otherwise the row that is there now, unchanged.
   */
  abstract replace(
    family: string,
    row: RememberRow,
    version: unknown,
  ): Promise<'replaced' | 'gone' | StoredRememberRow>;

  /** Ends a family, and gives the row that it had last; null: there was none. */
  abstract end(family: string): Promise<RememberRow | null>;

  /** Ends all of a user's families but `exceptFamily`, and says how many there were. The users `7` and `'7'` are two. */
  abstract endAll(userId: UserId, exceptFamily?: string): Promise<number>;

  /**
   * Whether a user has any. Left out, nobody is told that an id was handed in as a text which is a number at the login, or the
   * reverse, where all that the user has is remembered.
   */
  has?(userId: UserId): Promise<boolean>;
}

const methods = ['create', 'read', 'replace', 'end', 'endAll'];

export function isRememberStore(value: unknown): value is RememberStore {
  if (typeof value !== 'object' || value === null) return false;
  return methods.every((method) => typeof Reflect.get(value, method) === 'function');
}
