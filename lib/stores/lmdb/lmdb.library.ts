import { SessionStoreUnavailableError } from '../../errors.js';
import { importPeer } from '../import-peer.js';

/** What the LMDB store needs of the package `lmdb` (3.x). */
export interface LmdbLibrary {
  open(options: object): LmdbRoot;
  /** The stamp of the value that was read last. */
  getLastVersion(): number;
  /** In the place of a stamp: whatever stamp there is. */
  readonly IF_EXISTS: number;
}

/** How a key lies in the file, where it is not as the library would have it. */
export interface KeyEncoder {
  /** Gives the position after the key. */
  writeKey(key: string, target: Buffer, position: number): number;
  readKey(source: Buffer, start: number, end: number): string;
}

export interface TableOptions {
  readonly name: string;
  readonly encoding: 'binary';
  readonly keyEncoder?: KeyEncoder;
  /** Gives each value a stamp, which writes can depend on. */
  readonly useVersions?: boolean;
}

/** An open database file. */
export interface LmdbRoot {
  openDB(options: TableOptions): LmdbTable;
  /** Frees the places of readers that have ended without a word. */
  readerCheck(): number;
  close(): Promise<void>;
  /** Resolves when what was asked for before has been committed. */
  readonly committed: PromiseLike<boolean>;
  /** Does the work while this process, of all that have the file open, is the one that may write. */
  transaction<T>(work: () => T | Promise<T>): Promise<T>;
  /** Begins to read, until it is said to be done. */
  useReadTransaction(): LmdbReadTransaction;
  /** Who reads: a text with a line each. */
  readerList(): string;
  /** Lets the next read see what has been committed by then. */
  resetReadTxn(): void;
}

export interface LmdbReadTransaction {
  done(): void;
}

/** Keys in their order: a text, or a number and a text, or two texts. */
export type TableKey = string | [number | string, string] | [number | string];

export interface KeyRange {
  readonly start?: TableKey;
  readonly end?: TableKey;
  readonly exclusiveStart?: boolean;
  readonly limit: number;
}

/** A table of the file. What is written within the callback of a condition is written along with it, or not at all. */
export interface LmdbTable {
  /** The value in memory of the library's own: the next read overwrites it. */
  getBinaryFast(key: TableKey): Uint8Array | undefined;
  put(key: TableKey, value: Uint8Array, stamp?: number, ifStamp?: number): Promise<boolean>;
  remove(key: TableKey): Promise<boolean>;
  ifVersion(key: TableKey, stamp: number, writes: () => void): Promise<boolean>;
  ifNoExists(key: TableKey, writes: () => void): Promise<boolean>;
  getKeys(range: KeyRange): Iterable<unknown>;
  getRange(range: KeyRange): Iterable<{ readonly key: unknown; readonly value: Uint8Array }>;
  /** Lets the next read see what has been committed by then, here or in another process. */
  resetReadTxn(): void;
  getStats(): LmdbStats;
}

/** The pages of a tree of the file. */
export interface LmdbTree {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** Those of a table, and those that all of the file has. */
export interface LmdbStats extends LmdbTree {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  /** The list of tables. */
  readonly root: LmdbTree;
  /** The list of unused pages. */
  readonly free: LmdbTree;
}

// `as string` keeps the compiler from the library's declarations, which are none of an ES module (`export =`): it would stop there.
const load = (): Promise<unknown> => import('lmdb' as string);

/** @throws SessionPeerMissingError where the library is not installed */
export async function loadLmdb(): Promise<LmdbLibrary> {
  const library = await importPeer('lmdb', 'The LMDB store', load);
  if (isLmdbLibrary(library)) return library;
  throw new SessionStoreUnavailableError('The package "lmdb" is another one than expected: npm install lmdb@3');
}

function isLmdbLibrary(library: unknown): library is LmdbLibrary {
  if (typeof library !== 'object' || library === null) return false;
  const methods = ['open', 'getLastVersion'].map((name) => Reflect.get(library, name) as unknown);
  return (
    methods.every((method) => typeof method === 'function') && typeof Reflect.get(library, 'IF_EXISTS') === 'number'
  );
}
