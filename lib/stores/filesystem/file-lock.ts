import { randomInt } from 'node:crypto';
import { lstat, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { SessionStoreUnavailableError } from '../../errors.js';
import { errnoOf } from '../system-errors.js';
import { formatHolder, type Holder, lifeOf, parseHolder, thisProcess } from './lock-holder.js';

/** How long to wait for a lock, in ms. Holders need a millisecond or two. */
const patienceMs = 1_500;

/** How old a lock must be to count as stale if its holder's process cannot be checked, such as one in another container. In ms. */
const unknownStaleMs = 30_000;

/** The most nested locks on breaking a lock: so many crashes in a row within microseconds. */
const maxDepth = 3;

/** Waiters within this process, by lock: they queue in memory and spare the file system. */
const queues = new Map<string, Promise<void>>();

let self: Holder | undefined;

/**
 * Runs `work` under a lock that excludes this and all other processes on this machine.
 *
 * The lock is a symbolic link that names its holder: created in one call, so it never exists without its holder's name. A stale
 * lock of a crashed process is broken under a lock of its own: so the one removed is the one found stale, never the new lock of
 * a faster process. A live holder never loses its lock, however long it takes; waiting then ends in an error.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(path);
  let leave = (): void => undefined;
  const turn = new Promise<void>((resolve) => {
    leave = resolve;
  });
  queues.set(path, turn);
  await before;
  try {
    await acquire(path, Date.now() + patienceMs, 0);
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  } finally {
    if (queues.get(path) === turn) queues.delete(path);
    leave();
  }
}

/** Removes the lock if the process that made it has ended. */
export async function removeStaleLock(path: string): Promise<void> {
  if (await isStale(path)) await breakLock(path, Date.now() + patienceMs, 0);
}

async function acquire(path: string, until: number, depth: number): Promise<void> {
  for (let longest = 2; ; longest = Math.min(longest * 2, 32)) {
    if (await claim(path)) return;
    if (depth < maxDepth && (await isStale(path))) {
      await breakLock(path, until, depth);
      continue;
    }
    if (Date.now() >= until) {
      throw new SessionStoreUnavailableError('A session file has been locked by another process for too long.');
    }
    await pause(randomInt(1, longest + 1));
  }
}

async function breakLock(path: string, until: number, depth: number): Promise<void> {
  const breaking = `${path}.break`;
  await acquire(breaking, until, depth + 1);
  try {
    // Checked again: a previous holder of the breaking lock may have broken it, and another process may have locked again.
    if (await isStale(path)) await rm(path, { force: true });
  } finally {
    await rm(breaking, { force: true });
  }
}

async function claim(path: string): Promise<boolean> {
  self ??= thisProcess();
  const name = formatHolder(self);
  try {
    return await made(symlink(name, path));
  } catch (error) {
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL'].includes(errnoOf(error))) throw error;
    // No symbolic links available (Windows without the privilege, exFAT): use a file. A crash between creating it and writing
    // the name leaves a lock without a holder, which expires by age.
    return await made(writeFile(path, name, { flag: 'wx', mode: 0o600 }));
  }
}

async function made(making: Promise<void>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  self ??= thisProcess();
  try {
    const holder = parseHolder(await nameIn(path));
    const life = holder === null ? 'unknown' : lifeOf(holder, self);
    if (life !== 'unknown') return life === 'dead';
    return Date.now() - (await lstat(path)).mtimeMs > unknownStaleMs;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false; // already gone
    throw error;
  }
}

async function nameIn(path: string): Promise<string> {
  try {
    return await readlink(path);
  } catch (error) {
    if (!['EINVAL', 'UNKNOWN'].includes(errnoOf(error))) throw error;
    return await readFile(path, 'utf8'); // a file, not a link
  }
}
