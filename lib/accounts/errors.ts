import { SessionError } from '../errors.js';

/**
 * A value of an account or of a credential can never be stored: it is too long, of the wrong type, or contains NUL or a lone surrogate.
 * Becomes a 400 if it came from a request. `path` says which it is; the message does not contain the value.
 *
 * @publicApi
 */
export class AccountValueError extends SessionError {
  readonly code = 'ACCOUNT_VALUE_INVALID';
  override readonly mayBeInput = true;

  constructor(
    /** Which value, such as `account.email`. */
    readonly path: string,
    reason: string,
  ) {
    super(`${path} cannot be stored: ${reason}`);
  }
}

/**
 * The database of the accounts did not answer, or returned an error. Becomes a 503. Look at `cause` and at the database; the client may try
 * again.
 *
 * @publicApi
 */
export class AccountsUnavailableError extends SessionError {
  readonly code = 'ACCOUNTS_UNAVAILABLE';
}

/**
 * So many passwords are being hashed, and so many requests wait for it, that another one is rejected at once. Becomes a 503; the client may
 * try again.
 *
 * @publicApi
 */
export class AccountsBusyError extends SessionError {
  readonly code = 'ACCOUNTS_BUSY';
}

/**
 * A password that can neither be hashed nor checked: it is no string, longer than 4 kB, or contains NUL or a lone surrogate. Becomes a 400.
 *
 * @publicApi
 */
export class PasswordUnusableError extends SessionError {
  readonly code = 'PASSWORD_UNUSABLE';
  override readonly mayBeInput = true;
}

/**
 * An account could not be created, since another one has its address or its username. Becomes a 409. Catch it where that may be so, such as in a seed that
 * runs twice.
 *
 * @publicApi
 */
export class AccountTakenError extends SessionError {
  readonly code = 'ACCOUNT_TAKEN';

  constructor(readonly property: 'email' | 'username' | 'id') {
    super(`There is already an account with this ${property}.`);
  }
}

/**
 * `AccountsService.resetAccess()` without a password, while recovery is off: the owner of the account could not set one, and would stay
 * locked out. Nothing was changed. Pass a password, or turn on `recovery`. Becomes a 409.
 *
 * @publicApi
 */
export class AccountLockedOutError extends SessionError {
  readonly code = 'ACCOUNT_LOCKED_OUT';
}
