import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, opendir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepDone } from '../session-store.js';
import { errnoOf } from './errno.js';
import { withLock } from './file-lock.js';
import { orNull, type SessionFolder } from './session-folder.js';

/** How many records of an owner are looked at, or removed, at a time. */
const batchSize = 32;

/** What is younger may belong to a record that is being created this moment. */
const youngMs = 60 * 60_000;

const entryName = /^([0-9a-f]{64})\.[0-9a-f]{24}\.entry$/;

/** An empty file that says by its name and its folder: the record of that name belongs to that owner. */
interface Entry {
  /** The record's name on disk, without an ending. */
  readonly name: string;
  readonly path: string;
}

/**
 * Whose which records are: a folder for each owner, with an entry for each record. An entry is made before its record, and
 * removed after it. A crash in between leaves one too many, never one too few, and pruning removes it.
 *
 * A record is created, and an owner's records are removed, under the record's lock. There the one looks whether its entry
 * is still there, and the other removes the record and the entry together: so a record that is created meanwhile is removed,
 * or it is not created at all.
 */
export class OwnerIndex {
  private readonly dir: string;

  constructor(private readonly folder: SessionFolder) {
    this.dir = join(folder.dir, 'owners');
  }

  /**
   * Makes an entry for the record of `key`, which is about to be created, and gives its path. Each creation has one of its
   * own: of two that race for one key, the loser takes back its own entry, and not the winner's.
   */
  async add(owner: string, key: string): Promise<string> {
    const folder = this.folderOf(owner);
    const path = join(folder, `${this.folder.nameOf(key)}.${randomBytes(12).toString('hex')}.entry`);
    for (let attempt = 1; ; attempt++) {
      try {
        await writeFile(path, '', { flag: 'wx', mode: 0o600 });
        return path;
      } catch (error) {
        // There is no folder yet; or it was empty, and has been pruned since it was made.
        if (errnoOf(error) !== 'ENOENT' || attempt === 5) throw error;
        await mkdir(folder, { recursive: true, mode: 0o700 });
      }
    }
  }

  /** The keys of the owner's records that have not expired. */
  async *keysOf(owner: string, now: () => number, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    const seen = new Set<string>();
    for await (const { name } of this.entriesIn(this.folderOf(owner))) {
      stepDone?.();
      if (seen.has(name)) continue;
      seen.add(name);
      const head = await this.folder.readHead(this.folder.recordAt(name));
      if (head !== null && head.expiresAt > now()) yield head.key;
    }
  }

  /**
   * Removes the owner's records but that of `exceptKey`, and says how many had not expired. One that cannot be removed does
   * not keep the others; it stays listed, and the first error is thrown in the end.
   */
  async removeAll(
    owner: string,
    exceptKey: string | undefined,
    now: () => number,
    stepDone?: StepDone,
  ): Promise<number> {
    const folder = this.folderOf(owner);
    const except = exceptKey === undefined ? null : this.folder.nameOf(exceptKey);
    const entries: Entry[] = [];
    for await (const entry of this.entriesIn(folder)) {
      stepDone?.();
      if (entry.name !== except) entries.push(entry);
    }
    let removed = 0;
    const errors: unknown[] = [];
    for (let first = 0; first < entries.length; first += batchSize) {
      const batch = entries.slice(first, first + batchSize).map((entry) => this.removeRecord(entry, now));
      for (const result of await Promise.allSettled(batch)) {
        if (result.status === 'rejected') errors.push(result.reason);
        else if (result.value) removed++;
      }
      stepDone?.();
    }
    if (errors.length > 0) throw errors[0];
    await removeEmpty(folder);
    return removed;
  }

  /** Removes entries whose records are gone, and the folders of owners who have none left. */
  async prune(isCancelled: () => boolean): Promise<void> {
    for await (const item of itemsIn(this.dir)) {
      if (isCancelled()) return;
      if (!item.isDirectory() || !/^[0-9a-f]{64}$/.test(item.name)) continue;
      const folder = join(this.dir, item.name);
      for await (const { name, path } of this.entriesIn(folder)) {
        if (isCancelled()) return;
        if (((await this.folder.age(path)) ?? 0) < youngMs) continue;
        if ((await this.folder.age(this.folder.recordAt(name))) === null) await rm(path, { force: true });
      }
      await removeEmpty(folder);
    }
  }

  /** True: there was one, and it had not expired. */
  private removeRecord({ name, path }: Entry, now: () => number): Promise<boolean> {
    return withLock(this.folder.lockAt(name), async () => {
      // It may have been taken back since, because the record is somebody else's.
      if ((await this.folder.age(path)) === null) return false;
      const record = this.folder.recordAt(name);
      const head = await this.folder.readHead(record);
      if (head !== null) await rm(record, { force: true });
      await rm(path, { force: true });
      return head !== null && head.expiresAt > now();
    });
  }

  private folderOf(owner: string): string {
    return join(this.dir, this.folder.nameOf(owner));
  }

  private async *entriesIn(folder: string): AsyncGenerator<Entry, void, undefined> {
    for await (const item of itemsIn(folder)) {
      const name = entryName.exec(item.name)?.[1];
      if (name !== undefined && item.isFile()) yield { name, path: join(folder, item.name) };
    }
  }
}

async function* itemsIn(path: string): AsyncGenerator<Dirent, void, undefined> {
  const folder = await orNull(opendir(path));
  if (folder !== null) yield* folder;
}

/** A folder in which something lies stays. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errnoOf(error))) throw error;
  }
}
