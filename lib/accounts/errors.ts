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

/**
 * Why an account is not administered as it was asked for. `LAST_ADMINISTRATOR`: nobody could administer accounts any more. `ROLE_UNKNOWN`:
 * there is no such role. `ROLE_NOT_GRANTABLE`: the administrator does not have the role, nor is it in `admin.grantable`. `NO_PASSWORD`: the
 * account has none that could be reset. `NO_SECOND_FACTOR`: no kind of second factor is on, so its owner could set none up.
 * `INVITATIONS_OFF`: the feature is. `TOO_MANY_INVITATIONS`: 1,000 are open. `SENT_TOO_OFTEN`: the address has got as many mails as
 * `sending` permits.
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
 * An account is not administered as it was asked for; `reason` says why. Nothing was changed. Becomes a 409.
 *
 * @publicApi
 */
export class AdministrationRefusedError extends SessionError {
  readonly code = 'ADMINISTRATION_REFUSED';

  constructor(readonly reason: AdministrationRefusal) {
    super(refusals[reason]);
  }
}
