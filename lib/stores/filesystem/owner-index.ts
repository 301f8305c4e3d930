import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, opendir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOUR } from '../../config/time.js';
import type { StepDone } from '../session-store.js';
import { errnoOf } from '../system-errors.js';
import { withLock } from './file-lock.js';
import { orNull, type SessionFolder } from './session-folder.js';

/** How many of an owner's records are read or removed in parallel. */
const batchSize = 32;

/** A younger entry may belong to a record that is being created. */
const youngMs = HOUR;

const entryName = /^([0-9a-f]{64})\.[0-9a-f]{24}\.entry$/;

/** An empty file: its folder is the owner, its name is the record that belongs to it. */
interface Entry {
  /** The record's name on disk, without an extension. */
  readonly name: string;
  readonly path: string;
}

/**
 * The owner index: a folder per owner, with an entry for each record. An entry is created before its record and removed after
 * it. A crash in between leaves an extra entry, never a missing one, and pruning removes it.
 *
 * Both creating a record and removing all of an owner's records take the record's lock. Creation then checks that its entry
 * still exists, and removal deletes the record and the entry together: so a record created in the meantime is either removed or
 * not created at all.
 */
export class OwnerIndex {
  private readonly dir: string;

  constructor(private readonly folder: SessionFolder) {
    this.dir = join(folder.dir, 'owners');
  }

  /**
   * Adds an entry for the record of `key`, which is about to be created, and returns its path. Each creation has its own: of
   * two that race for one key, the loser removes its own entry, not the winner's.
   */
  async add(owner: string, key: string): Promise<string> {
    const folder = this.folderOf(owner);
    const path = join(folder, `${this.folder.nameOf(key)}.${randomBytes(12).toString('hex')}.entry`);
    for (let attempt = 1; ; attempt++) {
      try {
        await writeFile(path, '', { flag: 'wx', mode: 0o600 });
        return path;
      } catch (error) {
        // The folder does not exist yet, or was empty and has been pruned.
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
   * Removes the owner's records except that of `exceptKey`, and returns how many had not expired. If one cannot be removed, the
   * others still are; it stays listed, and the first error is thrown at the end.
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

  /** Removes entries whose records are gone, and empty owners' folders. */
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

  /** True: it existed, and had not expired. */
  private removeRecord({ name, path }: Entry, now: () => number): Promise<boolean> {
    return withLock(this.folder.lockAt(name), async () => {
      // The entry may have been withdrawn because the record belongs to another owner.
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

/** Leaves a folder that is not empty. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errnoOf(error))) throw error;
  }
}
