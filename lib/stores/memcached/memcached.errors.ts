import { types } from 'node:util';
import { isSessionError, SessionStoreUnavailableError, SessionTooLargeError } from '../../errors.js';

/** The server answered, and refused: with a line such as `SERVER_ERROR out of memory storing object`. */
export class RefusedError extends Error {}

/** The store's error for what a command on `server` was rejected with. */
export function unavailable(error: unknown, server: string): Error {
  if (isSessionError(error)) return error;
  const reason = types.isNativeError(error) ? reasonOf(error) : 'the client gave no reason';
  const what = error instanceof RefusedError ? 'refused' : 'did not answer';
  return new SessionStoreUnavailableError(`memcached at ${server} ${what}: ${reason}`, { cause: error });
}

/** A record that the server would not take. It is not asked: it would remove what it has, and then refuse. */
export function tooLarge(bytes: number, itemSizeMax: number, server: string): SessionTooLargeError {
  return new SessionTooLargeError(
    `A session's record has ${String(bytes)} bytes, and memcached at ${server} takes items of ${String(itemSizeMax)} ` +
      'bytes with all that belongs to them. Start it with a larger -I, or lower SESSION_MAX_SIZE (maxSize).',
  );
}

export function evictsMessage(server: string): string {
  return (
    `memcached at ${server} evicts what lives when its memory is full, so nobody knows all sessions of an owner. ` +
    'SESSION_MEMCACHED_OWNERS (memcached.owners) needs servers that are started with -M.'
  );
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error.message === '' ? code || error.name : error.message;
}
