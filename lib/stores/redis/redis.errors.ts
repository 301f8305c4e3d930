import { types } from 'node:util';
import { isSessionError, SessionStoreFullError, SessionStoreUnavailableError } from '../../errors.js';
import { redactedError } from '../redacted-error.js';
import { errnoOf } from '../system-errors.js';

/**
 * Converts a client's error to the store's. The original is not passed on: ioredis attaches the command and its arguments, and
 * so a session's key and record, or the password of an AUTH.
 */
export function unavailable(error: unknown, secrets: readonly string[] = []): Error {
  if (isSessionError(error)) return error;
  const cause = withoutSecrets(error, secrets);
  // The client's own message names a setting that does not help here.
  const reason = cause.name === 'MaxRetriesPerRequestError' ? 'it is not connected (SESSION_REDIS)' : cause.message;
  if (refusesWith('OOM', cause)) {
    return new SessionStoreFullError(
      `Redis is full and accepts no new data; reading and ending sessions still works. Raise its maxmemory. ${reason}`,
      { cause },
    );
  }
  return new SessionStoreUnavailableError(`Redis did not answer: ${reason}`, { cause });
}

/** Whether a server rejected a write because it is a replica. */
export function isReadOnly(error: Error): boolean {
  return refusesWith('READONLY', error);
}

/** The code starts the message; before Redis 7, that of a command in a script is in the middle of it. */
function refusesWith(code: string, { message }: Error): boolean {
  return message.startsWith(`${code} `) || message.includes(`: -${code} `);
}

/** What a client's error says, without the given strings. */
export function withoutSecrets(error: unknown, secrets: readonly string[]): Error {
  if (!types.isNativeError(error)) return new Error('the client gave no reason');
  const { name, stack = '' } = error;
  const code = errnoOf(error);
  return redactedError({ name, message: error.message || code || name, stack, code }, secrets);
}
