import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statfsSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DamagedFileError } from './lmdb.errors.js';

/** The database's file and its folder. */
export interface DataFile {
  readonly folder: string;
  readonly file: string;
  /** The lock file beside it, through which processes take turns. */
  readonly lock: string;
  /** An empty database whose locks serialise opening and writing; its file is the flag of the process that opens. */
  readonly turns: string;
  readonly turnsWanted: string;
  readonly turnFiles: readonly string[];
  /** The path for LMDB: the file itself, or its folder. */
  readonly path: string;
  readonly isFile: boolean;
}

const magic = 0xbeefc0de;
/** The layout of the file's first two pages, as offsets from the magic number. */
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

/** What a new database takes, in bytes. */
const newDatabase = 131_072;

/** Creates the folder, accessible to this user only, and checks that LMDB can use it. */
export function prepareFolder({ folder, lock, turnFiles }: DataFile): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (![lock, ...turnFiles].every((file) => existsSync(file))) requireSpace(folder);
  // Checked without opening it: closing it would release the locks that this process may already hold on it.
  if (existsSync(lock)) accessSync(lock, constants.R_OK | constants.W_OK);
  else accessSync(folder, constants.W_OK);
}

/** LMDB maps new lock files into memory before there is space for them on the disk: without space, using them ends the process. */
function requireSpace(folder: string): void {
  const { blocks, bavail, bsize } = statfsSync(folder);
  // A file system that does not know its size says 0.
  if (blocks === 0 || bavail * bsize >= newDatabase) return;
  throw Object.assign(new Error('too little space for a new database'), { code: 'ENOSPC' });
}

/**
 * Creates the file, accessible to this user only, and checks that it is an LMDB file.
 *
 * LMDB maps the file into memory: a foreign or truncated file would crash the process, whereas this throws.
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

/** Of the two meta pages, the one with the later transaction counts. The roots that it names must be in the file. */
function check(handle: number): void {
  const first = readMeta(handle, 0);
  const second = first === null ? null : readMeta(handle, first.pageSize);
  if (first === null || second === null) throw new DamagedFileError('the file is damaged, or is not an LMDB file');
  const { pageSize, roots } = second.transaction > first.transaction ? second : first;
  // The size is read last: a page is in the file before it is named, and the file never shrinks.
  const pages = BigInt(Math.floor(fstatSync(handle).size / pageSize));
  if (roots.some((page) => page !== noPage && page >= pages)) {
    throw new DamagedFileError('the file is truncated');
  }
}

function readMeta(handle: number, position: number): Meta | null {
  const page = Buffer.alloc(24 + offsets.end);
  readSync(handle, page, 0, page.length, position);
  // The page header has 24 bytes, in files of LMDB 0.9 it has 16.
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
