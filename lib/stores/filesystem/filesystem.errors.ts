import { isSessionError, SessionStoreFullError, SessionStoreUnavailableError } from '../../errors.js';
import { errnoOf, fileAdvice, outOfSpace } from '../system-errors.js';

/** What an operator can do about it. */
const advice = new Map(fileAdvice);

/** Converts any error of work in `dir` to the store's. */
export function unavailable(error: unknown, dir: string): Error {
  if (isSessionError(error)) return error;
  const errno = errnoOf(error);
  if (errno === '') {
    return new SessionStoreUnavailableError('The filesystem store failed; the cause says why.', { cause: error });
  }
  const reason = advice.get(errno);
  const StoreError = outOfSpace.has(errno) ? SessionStoreFullError : SessionStoreUnavailableError;
  return new StoreError(
    `The session folder ${dir} cannot be used: ${errno}${reason === undefined ? '' : `, ${reason}`}. ` +
      'SESSION_FILE_DIR (filesystem.dir) says where it is.',
    { cause: error },
  );
}
