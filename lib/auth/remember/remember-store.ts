import type { UserId } from '../../session/auth-facts.js';

/**
 * The stored form of a remembered login: a family of tokens, only one of which is valid at a time. Times in ms since the epoch.
 *
 * A store must return it as it was, including unknown properties, which later versions may add; JSON will do.
 *
 * @publicApi
 */
export interface RememberRow {
  readonly userId: UserId;
  /** SHA-256 of the valid token's validator, base64url: a stolen store reveals no token. */
  readonly validator: string;
  /** The previous token, which leads to its successor for a grace period; null: there was none. */
  readonly previous: PreviousToken | null;
  /** When the valid token was created. */
  readonly rotatedAt: number;
  /** Whether the client has proved to have the valid token, so that the previous one is not accepted any more. */
  readonly isShown: boolean;
  /** When the user logged in. */
  readonly createdAt: number;
  /** How often everybody had been logged out before the login; absent: unknown, and its time decides. */
  readonly epoch?: number;
  readonly expiresAt: number;
  /** How long it is remembered, in ms, counted from its last use if use extends it. */
  readonly duration: number;
  /** Timeouts of the login; absent: those of the module. */
  readonly idleTimeout?: number | null;
  readonly absoluteTimeout?: number | null;
  /** The user was let in although inactive. */
  readonly forced?: true;
  /** What features keep with the login, such as the epoch of an account, by names of their own; absent: nothing. */
  readonly extras?: Readonly<Record<string, string | number | boolean>>;
}

/** A token that has been used. @publicApi */
export interface PreviousToken {
  /** SHA-256 of its validator, base64url. */
  readonly validator: string;
  /** Its successor and the session that came with it, sealed with a key derived from its validator; base64url. */
  readonly successor: string;
}

/** A row as it was read, and what a store needs to recognise it. @publicApi */
export interface StoredRememberRow {
  readonly row: RememberRow;
  /** Opaque: only the store that made it reads it. */
  readonly version: unknown;
}

/**
 * Stores remembered logins. By default they are in the session store; to keep them elsewhere, such as in a table of your own,
 * pass your store as the option `remember.store`.
 *
 * The contract:
 *
 * - A row exists until its `expiresAt`, for every method. An expired row is absent.
 * - Every method is atomic: of several concurrent calls that replace or end the same row, one succeeds.
 * - An error means that the store cannot answer. It becomes a 503, and so does a call that takes longer than `storeTimeout`.
 *
 * @publicApi
 */
export abstract class RememberStore {
  /**
   * Stores a new row. False: all of the user's rows were ended in the meantime, and it is not stored.
   *
   * @param family at most 64 characters of `A-Z a-z 0-9 - _`. It identifies the login, and is useless without a validator.
   */
  abstract create(family: string, row: RememberRow): Promise<boolean>;

  /** The row; null: there is none. */
  abstract read(family: string): Promise<StoredRememberRow | null>;

  /**
   * Replaces the row that was read with `row`.
   *
   * @returns `replaced`; `gone`: it has ended in the meantime, and stays ended; otherwise the current row, unchanged.
   */
  abstract replace(
    family: string,
    row: RememberRow,
    version: unknown,
  ): Promise<'replaced' | 'gone' | StoredRememberRow>;

  /** Ends a family and returns its last row; null: there was none. */
  abstract end(family: string): Promise<RememberRow | null>;

  /**
   * Ends all of a user's families except `exceptFamily`, and returns how many there were. The users `7` and `'7'` are
   * different.
   */
  abstract endAll(userId: UserId, exceptFamily?: string): Promise<number>;

  /**
   * Whether a user has any. Without this method, an id of the wrong type (a string that is a number at the login, or the
   * reverse) is not detected if the user has nothing but remembered logins.
   */
  has?(userId: UserId): Promise<boolean>;
}

const methods = ['create', 'read', 'replace', 'end', 'endAll'];

export function isRememberStore(value: unknown): value is RememberStore {
  if (typeof value !== 'object' || value === null) return false;
  return methods.every((method) => typeof Reflect.get(value, method) === 'function');
}
