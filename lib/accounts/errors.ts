import { SessionError } from '../errors.js';

/**
 * A value of an account or a credential is invalid: too long, of the wrong type, or containing NUL or a lone surrogate. Becomes a 400 if it
 * came from a request. `path` names it; the message does not contain the value.
 *
 * @publicApi
 */
export class AccountValueError extends SessionError {
  readonly code = 'ACCOUNT_VALUE_INVALID';
  override readonly mayBeInput = true;

  constructor(
    /** The value, such as `account.email`. */
    readonly path: string,
    reason: string,
  ) {
    super(`${path} cannot be stored: ${reason}`);
  }
}

/**
 * The database of the accounts did not respond, or returned an error. Becomes a 503. Check `cause` and the database; the client can retry.
 *
 * @publicApi
 */
export class AccountsUnavailableError extends SessionError {
  readonly code = 'ACCOUNTS_UNAVAILABLE';
}

/**
 * Too many requests wait for the hashing of a password (`passwords.hashing.waiting`). Becomes a 503; the client can retry.
 *
 * @publicApi
 */
export class AccountsBusyError extends SessionError {
  readonly code = 'ACCOUNTS_BUSY';
}

/**
 * A password that can be neither hashed nor checked: it is not a string, is longer than 4 kB, or contains NUL or a lone surrogate. Becomes
 * a 400.
 *
 * @publicApi
 */
export class PasswordUnusableError extends SessionError {
  readonly code = 'PASSWORD_UNUSABLE';
  override readonly mayBeInput = true;
}

/**
 * An account could not be created, since another one has its address, username or id. Becomes a 409. Catch it where that can happen, for
 * example in a seed that runs twice.
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
 * `AccountsService.resetAccess()` was called without a password while recovery is off: the owner of the account could not set one, and
 * would stay locked out. Nothing was changed. Pass a password, or turn on `recovery`. Becomes a 409.
 *
 * @publicApi
 */
export class AccountLockedOutError extends SessionError {
  readonly code = 'ACCOUNT_LOCKED_OUT';
}

/**
 * Why an operation of an administrator was rejected. `LAST_ADMINISTRATOR`: there would be no administrator left. `ROLE_UNKNOWN`: the role
 * does not exist. `ROLE_NOT_GRANTABLE`: the administrator does not have the role, and it is not in `admin.grantable`. `NO_PASSWORD`: the
 * account has no password to reset. `NO_SECOND_FACTOR`: no second factor is enabled, so the owner could not set one up. `INVITATIONS_OFF`:
 * invitations are off. `TOO_MANY_INVITATIONS`: 1,000 are open. `SENT_TOO_OFTEN`: the address has received as many invitations as `sending`
 * permits.
 *
 * @publicApi
 */
export type AdministrationRefusal =
  | 'LAST_ADMINISTRATOR'
  | 'ROLE_UNKNOWN'
  | 'ROLE_NOT_GRANTABLE'
  | 'NO_PASSWORD'
  | 'NO_SECOND_FACTOR'
  | 'INVITATIONS_OFF'
  | 'TOO_MANY_INVITATIONS'
  | 'SENT_TOO_OFTEN';

const refusals: Readonly<Record<AdministrationRefusal, string>> = {
  LAST_ADMINISTRATOR: 'This is the last administrator. Give the role to another account first.',
  ROLE_UNKNOWN:
    'This role does not exist. Correct the name, or add it to admin.roles, or to the option roles of SessionModule.',
  ROLE_NOT_GRANTABLE: 'Administrators can grant and revoke only roles that they have. Add others to admin.grantable.',
  NO_PASSWORD: 'The account has no password to reset. Use resetAccess().',
  INVITATIONS_OFF: 'Invitations are off. Turn on `invitations`.',
  TOO_MANY_INVITATIONS: 'There are 1,000 open invitations, the maximum. Withdraw some, or wait until they expire.',
  SENT_TOO_OFTEN: 'This address has received as many invitations as `sending` permits. Try again later.',
  NO_SECOND_FACTOR: 'No second factor is enabled, so the owner could not set one up. Turn on one, such as totp.',
};

/**
 * An operation of an administrator was rejected; `reason` says why. Nothing was changed. Becomes a 409.
 *
 * @publicApi
 */
export class AdministrationRefusedError extends SessionError {
  readonly code = 'ADMINISTRATION_REFUSED';

  constructor(readonly reason: AdministrationRefusal) {
    super(refusals[reason]);
  }
}
