import { randomInt } from 'node:crypto';
import { closeSync, openSync, realpathSync, statSync, truncateSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataFile } from './data-file.js';
import type { LmdbLibrary, LmdbReadTransaction, LmdbRoot } from './lmdb.library.js';

/** How long a process that opens the database blocks writers, if one of them does not finish its write. In ms. */
const patienceMs = 500;

/**
 * The file with the lock, which a process opens once, whichever of its stores comes first: to open it takes the lock, and blocks the
 * process until it is free, which it never is while another store of the process has it and waits to go on.
 */
class SharedTurns {
  private static readonly all = new Map<string, SharedTurns>();
  private users = 0;
  private lastTurn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly path: string,
    readonly root: LmdbRoot,
  ) {}

  static take(library: LmdbLibrary, turns: string): SharedTurns {
    const path = join(realpathSync(dirname(turns)), basename(turns));
    let shared = SharedTurns.all.get(path);
    if (shared === undefined) {
      const root = library.open({
        path,
        noSubdir: true,
        permissionsMode: 0o600,
        overlappingSync: false,
        eventTurnBatching: false,
      });
      shared = new SharedTurns(path, root);
      SharedTurns.all.set(path, shared);
    }
    shared.users++;
    return shared;
  }

  /** Runs `work` with the lock. One after the other: the library takes a second one for a part of the first. */
  withLock<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.lastTurn.then(() => this.root.transaction(work));
    this.lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** Closes the file with its last user, unless another one comes while that one still has the lock. */
  async giveBack(): Promise<void> {
    this.users--;
    if (this.users > 0) return;
    await this.lastTurn;
    if (this.users > 0 || SharedTurns.all.get(this.path) !== this) return;
    SharedTurns.all.delete(this.path);
    await this.root.close();
  }
}

/**
 * Keeps opening the database and writing to it apart, across all processes.
 *
 * LMDB does not do that itself (`mdb_env_open2`, in `lmdb` up to at least 3.5.6): a process that opens the file reads the
 * number of the last transaction, and a moment later publishes it to all processes. That undoes what another one has committed
 * in between: the next write starts from the old state and overwrites its pages.
 *
 * So a process that opens the database takes a lock, raises a flag, and waits for the writes that started without having seen
 * it. A process that writes announces itself, then checks the flag. Whichever is second sees the other.
 *
 * The lock and the announcements are those of a second LMDB file, to which nothing is ever written, so opening it is harmless.
 * They end with their process, however it ends. A flag left by an ended process is lowered by the next process that finds it
 * and gets the lock.
 */
export class OpeningGate {
  private writes = 0;
  private announcement: LmdbReadTransaction | null = null;
  private lockFree: Promise<void> | null = null;
  private onIdle: (() => void) | null = null;

  private readonly turns: LmdbRoot;

  private constructor(
    private readonly shared: SharedTurns,
    private readonly flag: string,
  ) {
    this.turns = shared.root;
  }

  static open(library: LmdbLibrary, { turns, turnsWanted }: DataFile): OpeningGate {
    closeSync(openSync(turnsWanted, 'a', 0o600));
    return new OpeningGate(SharedTurns.take(library, turns), turnsWanted);
  }

  /** Runs `work`, which writes, at once or as soon as no process is opening the database. */
  async whileNobodyOpens<T>(work: () => Promise<T>): Promise<T> {
    while (!this.enter()) await this.untilLockIsFree();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /**
   * Runs `work`, which opens the database, while no process writes to it. Waits for a process that hangs in the middle of a
   * write, and lets the others write in the meantime.
   *
   * @param waitsFor called with the ids of the processes that it waits for
   */
  async whileNobodyWrites<T>(work: () => T | Promise<T>, waitsFor: (pids: readonly number[]) => void): Promise<T> {
    for (;;) {
      const result = await this.shared.withLock(async () => {
        truncateSync(this.flag, 1);
        try {
          const writing = await this.stillWriting();
          return writing.length > 0 ? { writing } : { opened: await work() };
        } finally {
          this.lowerFlag();
        }
      });
      if ('opened' in result) return result.opened;
      waitsFor(result.writing);
      await pause(randomInt(1, patienceMs));
    }
  }

  /** Lets writes in progress finish. */
  async close(): Promise<void> {
    if (this.writes > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    await this.shared.giveBack();
  }

  /** Announces a write, and withdraws it if a process is opening the database. */
  private enter(): boolean {
    if (this.writes === 0) this.announcement = this.turns.useReadTransaction();
    this.writes++;
    // The file's size is the flag: changing it needs no space on a full device and no permission on the folder.
    if (statSync(this.flag, { throwIfNoEntry: false })?.size !== 1) return true;
    this.leave();
    return false;
  }

  private leave(): void {
    this.writes--;
    if (this.writes > 0) return;
    this.announcement?.done();
    this.announcement = null;
    this.turns.resetReadTxn();
    this.onIdle?.();
  }

  private untilLockIsFree(): Promise<void> {
    // Only the holder of the lock may open, so a flag seen while holding it was left by a process that has ended.
    this.lockFree ??= this.shared
      .withLock(() => {
        this.lowerFlag();
      })
      .finally(() => {
        this.lockFree = null;
      });
    return this.lockFree;
  }

  private lowerFlag(): void {
    truncateSync(this.flag, 0);
  }

  /** The processes that started a write before the flag was raised and have not finished within the time limit. */
  private async stillWriting(): Promise<readonly number[]> {
    const end = performance.now() + patienceMs;
    for (;;) {
      this.turns.readerCheck();
      const writing = announced(this.turns.readerList());
      if (writing.length === 0 || performance.now() > end) return writing;
      await pause(1);
    }
  }
}

/** The ids of other processes with an active transaction in LMDB's list of readers: each line has process, thread, transaction. */
function announced(readers: string): readonly number[] {
  const pids = [...readers.matchAll(/^\s*(\d+) [\da-f]+ \d+$/gm)].map((line) => Number(line[1]));
  // If a store of this process is writing, the file is already open, and LMDB does not open it again.
  return pids.filter((pid) => pid !== process.pid);
}
