import { accessSync, closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DamagedFileError } from './lmdb.errors.js';

/** Where the database's file lies, and the folder that has it. */
export interface DataFile {
  readonly folder: string;
  readonly file: string;
  /** Its neighbour, by which processes take turns. */
  readonly lock: string;
  /** A database without content, by which opening and writing take turns, and the file that is the flag of who opens. */
  readonly turns: string;
  readonly turnsWanted: string;
  readonly turnFiles: readonly string[];
  /** What LMDB is told: the file itself, or its folder. */
  readonly path: string;
  readonly isFile: boolean;
}

const magic = 0xbeefc0de;
/** What stands in each of the file's first two pages, by its distance from the magic number. */
const offsets = { pageSize: 24, freeRoot: 64, mainRoot: 112, transaction: 128, end: 136 };
const noPage = 0xffff_ffff_ffff_ffffn;

/** The folder, or a file whose name ends in `.mdb`. */
export function dataFileAt(path: string): DataFile {
  const absolute = resolve(path);
  const isFile = absolute.endsWith('.mdb');
  const turns = isFile ? `${absolute}-turns` : join(absolute, 'turns');
  const turnsWanted = `${turns}-wanted`;
  const turnFiles = [turns, `${turns}-lock`, turnsWanted];
  const common = { turns, turnsWanted, turnFiles, path: absolute, isFile };
  if (isFile) return { ...common, folder: dirname(absolute), file: absolute, lock: `${absolute}-lock` };
  return { ...common, folder: absolute, file: join(absolute, 'data.mdb'), lock: join(absolute, 'lock.mdb') };
}

/** Makes the folder, for nobody but this user, and looks whether LMDB will be able to use it. */
export function prepareFolder({ folder, lock }: DataFile): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Asked about, never opened: closing it would let go of the locks that this process may hold on it already.
  if (existsSync(lock)) accessSync(lock, constants.R_OK | constants.W_OK);
  else accessSync(folder, constants.W_OK);
}

/**
 * Makes the file, for nobody but this user, and looks whether it is one of LMDB's.
 *
 * LMDB maps the file into memory: it would end the process at a file that is foreign or cut short, where this throws.
 */
export function prepareDataFile({ file }: DataFile): void {
  const handle = openSync(file, 'a+', 0o600);
  try {
    if (fstatSync(handle).size > 0) check(handle);
  } finally {
    closeSync(handle);
  }
}

interface Meta {
  readonly pageSize: number;
  readonly transaction: bigint;
  readonly roots: readonly bigint[];
}

/** Of the two meta pages the one with the later transaction counts. The roots that it names must be in the file. */
function check(handle: number): void {
  const first = readMeta(handle, 0);
  const second = first === null ? null : readMeta(handle, first.pageSize);
  if (first === null || second === null) throw new DamagedFileError('the file is damaged, or is none of LMDB');
  const { pageSize, roots } = second.transaction > first.transaction ? second : first;
  // Its size comes last: a page is in the file before it is named, and the file does not become smaller.
  const pages = BigInt(Math.floor(fstatSync(handle).size / pageSize));
  if (roots.some((page) => page !== noPage && page >= pages)) {
    throw new DamagedFileError('the file is cut short');
  }
}

function readMeta(handle: number, position: number): Meta | null {
  const page = Buffer.alloc(24 + offsets.end);
  readSync(handle, page, 0, page.length, position);
  // The page's own head has 24 bytes, in files of LMDB 0.9 it has 16.
  const base = [24, 16].find((headSize) => page.readUInt32LE(headSize) === magic);
  if (base === undefined) return null;
  const pageSize = page.readUInt32LE(base + offsets.pageSize);
  if (pageSize < 256 || pageSize > 0x10000 || (pageSize & (pageSize - 1)) !== 0) return null;
  return {
    pageSize,
    transaction: page.readBigUInt64LE(base + offsets.transaction),
    roots: [page.readBigUInt64LE(base + offsets.freeRoot), page.readBigUInt64LE(base + offsets.mainRoot)],
  };
}
