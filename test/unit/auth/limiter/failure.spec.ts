import {
  BadRequestException,
  ConflictException,
  ForbiddenException,
  HttpException,
  InternalServerErrorException,
  NotFoundException,
  ServiceUnavailableException,
  UnauthorizedException,
  UnprocessableEntityException,
} from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { verdictOn } from '../../../../lib/auth/limiter/failure.js';
import { TooManyAttemptsException } from '../../../../lib/auth/limiter/too-many-attempts.exception.js';
import { CsrfRefusedException } from '../../../../lib/auth/csrf/csrf-refused.exception.js';
import { SessionGoneError, SessionLoginRefusedError, SessionStoreUnavailableError } from '../../../../lib/errors.js';
import { toHttpException } from '../../../../lib/http/session-exception.js';

const errorWith = (facts: object, options?: ErrorOptions) => Object.assign(new Error('said so', options), facts);

describe('an error that a check of credentials throws', () => {
  it.each([
    ['401', new UnauthorizedException()],
    ['400', new BadRequestException('Invalid credentials')],
    ['403', new ForbiddenException()],
    ['404', new NotFoundException('No such user')],
    ['409', new ConflictException()],
    ['422', new UnprocessableEntityException()],
    ['403 with a cause of the application', new ForbiddenException('no', { cause: new Error('locked') })],
  ])('is a failed login as an HttpException with the status %s', (_status, error) => {
    expect(verdictOn(error)).toBe('failure');
  });

  it.each([
    ['500', new InternalServerErrorException()],
    ['503', new ServiceUnavailableException()],
    ['429', new HttpException('slow down', 429)],
    ['429 of the limiter itself', new TooManyAttemptsException(1)],
    ['403 of too many sessions', toHttpException(new SessionLoginRefusedError('too-many-sessions', 'x'))],
    ['403 of an inactive user', toHttpException(new SessionLoginRefusedError('inactive', 'x'))],
    ['409 of a session that has ended', toHttpException(new SessionGoneError('x'))],
    ['503 of a store', toHttpException(new SessionStoreUnavailableError('x'))],
    ['403 of a forged form', new CsrfRefusedException('CSRF_TOKEN_MISSING')],
    ['error of the store', new SessionStoreUnavailableError('x')],
    ['TypeError', new TypeError('fetch failed')],
    ['ReferenceError', new ReferenceError('x is not defined')],
    ['system error', errorWith({ code: 'ECONNREFUSED', errno: -111, syscall: 'connect' })],
    ['system error by its code alone', errorWith({ code: 'ENOTFOUND' })],
    ['error of Node', errorWith({ code: 'ERR_SOCKET_CLOSED' })],
    ['error of undici', errorWith({ code: 'UND_ERR_CONNECT_TIMEOUT' })],
    ['error of PostgreSQL', errorWith({ code: '57P01', severity: 'FATAL' })],
    ['error of PostgreSQL in digits', errorWith({ code: '08006' })],
    ['error of MySQL', errorWith({ code: 'ER_LOCK_DEADLOCK', errno: 1213, sqlState: '40001' })],
    ['lost connection of MySQL', errorWith({ code: 'PROTOCOL_CONNECTION_LOST', fatal: true })],
    ['error of SQLite', errorWith({ code: 'SQLITE_BUSY' })],
    ['error of Prisma', errorWith({ code: 'P1001' })],
    ['error of MongoDB', errorWith({ name: 'MongoServerSelectionError' })],
    ['time that is up', new DOMException('too late', 'TimeoutError')],
    ['error with such a cause', errorWith({}, { cause: errorWith({}, { cause: errorWith({ code: 'ECONNRESET' }) }) })],
  ])('is none as a %s', (_what, error) => {
    expect(verdictOn(error)).toBe('no failure');
  });

  it.each([
    ['a plain error', new Error('InvalidCredentials')],
    ['an error of the domain', errorWith({ name: 'WrongPasswordError' })],
    ['a code of the domain', errorWith({ code: 'INVALID_CREDENTIALS' })],
    ['a code of the domain in small letters', errorWith({ code: 'auth/wrong-password' })],
    ['a login that a mail server refused', errorWith({ code: 'EAUTH' })],
    ['a bind that a directory refused', errorWith({ name: 'InvalidCredentialsError', code: 49 })],
    ['a text', 'wrong password'],
    ['nothing', undefined],
  ])('counts, and nobody has declared it: %s', (_what, error) => {
    expect(verdictOn(error)).toBe('undeclared');
  });

  it('is looked at to the end where causes go round', () => {
    const error = errorWith({});
    error.cause = error;
    expect(verdictOn(error)).toBe('undeclared');
  });
});
