import { HttpException, HttpStatus } from '@nestjs/common';
import { isSessionError } from '../../errors.js';
import { CsrfRefusedException } from '../csrf/csrf-refused.exception.js';
import { LoginRedirectException } from '../redirect/login-redirect.js';

/**
 * Says of an error that a check of credentials threw whether the login has failed; `undefined`: the default holds.
 *
 * @publicApi
 */
export type IsFailure = (error: unknown) => boolean | undefined;

/**
 * What an error says of the login that it ended: its credentials were wrong; it was none at all, since something else failed or
 * refused; or it is an error that nobody has declared.
 */
export type Verdict = 'failure' | 'no failure' | 'undeclared';

/**
 * Whether an error that a check of credentials threw means that they were wrong. In doubt it does: an error that is not counted
 * lets a stranger guess without end, one that is counted too many makes somebody wait.
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
  // This package refuses a login after its password was right: too many sessions, an inactive user, one that was ended meanwhile.
  return !isSessionError(error.cause);
}

/** How far an error is followed to what caused it. */
const longestChain = 8;

/**
 * Something that has nothing to do with the credentials: a mistake in the code, the system, a driver, a store, or time. By names
 * and codes, not by classes: drivers are optional, and errors come from other realms, too.
 */
function isTrouble(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < longestChain && typeof cause === 'object' && cause !== null; depth++) {
    if (isSessionError(cause) || hasKnownName(cause) || hasSystemCode(cause)) return true;
    cause = 'cause' in cause ? cause.cause : null;
  }
  return false;
}

/** Mistakes in the code, time-outs, and what MongoDB, ioredis, Sequelize, TypeORM, Prisma and the AWS SDK throw. */
const knownNames =
  /^(TypeError|ReferenceError|RangeError|SyntaxError|AbortError|TimeoutError|Mongo\w*Error|ReplyError|MaxRetriesPerRequestError|Sequelize\w*(Connection|Database|Timeout)\w*Error|QueryFailedError|CannotExecuteNotConnectedError|PrismaClient\w*Error|ProvisionedThroughputExceededException)$/;

function hasKnownName(error: object): boolean {
  return 'name' in error && typeof error.name === 'string' && knownNames.test(error.name);
}

/**
 * Codes of the operating system and of Node (`ECONNREFUSED`, `ERR_…`, `UND_ERR_…`), of MySQL and SQLite (`ER_…`, `PROTOCOL_…`,
 * `SQLITE_…`), SQLSTATE (`57P01`, `08006`) and Prisma (`P1001`). A code in another form may be the application's own, such as
 * `INVALID_CREDENTIALS`; that of a refused login to a mail or directory server, `EAUTH`, is one.
 */
const systemCodes =
  /^(?!EAUTH$)(E[A-Z0-9]{2,19}|(UND_)?ERR_\w+|ER_\w+|PROTOCOL_\w+|SQLITE_\w+|(?=(.*\d){2})[0-9A-Z]{5})$/;

function hasSystemCode(error: object): boolean {
  if ('errno' in error && typeof error.errno === 'number') return true;
  return 'code' in error && typeof error.code === 'string' && systemCodes.test(error.code);
}
