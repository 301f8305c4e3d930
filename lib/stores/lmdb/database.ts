import { randomBytes } from 'node:crypto';
import { type DataFile, dataFileAt, prepareDataFile, prepareFolder } from './data-file.js';
import type { KeyEncoder, KeyRange, LmdbLibrary, LmdbRoot, LmdbTable, LmdbTree, TableKey } from './lmdb.library.js';
import { OpeningGate } from './opening-gate.js';
import { storedName } from './stored-name.js';
import { decodeHead, decodeNumbers, encode, type RecordHead } from './stored-record.js';

/** A record as a reader sees it. */
export interface LiveRecord {
  readonly bytes: Uint8Array;
  readonly version: number;
}

/** What lies under a name, as a writer sees it. */
export interface Place {
  /** New with every change, so that a change can depend on there having been none. */
  readonly stamp: number;
  /** `null`: these are bytes that the store did not write. */
  readonly head: RecordHead | null;
  /** In the library's memory: good until the next read. */
  readonly bytes: Uint8Array;
}

const nothing = new Uint8Array(0);

/** Names are ASCII. The library's own way of writing a text is a third of the time that a read takes. */
const names: KeyEncoder = {
  writeKey: (name, target, position) => position + target.write(name, position, 'latin1'),
  readKey: (source, start, end) => source.toString('latin1', start, end),
};
/** Less than every name. */
const beforeNames = '!';

/** Hears what is worth a line in the log. */
export interface DatabaseObserver {
  /** There are bytes in a record's place that the store did not write. */
  readonly foreign: () => void;
  /** Opening waits for processes that stand still in the middle of a write. */
  readonly waitsFor: (pids: readonly number[]) => void;
}

interface Tables {
  readonly root: LmdbRoot;
  readonly records: LmdbTable;
  readonly due: LmdbTable;
  readonly owners: LmdbTable;
}

/**
 * The three tables of the file, and the changes that touch several of them, each made as a whole or not at all:
 *
 * | table | key | value |
 * | --- | --- | --- |
 * | records | name | the record with its head |
 * | due | time, name | nothing: when pruning looks at the record |
 * | owners | the owner's name, name | nothing |
 */
export class Database {
  private readonly root: LmdbRoot;
  private readonly records: LmdbTable;
  private readonly due: LmdbTable;
  private readonly owners: LmdbTable;
  private hasFreshRead = false;

  private constructor(
    private readonly library: LmdbLibrary,
    private readonly gate: OpeningGate,
    { root, records, due, owners }: Tables,
    private readonly observer: DatabaseObserver,
  ) {
    this.root = root;
    this.records = records;
    this.due = due;
    this.owners = owners;
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

  /** How much of the file is free to be written anew. */
  get unusedBytes(): number {
    const stats = this.records.getStats();
    const trees = [stats, stats.root, stats.free, this.due.getStats(), this.owners.getStats()];
    // The first two pages say where everything is.
    const used = trees.reduce((sum, tree) => sum + pagesOf(tree), 2);
    return Math.max(0, stats.lastPageNumber + 1 - used) * stats.pageSize;
  }

  /** The record, if it lives. Copied once, out of the file. */
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
   * Puts a record into a place that was looked at, if nothing has changed there since; `false` if something has.
   * Whatever `head` says of owner and due time is true of the other tables, too.
   */
  put(name: string, place: Place | null, head: RecordHead, bytes: Uint8Array): Promise<boolean> {
    const value = encode(head, bytes);
    const stamp = newNumber();
    const before = place?.head ?? null;
    if (place !== null && before?.due === head.due && before.owner === head.owner) {
      return this.change(() => this.records.put(name, value, stamp, place.stamp));
    }
    const writes = (): void => {
      if (before !== null) this.unlist(name, before);
      void this.records.put(name, value, stamp);
      void this.due.put([head.due, name], nothing);
      if (head.owner !== null) void this.owners.put([storedName(head.owner), name], nothing);
    };
    return this.change(() =>
      place === null ? this.records.ifNoExists(name, writes) : this.records.ifVersion(name, place.stamp, writes),
    );
  }

  /** Removes what was looked at: if nothing has changed there since, or, on demand, whatever has. */
  remove(name: string, { stamp, head }: Place, change: 'if unchanged' | 'in any case'): Promise<boolean> {
    const condition = change === 'if unchanged' ? stamp : this.library.IF_EXISTS;
    return this.change(() =>
      this.records.ifVersion(name, condition, () => {
        if (head !== null) this.unlist(name, head);
        void this.records.remove(name);
      }),
    );
  }

  /** What pruning has to look at until `now`, after a time and a name that it has looked at already. */
  dueUntil(now: number, after: TableKey | null, limit: number): [number, string][] {
    const range: KeyRange = {
      end: [now + 1],
      limit,
      ...(after === null ? {} : { start: after, exclusiveStart: true }),
    };
    return [...this.fresh(this.due).getKeys(range)].filter(isDueKey);
  }

  /** Forgets a time that is no longer that of a record. */
  removeDue(key: [number, string]): Promise<boolean> {
    return this.change(() => this.due.remove(key));
  }

  /** Names that are listed as the owner's, after one that was had already. */
  namesOf(owner: string, after: string | null, limit: number): string[] {
    const ownerName = storedName(owner);
    const range: KeyRange = {
      start: after === null ? [ownerName] : [ownerName, after],
      exclusiveStart: after !== null,
      // Greater than every name.
      end: [ownerName, '\x7f'],
      limit,
    };
    return [...this.fresh(this.owners).getKeys(range)].flatMap((key) => {
      const name: unknown = Array.isArray(key) ? key[1] : undefined;
      return typeof name === 'string' ? [name] : [];
    });
  }

  /** The names and heads of all records, after a name that was had already. */
  headsAfter(after: string | null, limit: number): { name: string; head: RecordHead | null }[] {
    const range: KeyRange = { start: after ?? beforeNames, exclusiveStart: after !== null, limit };
    const found: { name: string; head: RecordHead | null }[] = [];
    // One by one: together the values may be large.
    for (const { key, value } of this.fresh(this.records).getRange(range)) {
      found.push({ name: String(key), head: decodeHead(value) });
    }
    return found;
  }

  /** Waits for the writes that were asked for before; whether they succeed is told to whoever asked for them. */
  async settle(): Promise<void> {
    await this.change(async () => {
      await this.root.committed.then(
        () => undefined,
        () => undefined,
      );
    });
  }

  /** Frees the places of processes that have ended without a word; there are 126. */
  freeReaders(): void {
    this.root.readerCheck();
  }

  async close(): Promise<void> {
    await this.settle();
    await this.root.close();
    await this.gate.close();
  }

  /** Every write goes this way; those that have to wait keep their order. */
  private change<T>(write: () => Promise<T>): Promise<T> {
    return this.gate.whileNobodyOpens(write);
  }

  private see(name: string): Uint8Array | undefined {
    return this.fresh(this.records).getBinaryFast(name);
  }

  /**
   * The library keeps what it sees until a timer goes off. Within one turn of the event loop that is as good as looking
   * again; in the next one, somebody may know of a write in another process.
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

/** Opens the file and the tables, and makes what is not there. Nobody else may be writing meanwhile. */
function openTables(library: LmdbLibrary, dataFile: DataFile): Tables {
  prepareDataFile(dataFile);
  const root = library.open({
    path: dataFile.path,
    noSubdir: dataFile.isFile,
    permissionsMode: 0o600,
    // A write is answered when it is on the disk.
    overlappingSync: false,
    // With it, a failed commit rejects a promise that nobody has a hold of, and so ends the process.
    eventTurnBatching: false,
  });
  return {
    root,
    records: root.openDB({ name: 'records', encoding: 'binary', keyEncoder: names, useVersions: true }),
    due: root.openDB({ name: 'due', encoding: 'binary' }),
    owners: root.openDB({ name: 'owners', encoding: 'binary' }),
  };
}

/** A whole number that was not there before. */
export function newNumber(): number {
  return randomBytes(6).readUIntBE(0, 6) + 1;
}

function isDueKey(key: unknown): key is [number, string] {
  return Array.isArray(key) && typeof key[0] === 'number' && typeof key[1] === 'string';
}

function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }: LmdbTree): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}
