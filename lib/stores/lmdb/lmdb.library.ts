import { SessionStoreUnavailableError } from '../../errors.js';
import { importPeer } from '../import-peer.js';

/** The parts of the package `lmdb` (3.x) that the store needs. */
export interface LmdbLibrary {
  open(options: object): LmdbRoot;
  /** The stamp of the value that was read last. */
  getLastVersion(): number;
  /** Instead of a stamp: any stamp. */
  readonly IF_EXISTS: number;
}

/** A custom encoding of keys. */
export interface KeyEncoder {
  /** Returns the position after the key. */
  writeKey(key: string, target: Buffer, position: number): number;
  readKey(source: Buffer, start: number, end: number): string;
}

export interface TableOptions {
  readonly name: string;
  readonly encoding: 'binary';
  readonly keyEncoder?: KeyEncoder;
  /** Gives each value a stamp, for conditional writes. */
  readonly useVersions?: boolean;
}

/** An open database file. */
export interface LmdbRoot {
  openDB(options: TableOptions): LmdbTable;
  /** Frees the slots of readers that ended without releasing them. */
  readerCheck(): number;
  close(): Promise<void>;
  /** Resolves when all writes requested so far have been committed. */
  readonly committed: PromiseLike<boolean>;
  /** Runs the work while this process holds the write lock of the file. */
  transaction<T>(work: () => T | Promise<T>): Promise<T>;
  /** Starts a read transaction, which lasts until it is marked as done. */
  useReadTransaction(): LmdbReadTransaction;
  /** Lists the readers, one per line. */
  readerList(): string;
  /** Lets the next read see everything committed by then. */
  resetReadTxn(): void;
  getStats(): LmdbStats;
}

export interface LmdbReadTransaction {
  done(): void;
}

/** Ordered keys: a string, a number and a string, or two strings. */
export type TableKey = string | [number | string, string] | [number | string];

export interface KeyRange {
  readonly start?: TableKey;
  readonly end?: TableKey;
  readonly exclusiveStart?: boolean;
  readonly limit: number;
}

/** A table of the file. Writes within the callback of a condition are atomic with it. */
export interface LmdbTable {
  /** The value in the library's own memory: the next read overwrites it. */
  getBinaryFast(key: TableKey): Uint8Array | undefined;
  put(key: TableKey, value: Uint8Array, stamp?: number, ifStamp?: number): Promise<boolean>;
  remove(key: TableKey): Promise<boolean>;
  ifVersion(key: TableKey, stamp: number, writes: () => void): Promise<boolean>;
  ifNoExists(key: TableKey, writes: () => void): Promise<boolean>;
  getKeys(range: KeyRange): Iterable<unknown>;
  getRange(range: KeyRange): Iterable<{ readonly key: unknown; readonly value: Uint8Array }>;
  /** Lets the next read see everything committed by then, by this or another process. */
  resetReadTxn(): void;
  getStats(): LmdbStats;
}

/** The pages of one tree in the file. */
export interface LmdbTree {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** The statistics of a table, with those of the whole file. */
export interface LmdbStats extends LmdbTree {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  /** The tree of tables. */
  readonly root: LmdbTree & { readonly entryCount: number };
  /** The tree of unused pages. */
  readonly free: LmdbTree;
}

// `as string` hides the library's declarations from the compiler, which would reject them: they are not those of an ES module
// (`export =`).
const load = (): Promise<unknown> => import('lmdb' as string);

/** @throws SessionPeerMissingError if the library is not installed */
export async function loadLmdb(): Promise<LmdbLibrary> {
  const library = await importPeer('lmdb', 'The LMDB store', load);
  if (isLmdbLibrary(library)) return library;
  throw new SessionStoreUnavailableError('The package "lmdb" is not the expected version: npm install lmdb@3');
}

function isLmdbLibrary(library: unknown): library is LmdbLibrary {
  if (typeof library !== 'object' || library === null) return false;
  const methods = ['open', 'getLastVersion'].map((name) => Reflect.get(library, name) as unknown);
  return (
    methods.every((method) => typeof method === 'function') && typeof Reflect.get(library, 'IF_EXISTS') === 'number'
  );
}
