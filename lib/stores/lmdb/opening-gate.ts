import { randomInt } from 'node:crypto';
import { closeSync, openSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataFile } from './data-file.js';
import type { LmdbLibrary, LmdbReadTransaction, LmdbRoot } from './lmdb.library.js';

/** How long a process that opens keeps the others from writing, while one of them does not come to the end of its write. */
const patienceMs = 500;

/**
 * Keeps opening the database and writing to it apart, in all processes.
 *
 * LMDB does not do that by itself (`mdb_env_open2`, in `lmdb` up to 3.5.6 at least): a process that opens the file reads which
 * transaction was the last, and a moment later notes its number for all processes. What another one has committed in between is
 * taken back by that: the next write begins where the lost one did, and overwrites its pages.
 *
 * So a process that opens takes a lock, raises a flag, and waits for the writes that have begun without having seen it. One that
 * writes announces itself, and looks for the flag. Of the two, whoever is second sees the other.
 *
 * The lock and the announcements are those of a second LMDB file, into which nothing is ever written, so that its being opened
 * harms nothing. They end with the process that has them, however it ends. A flag that outlives its process is lowered by the
 * next one that finds it and gets the lock.
 */
export class OpeningGate {
  private writes = 0;
  private announcement: LmdbReadTransaction | null = null;
  private lockFree: Promise<void> | null = null;
  private onIdle: (() => void) | null = null;

  private constructor(
    private readonly turns: LmdbRoot,
    private readonly flag: string,
  ) {}

  static open(library: LmdbLibrary, { turns, turnsWanted }: DataFile): OpeningGate {
    closeSync(openSync(turnsWanted, 'a', 0o600));
    const root = library.open({
      path: turns,
      noSubdir: true,
      permissionsMode: 0o600,
      overlappingSync: false,
      eventTurnBatching: false,
    });
    return new OpeningGate(root, turnsWanted);
  }

  /** Begins `work`, which writes, at once, or when nobody opens the database any more. */
  async whileNobodyOpens<T>(work: () => Promise<T>): Promise<T> {
    while (!this.enter()) await this.untilLockIsFree();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /**
   * Does `work`, which opens the database, while nobody writes to it. Waits for a process that stands still in the middle of
   * a write, and lets the others write meanwhile.
   *
   * @param waitsFor told of the processes that are waited for, by their ids
   */
  async whileNobodyWrites<T>(work: () => T, waitsFor: (pids: readonly number[]) => void): Promise<T> {
    for (;;) {
      const result = await this.turns.transaction(async () => {
        truncateSync(this.flag, 1);
        try {
          const writing = await this.stillWriting();
          return writing.length > 0 ? { writing } : { opened: work() };
        } finally {
          this.lowerFlag();
        }
      });
      if ('opened' in result) return result.opened;
      waitsFor(result.writing);
      await pause(randomInt(1, patienceMs));
    }
  }

  /** What has begun to write is let come to its end. */
  async close(): Promise<void> {
    if (this.writes > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    await this.turns.close();
  }

  /** Announces a write, and takes that back where somebody opens. */
  private enter(): boolean {
    if (this.writes === 0) this.announcement = this.turns.useReadTransaction();
    this.writes++;
    // Its size is the flag: that needs no room on a device that is full, and no right to change the folder.
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
    // Whoever has the lock is the only one that may open, so a flag that is seen then is that of a process that has ended.
    this.lockFree ??= this.turns
      .transaction(() => this.lowerFlag())
      .finally(() => {
        this.lockFree = null;
      });
    return this.lockFree;
  }

  private lowerFlag(): void {
    truncateSync(this.flag, 0);
  }

  /** The processes that have begun to write before the flag was raised, and are not at the end of it when patience is. */
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

/** The ids of other processes in LMDB's list of readers whose transaction has begun: each line has process, thread, transaction. */
function announced(readers: string): readonly number[] {
  const pids = [...readers.matchAll(/^\s*(\d+) [\da-f]+ \d+$/gm)].map((line) => Number(line[1]));
  // A store of this process that writes has the file open already, and then opening it again is no opening for LMDB.
  return pids.filter((pid) => pid !== process.pid);
}
