import {
  BadRequestException,
  ConflictException,
  ForbiddenException,
  HttpException,
  InternalServerErrorException,
  PayloadTooLargeException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { isSessionError } from '../errors.js';

/** A 503. Without a description, Nest 11 leaves `error` out of the body. */
export function serviceUnavailable(message: string, cause: unknown): ServiceUnavailableException {
  return new ServiceUnavailableException(message, { cause, description: 'Service Unavailable' });
}

/**
 * Converts an error of this package to an HTTP exception: a status and a message that reveal nothing. The error itself is the
 * `cause`.
 */
export function toHttpException(error: unknown): unknown {
  if (error instanceof HttpException || !isSessionError(error)) return error;
  const because = (description: string) => ({ cause: error, description });
  switch (error.code) {
    case 'SESSION_STORE_UNAVAILABLE':
    case 'SESSION_CONTENDED':
      return serviceUnavailable('Sessions are not available at the moment. Try again.', error);
    case 'ACCOUNTS_UNAVAILABLE':
    case 'ACCOUNTS_BUSY':
      return serviceUnavailable('Accounts are not available at the moment. Try again.', error);
    case 'ACCOUNT_VALUE_INVALID':
    case 'PASSWORD_UNUSABLE':
      return new BadRequestException('A value is not acceptable.', because('Bad Request'));
    case 'ACCOUNT_TAKEN':
      return new ConflictException('There is already such an account.', because('Conflict'));
    case 'ACCOUNT_LOCKED_OUT':
      return new ConflictException('The owner of this account could not get in again.', because('Conflict'));
    case 'ADMINISTRATION_REFUSED':
      return new ConflictException('This is not possible with this account.', because('Conflict'));
    case 'SESSION_GONE':
      return new ConflictException('The session has ended.', because('Conflict'));
    case 'SESSION_LOGIN_REFUSED':
      return new ForbiddenException('This login is not allowed.', because('Forbidden'));
    case 'SESSION_TOO_LARGE':
      return new PayloadTooLargeException('The session would be too large.', because('Payload Too Large'));
    case 'SESSION_VALUE_UNSUPPORTED':
    case 'SESSION_KEY_RESERVED':
      return error.mayBeInput
        ? new BadRequestException('The session cannot keep this.', because('Bad Request'))
        : new InternalServerErrorException('The session could not be saved.', because('Internal Server Error'));
    case 'SESSION_USER_INVALID':
      return error.mayBeInput
        ? new BadRequestException('There is no such user.', because('Bad Request'))
        : new InternalServerErrorException('Internal Server Error', because('Internal Server Error'));
    case 'SESSION_CONFIG_INVALID':
    case 'SESSION_PEER_MISSING':
    case 'SESSION_READONLY':
    case 'SESSION_HEADERS_SENT':
    case 'SESSION_NEEDS_HTTP':
    case 'SESSION_UNREACHABLE':
    case 'SESSION_ABILITY_MISSING':
    case 'FLASK_RECORD_PICKLED':
    // Of a feature, whose own filter has not answered it.
    default:
      return new InternalServerErrorException('Internal Server Error', because('Internal Server Error'));
  }
}

/**
 * Whether the cause of a response should be logged: every server failure, and values that a session could not store, which may
 * be the application's mistake as well as the client's.
 */
export function isForOperator(exception: unknown): boolean {
  if (!(exception instanceof HttpException)) return false;
  const { cause } = exception;
  return exception.getStatus() >= 500 || (isSessionError(cause) && cause.mayBeInput);
}

/** The exception that the client is told of. */
export function knownException(error: unknown): HttpException {
  const exception = toHttpException(error);
  return exception instanceof HttpException ? exception : new InternalServerErrorException();
}

/** The status and body that Nest sends for an exception. */
export function answerTo(exception: HttpException): { status: number; body: object } {
  const response = exception.getResponse();
  const status = exception.getStatus();
  return { status, body: typeof response === 'string' ? { statusCode: status, message: response } : response };
}
