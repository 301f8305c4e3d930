import { HttpException, HttpStatus } from '@nestjs/common';
import { isSessionError } from '../../errors.js';
import { CsrfRefusedException } from '../csrf/csrf-refused.exception.js';
import { LoginRedirectException } from '../redirect/login-redirect.js';

/**
 * Decides whether an error thrown by a check of credentials is a failed login; `undefined`: use the default.
 *
 * @publicApi
 */
export type IsFailure = (error: unknown) => boolean | undefined;

/**
 * What an error says about the login: the credentials were wrong; they were not checked, since something else failed or was
 * rejected; or the error is unknown.
 */
export type Verdict = 'failure' | 'no failure' | 'undeclared';

/**
 * Whether an error thrown by a check of credentials means that they were wrong. If in doubt, it does: not counting a failure
 * allows endless guessing, counting one too many makes a user wait.
 */
export function verdictOn(error: unknown): Verdict {
  if (error instanceof HttpException) return isRefusalOfCredentials(error) ? 'failure' : 'no failure';
  return isTrouble(error) ? 'no failure' : 'undeclared';
}

const tooManyRequests: number = HttpStatus.TOO_MANY_REQUESTS;

function isRefusalOfCredentials(error: HttpException): boolean {
  const status = error.getStatus();
  if (status >= 500 || status === tooManyRequests) return false;
  if (error instanceof CsrfRefusedException || error instanceof LoginRedirectException) return false;
  // This package rejects a login after its password was verified: too many sessions, an inactive user, one that was ended in
  // the meantime.
  return !isSessionError(error.cause);
}

/** How far the chain of an error's causes is followed. */
const longestChain = 8;

/**
 * An error unrelated to the credentials: from a bug, the system, a driver, a store, or a timeout. Recognised by names and
 * codes, not by classes: drivers are optional, and errors may come from other realms.
 */
function isTrouble(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < longestChain && typeof cause === 'object' && cause !== null; depth++) {
    if (isSessionError(cause) || hasKnownName(cause) || hasSystemCode(cause)) return true;
    cause = 'cause' in cause ? cause.cause : null;
  }
  return false;
}

/** Bugs, timeouts, and the errors of MongoDB, ioredis, Sequelize, TypeORM, Prisma and the AWS SDK. */
const knownNames =
  /^(TypeError|ReferenceError|RangeError|SyntaxError|AbortError|TimeoutError|Mongo\w*Error|ReplyError|MaxRetriesPerRequestError|Sequelize\w*(Connection|Database|Timeout)\w*Error|QueryFailedError|CannotExecuteNotConnectedError|PrismaClient\w*Error|ProvisionedThroughputExceededException)$/;

function hasKnownName(error: object): boolean {
  return 'name' in error && typeof error.name === 'string' && knownNames.test(error.name);
}

/**
 * Codes of the operating system and of Node (`ECONNREFUSED`, `ERR_…`, `UND_ERR_…`), of MySQL and SQLite (`ER_…`, `PROTOCOL_…`,
 * `SQLITE_…`), SQLSTATE (`57P01`, `08006`) and Prisma (`P1001`). Other codes may be the application's own, such as
 * `INVALID_CREDENTIALS`; `EAUTH`, of a failed login to a mail or directory server, is one as well.
 */
const systemCodes =
  /^(?!EAUTH$)(E[A-Z0-9]{2,19}|(UND_)?ERR_\w+|ER_\w+|PROTOCOL_\w+|SQLITE_\w+|(?=(.*\d){2})[0-9A-Z]{5})$/;

function hasSystemCode(error: object): boolean {
  if ('errno' in error && typeof error.errno === 'number') return true;
  return 'code' in error && typeof error.code === 'string' && systemCodes.test(error.code);
}
