import { STATUS_CODES } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { HttpException } from '@nestjs/common';
import { SessionError, type SessionErrorCode } from '../../../lib/errors.js';
import { serviceUnavailable, toHttpException } from '../../../lib/http/session-exception.js';

const codes = Object.keys({
  SESSION_CONFIG_INVALID: true,
  SESSION_PEER_MISSING: true,
  SESSION_STORE_UNAVAILABLE: true,
  SESSION_CONTENDED: true,
  SESSION_GONE: true,
  SESSION_VALUE_UNSUPPORTED: true,
  SESSION_TOO_LARGE: true,
  SESSION_KEY_RESERVED: true,
  SESSION_READONLY: true,
  SESSION_HEADERS_SENT: true,
  SESSION_NEEDS_HTTP: true,
  SESSION_UNREACHABLE: true,
  SESSION_USER_INVALID: true,
  SESSION_LOGIN_REFUSED: true,
  SESSION_ABILITY_MISSING: true,
  FLASK_RECORD_PICKLED: true,
  ACCOUNT_VALUE_INVALID: true,
  ACCOUNTS_UNAVAILABLE: true,
  ACCOUNT_TAKEN: true,
  ACCOUNT_LOCKED_OUT: true,
  ADMINISTRATION_REFUSED: true,
  ADOPTION_FAILED: true,
  ACCOUNTS_BUSY: true,
  PASSWORD_UNUSABLE: true,
} satisfies Record<SessionErrorCode, true>) as SessionErrorCode[];

class CodedError extends SessionError {
  constructor(
    readonly code: SessionErrorCode,
    override readonly mayBeInput: boolean,
  ) {
    super('a message for the operator');
  }
}

function optionsOf(exception: unknown): { readonly cause: unknown; readonly description: unknown } {
  if (!(exception instanceof HttpException)) throw new Error('not an HTTP exception');
  return Reflect.get(exception, 'options') as ReturnType<typeof optionsOf>;
}

// Nest 12 fills a missing description in; Nest 11 leaves `error` out of the body then.
describe('the exception for an error of the package describes its status itself', () => {
  it.each(codes.flatMap((code) => [false, true].map((mayBeInput) => ({ code, mayBeInput }))))(
    '$code, may be input: $mayBeInput',
    ({ code, mayBeInput }) => {
      const error = new CodedError(code, mayBeInput);
      const exception = toHttpException(error);
      expect(optionsOf(exception).cause).toBe(error);
      expect(optionsOf(exception).description).toBe(STATUS_CODES[(exception as HttpException).getStatus()]);
    },
  );

  it('and so does a 503 with a message of its own', () => {
    expect(optionsOf(serviceUnavailable('Try again.', null)).description).toBe('Service Unavailable');
  });
});
