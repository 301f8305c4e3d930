import { getSystemErrorName, types } from 'node:util';
import { isSessionError, SessionStoreFullError, SessionStoreUnavailableError } from '../../errors.js';
import { fileAdvice, outOfSpace } from '../system-errors.js';

/** What an operator can do about it, by the name of a system error or the number of an LMDB error. */
const advice: ReadonlyMap<string | number, string> = new Map<string | number, string>([
  ...fileAdvice,
  // LMDB reports this for a short write, which is what happens on a full device.
  ['EIO', 'reading or writing failed, or no space is left on the device'],
  [-30797, 'a page of the file is missing: it is damaged'],
  [-30796, 'a page of the file is of the wrong kind: it is damaged'],
  [-30795, 'a write has failed permanently; restart the processes'],
  [-30794, 'it was written by another version of LMDB'],
  [-30793, 'this is not an LMDB file'],
  [-30790, 'too many processes have it open'],
  // Its last transaction is not the one that LMDB assumes.
  [-30782, 'a program that does not take turns with this one has opened it; restart the processes'],
]);

/** A database file that LMDB cannot have written. */
export class DamagedFileError extends Error {}

/** Converts any error of the database at `path` to the store's. */
export async function unavailable(error: unknown, path: string): Promise<Error> {
  return unavailableNow(await commitErrorOf(error), path);
}

/** The same, if the reason is already known. */
export function unavailableNow(error: unknown, path: string): Error {
  if (isSessionError(error)) return error;
  const reason = reasonOf(error);
  if (reason === null) {
    return new SessionStoreUnavailableError('The LMDB store failed; the cause says why.', { cause: error });
  }
  const StoreError = outOfSpace.has(codeOf(error)) ? SessionStoreFullError : SessionStoreUnavailableError;
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

/** The name of a system error, from Node or from the number that LMDB gives; or the number of an LMDB error. */
function codeOf(error: unknown): string | number | null {
  // Not `instanceof`: in a VM context, as under Jest, Node's errors belong to another realm.
  if (!types.isNativeError(error) || !('code' in error)) return null;
  if (typeof error.code === 'string') return error.code;
  if (typeof error.code !== 'number') return null;
  return error.code > 0 ? getSystemErrorName(-error.code) : error.code;
}

/**
 * The cause of a failed commit, which the library passes as a promise. Nobody else handles that promise: its rejection would
 * end the process.
 */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!types.isNativeError(error) || !('commitError' in error)) return error;
  try {
    return (await error.commitError) ?? error;
  } catch (reason) {
    return reason;
  }
}
