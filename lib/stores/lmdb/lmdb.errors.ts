import { getSystemErrorName, types } from 'node:util';
import { isSessionError, SessionStoreFullError, SessionStoreUnavailableError } from '../../errors.js';

/** What an operator can do about it, by the name of a system error or the number of an LMDB one. */
const advice: ReadonlyMap<string | number, string> = new Map<string | number, string>([
  ['ENOSPC', 'no space is left on the device'],
  // LMDB says so of a write that was cut short, and that is what a full device does.
  ['EIO', 'reading or writing failed, or no space is left on the device'],
  ['EFBIG', 'the file may not become any larger'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EACCES', 'this process has no permission'],
  ['EPERM', 'this process has no permission'],
  ['EROFS', 'the file system is read-only'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EEXIST', 'there is a file of that name'],
  ['EISDIR', 'there is a folder of that name'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
  [-30797, 'a page of the file is missing: it is damaged'],
  [-30796, 'a page of the file is of the wrong kind: it is damaged'],
  [-30795, 'a write has failed for good; the processes must be started anew'],
  [-30794, 'it was written by another version of LMDB'],
  [-30793, 'this is no LMDB file'],
  [-30790, 'too many processes have it open'],
  // Its last transaction is not the one that LMDB takes for the last.
  [-30782, 'a program that takes no turns with this one has opened it; the processes must be started anew'],
]);

/** There is no room for what is to be written. */
const full: ReadonlySet<string | number | null> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A database file that cannot be what LMDB wrote. */
export class DamagedFileError extends Error {}

/** The store's error for whatever went wrong with the database at `path`. */
export async function unavailable(error: unknown, path: string): Promise<Error> {
  return unavailableNow(await commitErrorOf(error), path);
}

/** The same, where the reason is there already. */
export function unavailableNow(error: unknown, path: string): Error {
  if (isSessionError(error)) return error;
  const reason = reasonOf(error);
  if (reason === null) {
    return new SessionStoreUnavailableError('The LMDB store failed; the cause says why.', { cause: error });
  }
  const StoreError = full.has(codeOf(error)) ? SessionStoreFullError : SessionStoreUnavailableError;
  return new StoreError(
    `The session database ${path} cannot be used: ${reason}. SESSION_LMDB_PATH (lmdb.path) says where it is.`,
    { cause: error },
  );
}

function reasonOf(error: unknown): string | null {
  if (error instanceof DamagedFileError) return error.message;
  const code = codeOf(error);
  if (code === null) return null;
  const reason = advice.get(code);
  if (typeof code === 'string') return reason === undefined ? code : `${code}, ${reason}`;
  return reason ?? null;
}

/** The name of a system error, as Node gives it or by the number that LMDB gives; or the number of an LMDB error. */
function codeOf(error: unknown): string | number | null {
  // Not `instanceof`: Node's own errors are of another realm where the code runs in a VM context, as under Jest.
  if (!types.isNativeError(error) || !('code' in error)) return null;
  if (typeof error.code === 'string') return error.code;
  if (typeof error.code !== 'number') return null;
  return error.code > 0 ? getSystemErrorName(-error.code) : error.code;
}

/**
 * What made a commit fail, which the library hands over in a promise of its own. Nobody else waits for that promise: left
 * alone, its rejection would end the process.
 */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!types.isNativeError(error) || !('commitError' in error)) return error;
  try {
    return (await error.commitError) ?? error;
  } catch (reason) {
    return reason;
  }
}
