/**
 * Every error of the package. Each class has a stable `code`; {@link SessionErrorCode} is the union of them, so that a
 * `switch` over the codes is checked. A message says what to do, and never holds a secret, a session id or a cookie value.
 */

/**
 * The stable codes of all errors, as keys. A feature adds its own by declaration merging, and a subclass of {@link SessionError}
 * for each.
 *
 * @publicApi
 */
export interface SessionErrorCodes {
  SESSION_CONFIG_INVALID: true;
  SESSION_PEER_MISSING: true;
  SESSION_STORE_UNAVAILABLE: true;
  SESSION_CONTENDED: true;
  SESSION_GONE: true;
  SESSION_VALUE_UNSUPPORTED: true;
  SESSION_TOO_LARGE: true;
  SESSION_KEY_RESERVED: true;
  SESSION_READONLY: true;
  SESSION_HEADERS_SENT: true;
  SESSION_NEEDS_HTTP: true;
  SESSION_UNREACHABLE: true;
  SESSION_USER_INVALID: true;
  SESSION_LOGIN_REFUSED: true;
  SESSION_ABILITY_MISSING: true;
  FLASK_RECORD_PICKLED: true;
  ACCOUNT_VALUE_INVALID: true;
  ACCOUNTS_UNAVAILABLE: true;
  ACCOUNT_TAKEN: true;
  ACCOUNT_LOCKED_OUT: true;
  ADMINISTRATION_REFUSED: true;
  ADOPTION_FAILED: true;
  ACCOUNTS_BUSY: true;
  PASSWORD_UNUSABLE: true;
}

/** A stable code of an error. @publicApi */
export type SessionErrorCode = keyof SessionErrorCodes;

/** The base of every error of this package. @publicApi */
export abstract class SessionError extends Error {
  abstract readonly code: SessionErrorCode;

  /**
   * Whether client input can cause this error, such as an unvalidated key of a JSON body. If so, the response is a 400 instead
   * of a 500.
   */
  readonly mayBeInput: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Of this package's own errors. */
const errorCodes: ReadonlySet<unknown> = new Set<SessionErrorCode>([
  'SESSION_CONFIG_INVALID',
  'SESSION_PEER_MISSING',
  'SESSION_STORE_UNAVAILABLE',
  'SESSION_CONTENDED',
  'SESSION_GONE',
  'SESSION_VALUE_UNSUPPORTED',
  'SESSION_TOO_LARGE',
  'SESSION_KEY_RESERVED',
  'SESSION_READONLY',
  'SESSION_HEADERS_SENT',
  'SESSION_NEEDS_HTTP',
  'SESSION_UNREACHABLE',
  'SESSION_USER_INVALID',
  'SESSION_LOGIN_REFUSED',
  'SESSION_ABILITY_MISSING',
  'FLASK_RECORD_PICKLED',
  'ACCOUNT_VALUE_INVALID',
  'ACCOUNTS_UNAVAILABLE',
  'ACCOUNT_TAKEN',
  'ACCOUNT_LOCKED_OUT',
  'ADMINISTRATION_REFUSED',
  'ADOPTION_FAILED',
  'ACCOUNTS_BUSY',
  'PASSWORD_UNUSABLE',
]);

/**
 * Whether `error` is an error of this package, or of a feature of it. Compares codes of its own errors rather than classes, so it
 * also works when two copies of the package are loaded in one process.
 *
 * @publicApi
 */
export function isSessionError(error: unknown): error is SessionError {
  return error instanceof SessionError || (error instanceof Error && 'code' in error && errorCodes.has(error.code));
}

/** One invalid setting: its names, and what was expected. @publicApi */
export interface ConfigProblem {
  /** The setting by its environment key and its name in code, e.g. `SESSION_COOKIE_NAME (cookie.name)`. */
  readonly setting: string;
  /** What is wrong and what was expected; never the value of a secret. */
  readonly problem: string;
}

/**
 * One or more settings are invalid; lists all of them. Thrown while the application starts: correct those that the message, and `problems`,
 * name.
 *
 * @publicApi
 */
export class SessionConfigError extends SessionError {
  readonly code = 'SESSION_CONFIG_INVALID';
  declare readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ setting, problem }) => `  - ${setting}: ${problem}`);
    const count = problems.length === 1 ? 'A setting is' : `${String(problems.length)} settings are`;
    super(`${count} invalid:\n${lines.join('\n')}`);
    // The message already lists them all, so loggers that print enumerable properties should not repeat them.
    Object.defineProperty(this, 'problems', { value: problems });
  }
}

/**
 * The client library of a store is not installed. Thrown while the application starts: install the package that the message names.
 *
 * @publicApi
 */
export class SessionPeerMissingError extends SessionError {
  readonly code = 'SESSION_PEER_MISSING';

  constructor(
    readonly packageName: string,
    neededFor: string,
    options?: ErrorOptions,
  ) {
    super(
      `${neededFor} needs the package "${packageName}", which is not installed: npm install ${packageName}`,
      options,
    );
  }
}

/**
 * The store did not answer, answered too late, or returned an error. Becomes a 503. Look at `cause`, at the store, and at `storeTimeout`; the client may
 * try again.
 *
 * @publicApi
 */
export class SessionStoreUnavailableError extends SessionError {
  readonly code = 'SESSION_STORE_UNAVAILABLE';
}

/**
 * The store has no space left for new data; reading and ending existing sessions may still work. Becomes a 503. Give the store
 * more space, or shorten the timeouts.
 *
 * @publicApi
 */
export class SessionStoreFullError extends SessionStoreUnavailableError {}

/**
 * Other requests kept changing the session, so this request's change could not be saved. Becomes a 503. Change one session in fewer parallel
 * requests, or raise `maxRetries`; the client may try again.
 *
 * @publicApi
 */
export class SessionContendedError extends SessionError {
  readonly code = 'SESSION_CONTENDED';
}

/**
 * The session ended (logout, expiry) while the request ran, and `onGone` is `'error'`. Becomes a 409. Nothing was saved: the
 * client starts again, with a login if one is needed.
 *
 * @publicApi
 */
export class SessionGoneError extends SessionError {
  readonly code = 'SESSION_GONE';
}

interface InputErrorOptions extends ErrorOptions {
  /** Whether the rejected value can come from JSON, and so from the client. Default: false. */
  readonly mayBeInput?: boolean | undefined;
}

/**
 * A value in the session cannot be stored. Becomes a 500, or a 400 for a value that JSON can represent. `path` says where the value is: store
 * plain data, such as an id instead of an object with methods.
 *
 * @publicApi
 */
export class SessionValueError extends SessionError {
  readonly code = 'SESSION_VALUE_UNSUPPORTED';
  override readonly mayBeInput: boolean;

  constructor(
    /** Where the value is, e.g. `session.cart[0].render`. Parts that may come from the client are escaped and truncated. */
    readonly path: string,
    reason: string,
    options?: InputErrorOptions,
  ) {
    super(`${path} cannot be stored: ${reason}`, options);
    this.mayBeInput = options?.mayBeInput === true;
  }
}

/**
 * The session is larger than `maxSize`. Becomes a 413. The message names the largest keys: keep them elsewhere and store an id, or raise
 * `maxSize`.
 *
 * @publicApi
 */
export class SessionTooLargeError extends SessionError {
  readonly code = 'SESSION_TOO_LARGE';
  override readonly mayBeInput = true;
}

/**
 * A data key collides with a method or property of the session object. Becomes a 400. Choose another name for the key.
 *
 * @publicApi
 */
export class SessionKeyReservedError extends SessionError {
  readonly code = 'SESSION_KEY_RESERVED';
  override readonly mayBeInput = true;

  constructor(readonly key: string) {
    super(`"${key}" is a reserved name of the session object and cannot be a data key: choose another name.`);
  }
}

/**
 * A session that may only be read was changed, such as one asked for as `readonly`, or any while the store is away and `onStoreError` is
 * `'anonymous'`. Becomes a 500. The message says why, and what to do.
 *
 * @publicApi
 */
export class SessionReadonlyError extends SessionError {
  readonly code = 'SESSION_READONLY';
}

/**
 * An operation that needs to set a cookie was called after the response's headers were sent. Becomes a 500. Do it before the response begins.
 *
 * @publicApi
 */
export class SessionHeadersSentError extends SessionError {
  readonly code = 'SESSION_HEADERS_SENT';
}

/**
 * An operation that needs to set a cookie was called on a session from `SessionService.open()`, which has no HTTP response. Becomes a 500. Do it in an
 * HTTP request.
 *
 * @publicApi
 */
export class SessionNeedsHttpError extends SessionError {
  readonly code = 'SESSION_NEEDS_HTTP';

  /** @param what the operation, at the beginning of a sentence. */
  constructor(what: string) {
    super(
      `${what} needs a new cookie, which only the response of an HTTP request can set: this session was opened without one. Do it in an HTTP request.`,
    );
  }
}

/**
 * No session is available here: `SessionModule` is not imported, or this is not an HTTP request. Becomes a 500. The message says which.
 *
 * @publicApi
 */
export class SessionUnreachableError extends SessionError {
  readonly code = 'SESSION_UNREACHABLE';
}

/**
 * A user with a missing or unusable id, or an id of the wrong type, was passed to a method of `AuthService`. Becomes a 500, or a 400 for a string that
 * is not well-formed. Pass a user whose id (`userIdField`) is a string or a number.
 *
 * @publicApi
 */
export class SessionUserError extends SessionError {
  readonly code = 'SESSION_USER_INVALID';
  override readonly mayBeInput: boolean;

  constructor(message: string, options?: InputErrorOptions) {
    super(message, options);
    this.mayBeInput = options?.mayBeInput === true;
  }
}

/**
 * Why a login was rejected, as keys. A feature adds its own reasons by declaration merging.
 *
 * @publicApi
 */
export interface LoginRefusals {
  /** The user is not active; `force` overrides this. */
  inactive: true;
  /** The user already has `maxSessionsPerUser` sessions, and its `onTooMany` is `refuse`. */
  'too-many-sessions': true;
  /** The account does not exist, or no longer. */
  missing: true;
  /** Something has ended the account's sessions, such as a new password, since the credentials were checked. */
  changed: true;
  /** The account is locked for a while. */
  locked: true;
  /** The address of the account has not been confirmed yet. */
  unconfirmed: true;
  /** The account is closed, since a change was reported with the link of a mail alone. */
  frozen: true;
  /** The password of the account has to be reset first. */
  'reset-owed': true;
  /** The account is about to be deleted. */
  deleted: true;
  /** The account has a second factor, or needs one, which has not been proved. */
  'factors-owed': true;
}

/** Why a login was rejected. @publicApi */
export type LoginRefusal = keyof LoginRefusals;

/**
 * The user's credentials were correct, but the login was rejected. Becomes a 403. `reason` says why, for a message of your own.
 *
 * @publicApi
 */
export class SessionLoginRefusedError extends SessionError {
  readonly code = 'SESSION_LOGIN_REFUSED';

  constructor(
    readonly reason: LoginRefusal,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The session store does not support the operation, such as listing the sessions of a user. Becomes a 500. Choose a store that
 * does, or turn on the option that the message names.
 *
 * @publicApi
 */
export class SessionAbilityMissingError extends SessionError {
  readonly code = 'SESSION_ABILITY_MISSING';
}
