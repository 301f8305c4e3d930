import { randomBytes } from 'node:crypto';
import { type DataFile, dataFileAt, prepareDataFile, prepareFolder } from './data-file.js';
import type {
  KeyEncoder,
  KeyRange,
  LmdbLibrary,
  LmdbRoot,
  LmdbStats,
  LmdbTable,
  LmdbTree,
  TableKey,
} from './lmdb.library.js';
import { Headroom } from './headroom.js';
import { OpeningGate } from './opening-gate.js';
import { storedName } from './stored-name.js';
import { decodeHead, decodeNumbers, encode, type RecordHead } from './stored-record.js';

/** A record as a reader sees it. */
export interface LiveRecord {
  readonly bytes: Uint8Array;
  readonly version: number;
}

/** What is stored under a name, as a writer sees it. */
export interface Place {
  /** New with every change, so that a write can require that there was none. */
  readonly stamp: number;
  /** `null`: the store did not write these bytes. */
  readonly head: RecordHead | null;
  /** In the library's memory: valid until the next read. */
  readonly bytes: Uint8Array;
}

const nothing = new Uint8Array(0);
/** Of the file: {@link Database}. */
const tableCount = 3;

/** Names are ASCII. The library's own string encoding takes a third of the time of a read. */
const names: KeyEncoder = {
  writeKey: (name, target, position) => position + target.write(name, position, 'latin1'),
  readKey: (source, start, end) => source.toString('latin1', start, end),
};
/** Sorts before every name. */
const beforeNames = '!';

/** Receives the events worth logging. */
export interface DatabaseObserver {
  /** The bytes in a record's place were not written by the store. */
  readonly foreign: () => void;
  /** Opening waits for processes that hang in the middle of a write. */
  readonly waitsFor: (pids: readonly number[]) => void;
}

interface Tables {
  readonly root: LmdbRoot;
  readonly records: LmdbTable;
  readonly due: LmdbTable;
  readonly owners: LmdbTable;
  readonly headroom: Headroom;
}

/**
 * The three tables of the file, and the atomic changes that span several of them:
 *
 * | table | key | value |
 * | --- | --- | --- |
 * | records | name | the record with its head |
 * | due | time, name | nothing: when pruning checks the record |
 * | owners | the owner's name, name | nothing |
 */
export class Database {
  private readonly root: LmdbRoot;
  private readonly records: LmdbTable;
  private readonly due: LmdbTable;
  private readonly owners: LmdbTable;
  private readonly headroom: Headroom;
  private hasFreshRead = false;

  private constructor(
    private readonly library: LmdbLibrary,
    private readonly gate: OpeningGate,
    { root, records, due, owners, headroom }: Tables,
    private readonly observer: DatabaseObserver,
  ) {
    this.root = root;
    this.records = records;
    this.due = due;
    this.owners = owners;
    this.headroom = headroom;
  }

  static async open(library: LmdbLibrary, path: string, observer: DatabaseObserver): Promise<Database> {
    const dataFile = dataFileAt(path);
    prepareFolder(dataFile);
    const gate = OpeningGate.open(library, dataFile);
    try {
      const tables = await gate.whileNobodyWrites(() => openTables(library, dataFile), observer.waitsFor);
      return new Database(library, gate, tables, observer);
    } catch (error) {
      await gate.close();
      throw error;
    }
  }

  /** How many bytes of the file can be reused. */
  get unusedBytes(): number {
    const stats = statsOf(this.records);
    const trees = [stats, stats.root, stats.free, statsOf(this.due), statsOf(this.owners)];
    // The first two pages are the meta pages.
    const used = trees.reduce((sum, tree) => sum + pagesOf(tree), 2);
    return Math.max(0, stats.lastPageNumber + 1 - used) * stats.pageSize;
  }

  /** The record, if it is live. Copied once, out of the file. */
  read(name: string, now: number): LiveRecord | null {
    const value = this.see(name);
    if (value === undefined) return null;
    const numbers = decodeNumbers(value);
    if (numbers === null) this.observer.foreign();
    if (numbers === null || numbers.expiresAt <= now) return null;
    const bytes = Buffer.allocUnsafe(value.length - numbers.start);
    bytes.set(value.subarray(numbers.start, value.length));
    return { bytes, version: numbers.version };
  }

  look(name: string): Place | null {
    const value = this.see(name);
    if (value === undefined) return null;
    const stamp = this.library.getLastVersion();
    const head = decodeHead(value);
    const start = decodeNumbers(value)?.start ?? 0;
    return { stamp, head, bytes: value.subarray(start, value.length) };
  }

  /**
   * Writes a record to a place that was read, if nothing has changed there since; `false` if something has. The other tables
   * are updated to the owner and due time of `head`.
   */
  put(name: string, place: Place | null, head: RecordHead, bytes: Uint8Array): Promise<boolean> {
    const value = encode(head, bytes);
    const stamp = newNumber();
    const before = place?.head ?? null;
    if (place !== null && before?.due === head.due && before.owner === head.owner) {
      return this.change(() => this.records.put(name, value, stamp, place.stamp), value.length);
    }
    const writes = (): void => {
      if (before !== null) this.unlist(name, before);
      void this.records.put(name, value, stamp);
      void this.due.put([head.due, name], nothing);
      if (head.owner !== null) void this.owners.put([storedName(head.owner), name], nothing);
    };
    return place === null
      ? this.change(() => this.records.ifNoExists(name, writes), value.length, 'new')
      : this.change(() => this.records.ifVersion(name, place.stamp, writes), value.length);
  }

  /** Removes what was read: if nothing has changed there since or, on request, in any case. */
  remove(name: string, { stamp, head }: Place, change: 'if unchanged' | 'in any case'): Promise<boolean> {
    const condition = change === 'if unchanged' ? stamp : this.library.IF_EXISTS;
    return this.change(() =>
      this.records.ifVersion(name, condition, () => {
        if (head !== null) this.unlist(name, head);
        void this.records.remove(name);
      }),
    );
  }

  /** What pruning has to check until `now`, after a given time and name. */
  dueUntil(now: number, after: TableKey | null, limit: number): [number, string][] {
    const range: KeyRange = {
      end: [now + 1],
      limit,
      ...(after === null ? {} : { start: after, exclusiveStart: true }),
    };
    return [...this.fresh(this.due).getKeys(range)].filter(isDueKey);
  }

  /** Removes a time at which its record is no longer due. */
  removeDue(key: [number, string]): Promise<boolean> {
    return this.change(() => this.due.remove(key));
  }

  /** Names listed for the owner, after a given name. */
  namesOf(owner: string, after: string | null, limit: number): string[] {
    const ownerName = storedName(owner);
    const range: KeyRange = {
      start: after === null ? [ownerName] : [ownerName, after],
      exclusiveStart: after !== null,
      // Sorts after every name.
      end: [ownerName, '\x7f'],
      limit,
    };
    return [...this.fresh(this.owners).getKeys(range)].flatMap((key) => {
      const name: unknown = Array.isArray(key) ? key[1] : undefined;
      return typeof name === 'string' ? [name] : [];
    });
  }

  /** The names and heads of all records, after a given name. */
  headsAfter(after: string | null, limit: number): { name: string; head: RecordHead | null }[] {
    const range: KeyRange = { start: after ?? beforeNames, exclusiveStart: after !== null, limit };
    const found: { name: string; head: RecordHead | null }[] = [];
    // One at a time: together the values may be large.
    for (const { key, value } of this.fresh(this.records).getRange(range)) {
      found.push({ name: String(key), head: decodeHead(value) });
    }
    return found;
  }

  /** Waits for the writes requested before; their callers receive any errors. */
  async settle(): Promise<void> {
    const committed = async (): Promise<void> => {
      await this.root.committed.then(
        () => undefined,
        () => undefined,
      );
    };
    await this.gate.whileNobodyOpens(() => this.headroom.between(committed));
  }

  /** Frees the reader slots, of which there are 126, of processes that ended without releasing them. */
  freeReaders(): void {
    this.root.readerCheck();
  }

  async close(): Promise<void> {
    await this.settle();
    await this.root.close();
    this.headroom.close();
    await this.gate.close();
  }

  /** All changes pass here; those that have to wait keep their order. */
  private change<T>(write: () => Promise<T>, bytes = 0, kind: 'new' | 'change' = 'change'): Promise<T> {
    return this.gate.whileNobodyOpens(() => this.headroom.during(bytes, kind, write));
  }

  private see(name: string): Uint8Array | undefined {
    return this.fresh(this.records).getBinaryFast(name);
  }

  /**
   * The library keeps its snapshot until a timer fires. That is fine within one turn of the event loop; in the next one, a
   * caller may know of another process's write.
   */
  private fresh(table: LmdbTable): LmdbTable {
    if (!this.hasFreshRead) {
      this.hasFreshRead = true;
      process.nextTick(this.endOfTurn);
    }
    return table;
  }

  private readonly endOfTurn = (): void => {
    this.hasFreshRead = false;
    this.records.resetReadTxn();
  };

  private unlist(name: string, { due, owner }: RecordHead): void {
    void this.due.remove([due, name]);
    if (owner !== null) void this.owners.remove([storedName(owner), name]);
  }
}

/** Opens the file and creates missing tables. No other process may be writing in the meantime. */
async function openTables(library: LmdbLibrary, dataFile: DataFile): Promise<Tables> {
  prepareDataFile(dataFile);
  const root = library.open({
    path: dataFile.path,
    noSubdir: dataFile.isFile,
    permissionsMode: 0o600,
    // A write resolves when it is on the disk.
    overlappingSync: false,
    // If true, a failed commit rejects a promise that nobody handles, which ends the process.
    eventTurnBatching: false,
  });
  const headroom = new Headroom(dataFile.file, () => endOf(root));
  try {
    // An existing database can be opened and read while the disk is full.
    if (statsOf(root).root.entryCount < tableCount) headroom.prepare();
    return {
      root,
      headroom,
      records: root.openDB({ name: 'records', encoding: 'binary', keyEncoder: names, useVersions: true }),
      due: root.openDB({ name: 'due', encoding: 'binary' }),
      owners: root.openDB({ name: 'owners', encoding: 'binary' }),
    };
  } catch (error) {
    headroom.close();
    await root.close();
    throw error;
  }
}

/** Where the file's last page ends, in bytes. */
function endOf(table: LmdbRoot): number {
  const { lastPageNumber, pageSize } = statsOf(table);
  return (lastPageNumber + 1) * pageSize;
}

/** They take a snapshot, which the library would keep for the next read. */
function statsOf(table: Pick<LmdbTable, 'getStats' | 'resetReadTxn'>): LmdbStats {
  const stats = table.getStats();
  table.resetReadTxn();
  return stats;
}

/** An integer that has not been used before. */
export function newNumber(): number {
  return randomBytes(6).readUIntBE(0, 6) + 1;
}

function isDueKey(key: unknown): key is [number, string] {
  return Array.isArray(key) && typeof key[0] === 'number' && typeof key[1] === 'string';
}

function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }: LmdbTree): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}
