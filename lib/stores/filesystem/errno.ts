import { types } from 'node:util';
import { isSessionError, SessionStoreFullError, SessionStoreUnavailableError } from '../../errors.js';

/** The code of a system error, e.g. `ENOENT`, or an empty string. */
// Not `instanceof`: in a VM context, as under Jest, Node's errors belong to another realm.
export function errnoOf(error: unknown): string {
  return types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What an operator can do about it. */
const advice = new Map([
  ['ENOSPC', 'no space is left on the device'],
  ['EFBIG', 'the file may not become any larger'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EACCES', 'this process has no permission'],
  ['EPERM', 'this process has no permission'],
  ['EROFS', 'the file system is read-only'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EEXIST', 'there is a file of that name'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
]);

/** Out of space. */
const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Converts any error of work in `dir` to the store's. */
export function unavailable(error: unknown, dir: string): Error {
  if (isSessionError(error)) return error;
  const errno = errnoOf(error);
  if (errno === '') {
    return new SessionStoreUnavailableError('The filesystem store failed; the cause says why.', { cause: error });
  }
  const reason = advice.get(errno);
  const StoreError = full.has(errno) ? SessionStoreFullError : SessionStoreUnavailableError;
  return new StoreError(
    `The session folder ${dir} cannot be used: ${errno}${reason === undefined ? '' : `, ${reason}`}. ` +
      'SESSION_FILE_DIR (filesystem.dir) says where it is.',
    { cause: error },
  );
}
