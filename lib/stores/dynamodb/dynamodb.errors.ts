import { types } from 'node:util';
import { isSessionError, SessionStoreUnavailableError } from '../../errors.js';

/**
 * Converts a client's error to the store's. The original is not passed on: it may contain a record, and the response with its
 * headers.
 */
export function unavailable(error: unknown, table: string): Error {
  if (isSessionError(error)) return error;
  const cause = withoutAnswer(error);
  if (cause.name === 'ResourceNotFoundException') {
    return new SessionStoreUnavailableError(
      `DynamoDB has no table ${table} (SESSION_DYNAMODB_TABLE) in this region and account. Create it with createSessionTable() of ` +
        'nestjs-session-auth/dynamodb.',
      { cause },
    );
  }
  return new SessionStoreUnavailableError(
    `DynamoDB (SESSION_DYNAMODB, AWS_REGION) did not answer, or returned an error: ${cause.message}`,
    { cause },
  );
}

/** Copies an error's name, message and stack only. */
function withoutAnswer(error: unknown): Error {
  if (!types.isNativeError(error)) return new Error('the client gave no reason');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const copy = new Error(error.message === '' ? code || error.name : error.message);
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}
