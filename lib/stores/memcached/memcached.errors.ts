import { types } from 'node:util';
import { isSessionError, SessionStoreUnavailableError, SessionTooLargeError } from '../../errors.js';

/** The server rejected the command, with a line such as `SERVER_ERROR out of memory storing object`. */
export class RefusedError extends Error {}

/** Converts the error of a command on `server` to the store's. */
export function unavailable(error: unknown, server: string): Error {
  if (isSessionError(error)) return error;
  const reason = types.isNativeError(error) ? reasonOf(error) : 'the client gave no reason';
  const what = error instanceof RefusedError ? 'refused' : 'did not answer';
  return new SessionStoreUnavailableError(`memcached at ${server} ${what}: ${reason}`, { cause: error });
}

/**
 * The error for a record that the server would reject. It is not sent: the server would delete the current item before
 * rejecting it.
 */
export function tooLarge(bytes: number, itemSizeMax: number, server: string): SessionTooLargeError {
  return new SessionTooLargeError(
    `A session's record has ${String(bytes)} bytes, and memcached at ${server} takes items of ${String(itemSizeMax)} ` +
      'bytes, overhead included. Start it with a larger -I, or lower SESSION_MAX_SIZE (maxSize).',
  );
}

export function evictsMessage(server: string): string {
  return (
    `memcached at ${server} evicts live items when its memory is full, so a user's sessions cannot be listed reliably. ` +
    'SESSION_MEMCACHED_OWNERS (memcached.owners) needs servers that are started with -M.'
  );
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error.message === '' ? code || error.name : error.message;
}
