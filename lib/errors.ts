/**
 * Every error of the package. Each class has a stable `code`; {@link SessionErrorCode} is the union of them, so that a
 * `switch` over the codes is checked. A message says what to do, and never holds a secret, a session id or a cookie value.
 */

/** The stable codes of all errors of this package. @publicApi */
export type SessionErrorCode =
  | 'SESSION_CONFIG_INVALID'
  | 'SESSION_PEER_MISSING'
  | 'SESSION_STORE_UNAVAILABLE'
  | 'SESSION_CONTENDED'
  | 'SESSION_GONE'
  | 'SESSION_VALUE_UNSUPPORTED'
  | 'SESSION_TOO_LARGE'
  | 'SESSION_KEY_RESERVED'
  | 'SESSION_READONLY'
  | 'SESSION_HEADERS_SENT'
  | 'SESSION_UNREACHABLE'
  | 'SESSION_USER_INVALID'
  | 'SESSION_LOGIN_REFUSED'
  | 'SESSION_ABILITY_MISSING'
  | 'FLASK_RECORD_PICKLED';

/** The base of every error of this package. @publicApi */
export abstract class SessionError extends Error {
  abstract readonly code: SessionErrorCode;

  /**
   * Whether a visitor may have brought it about, by what an application keeps unchecked, such as a key of a JSON body. The answer
   * is a 400 then, otherwise a 500: a visitor's mistake is no failure of the server.
   */
  readonly mayBeInput: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

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
  'SESSION_UNREACHABLE',
  'SESSION_USER_INVALID',
  'SESSION_LOGIN_REFUSED',
  'SESSION_ABILITY_MISSING',
  'FLASK_RECORD_PICKLED',
]);

/**
 * Whether `error` is an error of this package. It goes by the code, not by the class, so it also holds where two copies
 * of the package meet in one process.
 *
 * @publicApi
 */
export function isSessionError(error: unknown): error is SessionError {
  return error instanceof Error && 'code' in error && errorCodes.has(error.code);
}

/** One bad setting: its names, and what was expected of it. @publicApi */
export interface ConfigProblem {
  /** The setting by its environment key and its name in code, e.g. `SESSION_COOKIE_NAME (cookie.name)`. */
  readonly setting: string;
  /** What is wrong and what was expected; never the value of a secret. */
  readonly problem: string;
}

/** Settings that cannot be used, all of them at once. Thrown while the application starts. @publicApi */
export class SessionConfigError extends SessionError {
  readonly code = 'SESSION_CONFIG_INVALID';
  declare readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ setting, problem }) => `  - ${setting}: ${problem}`);
    const count = problems.length === 1 ? 'A session setting is' : `${String(problems.length)} session settings are`;
    super(`${count} not usable:\n${lines.join('\n')}`);
    // The message has them all: whoever logs the error need not print them twice.
    Object.defineProperty(this, 'problems', { value: problems });
  }
}

/** A store's client library is not installed. @publicApi */
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

/** The store did not answer, answered too late, or refused. Becomes a 503. @publicApi */
export class SessionStoreUnavailableError extends SessionError {
  readonly code = 'SESSION_STORE_UNAVAILABLE';
}

/** The store has no room for what is new; reading, and ending what is there, may work. Becomes a 503. @publicApi */
export class SessionStoreFullError extends SessionStoreUnavailableError {}

/** Other requests changed the session so often that this one's change could not be saved. Becomes a 503. @publicApi */
export class SessionContendedError extends SessionError {
  readonly code = 'SESSION_CONTENDED';
}

/** The session ended (logout, expiry) while the request ran, and `onGone` is `'error'`. Becomes a 409. @publicApi */
export class SessionGoneError extends SessionError {
  readonly code = 'SESSION_GONE';
}

/** How an error came about. */
interface InputErrorOptions extends ErrorOptions {
  /** Whether what was refused can come out of JSON, so that a visitor may have sent it. Default: false. */
  readonly mayBeInput?: boolean | undefined;
}

/** A value in the session cannot be stored. Names the key path. Becomes a 500, for a value that JSON can hold a 400. @publicApi */
export class SessionValueError extends SessionError {
  readonly code = 'SESSION_VALUE_UNSUPPORTED';
  override readonly mayBeInput: boolean;

  constructor(
    /** Where the value is, e.g. `session.cart[0].render`. Parts that a visitor may have named are escaped and cut short. */
    readonly path: string,
    reason: string,
    options?: InputErrorOptions,
  ) {
    super(`${path} cannot be stored: ${reason}`, options);
    this.mayBeInput = options?.mayBeInput === true;
  }
}

/** The session is larger than `maxSize`. Names the largest keys. Becomes a 413. @publicApi */
export class SessionTooLargeError extends SessionError {
  readonly code = 'SESSION_TOO_LARGE';
  override readonly mayBeInput = true;
}

/** A data key that is the name of a method or a fact of the session object. Becomes a 400. @publicApi */
export class SessionKeyReservedError extends SessionError {
  readonly code = 'SESSION_KEY_RESERVED';
  override readonly mayBeInput = true;

  constructor(readonly key: string) {
    super(`"${key}" is a reserved name of the session object and cannot be a data key: choose another name.`);
  }
}

/** A change of a session that was asked for as read-only. @publicApi */
export class SessionReadonlyError extends SessionError {
  readonly code = 'SESSION_READONLY';
}

/** Something that needs a cookie was asked for after the response's headers had gone out. @publicApi */
export class SessionHeadersSentError extends SessionError {
  readonly code = 'SESSION_HEADERS_SENT';
}

/** There is no session to be had here: the module is not imported, or this is no HTTP request. @publicApi */
export class SessionUnreachableError extends SessionError {
  readonly code = 'SESSION_UNREACHABLE';
}

/**
 * A user without a usable id was handed to a method of `AuthService`, or an id of the wrong type. Becomes a 500, for a text that
 * is not well-formed a 400.
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

/** Why a login was refused. @publicApi */
export type LoginRefusal =
  /** The user is not active (any more); `force` lets it in. */
  | 'inactive'
  /** The user has as many sessions as `maxSessionsPerUser` allows, and `onTooManySessions` is `refuse`. */
  | 'too-many-sessions';

/** A user who has proved who it is may not log in all the same. Becomes a 403. @publicApi */
export class SessionLoginRefusedError extends SessionError {
  readonly code = 'SESSION_LOGIN_REFUSED';

  constructor(
    readonly reason: LoginRefusal,
    message: string,
  ) {
    super(message);
  }
}

/** The session store cannot do what was asked for. @publicApi */
export class SessionAbilityMissingError extends SessionError {
  readonly code = 'SESSION_ABILITY_MISSING';
}
