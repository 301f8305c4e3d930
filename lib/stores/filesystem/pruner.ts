import { rm } from 'node:fs/promises';
import { HOUR, MINUTE } from '../../config/time.js';
import { removeStaleLock, withLock } from './file-lock.js';
import type { FolderEntry, SessionFolder } from './session-folder.js';

/** Younger files may be in use. */
const leftoverMs = HOUR;
const staleLockMs = MINUTE;

/** The result of a run over the folder. */
export interface PruneResult {
  readonly removed: number;
  readonly live: number;
}

/**
 * Removes expired records and the leftovers of crashed processes: temporary files, locks, and files that are not records.
 *
 * @param isCancelled asked before each file
 * @throws the first error, after removing everything that can be removed
 */
export async function prune(
  folder: SessionFolder,
  now: () => number,
  isCancelled: () => boolean,
): Promise<PruneResult> {
  let removed = 0;
  let live = 0;
  const failures: unknown[] = [];
  for await (const entry of folder.entries()) {
    if (isCancelled()) break;
    try {
      if (entry.kind !== 'record') await pruneLeftover(folder, entry);
      else if (await pruneRecord(folder, entry, now)) removed++;
      else live++;
    } catch (error) {
      // A file that cannot be read, such as another user's, must not block the others for ever.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return { removed, live };
}

async function pruneRecord(folder: SessionFolder, { path }: FolderEntry, now: () => number): Promise<boolean> {
  const isOver = async (): Promise<boolean> => {
    const head = await folder.readHead(path);
    if (head !== null) return head.expiresAt <= now();
    return ((await folder.age(path)) ?? 0) > leftoverMs;
  };
  if (!(await isOver())) return false;
  return withLock(path.replace(/\.session$/, '.lock'), async () => {
    // Checked again under the lock: it may have been written or touched since.
    if (!(await isOver())) return false;
    await rm(path, { force: true });
    return true;
  });
}

async function pruneLeftover(folder: SessionFolder, { kind, path }: FolderEntry): Promise<void> {
  const age = (await folder.age(path)) ?? 0;
  if (kind === 'lock' && age > staleLockMs) await removeStaleLock(path);
  if (kind === 'temporary' && age > leftoverMs) await rm(path, { force: true });
}
