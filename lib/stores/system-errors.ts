import { types } from 'node:util';

/** The code of a system error, e.g. `ENOENT`, or an empty string. */
// Not `instanceof`: in a VM context, as under Jest, Node's errors belong to another realm.
export function errnoOf(error: unknown): string {
  return types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What an operator learns of an error of the file system, by its code. */
export const fileAdvice: readonly (readonly [errno: string, advice: string])[] = [
  ['ENOSPC', 'no space is left on the device'],
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
];

/** Codes that mean that there is no space for new data. */
export const outOfSpace: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
