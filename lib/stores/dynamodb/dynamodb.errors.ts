import { types } from 'node:util';
import { isSessionError, SessionStoreUnavailableError } from '../../errors.js';

/**
 * The store's error for what the client rejected with. The client's own error is not handed on: it may hold a record, and
 * the answer with its headers.
 */
export function unavailable(error: unknown, table: string): Error {
  if (isSessionError(error)) return error;
  const cause = withoutAnswer(error);
  if (cause.name === 'ResourceNotFoundException') {
    return new SessionStoreUnavailableError(
      `DynamoDB has no table ${table} (SESSION_DYNAMODB_TABLE) in this region and account. createSessionTable() of ` +
        'nestjs-session-auth/dynamodb makes it.',
      { cause },
    );
  }
  return new SessionStoreUnavailableError(
    `DynamoDB (SESSION_DYNAMODB, AWS_REGION) did not answer, or refused: ${cause.message}`,
    { cause },
  );
}

/** A copy of an error's name, message and stack, and of nothing else. */
function withoutAnswer(error: unknown): Error {
  if (!types.isNativeError(error)) return new Error('the client gave no reason');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const copy = new Error(error.message === '' ? code || error.name : error.message);
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}
