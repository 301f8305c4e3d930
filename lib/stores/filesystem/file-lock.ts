import { randomInt } from 'node:crypto';
import { lstat, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { SessionStoreUnavailableError } from '../../errors.js';
import { errnoOf } from './errno.js';
import { formatHolder, type Holder, lifeOf, parseHolder, thisProcess } from './lock-holder.js';

/** How long a lock is waited for. A holder needs a millisecond or two. */
const patienceMs = 1_500;

/** How old the lock of a holder must be whose life cannot be looked up, such as one in another container. */
const unknownStaleMs = 30_000;

/** Locks on the breaking of locks, that is so many crashes in a row within the same microseconds. */
const maxDepth = 3;

/** Who waits within this process, by lock: they take turns in memory and leave the file system in peace. */
const queues = new Map<string, Promise<void>>();

let self: Holder | undefined;

/**
 * Runs `work` while nobody else in this process, or in another one on this machine, runs work under the same lock.
 *
 * The lock is a symbolic link that names its holder: made with one call, it is there with its holder's name or not at all.
 * A lock that a crashed process left is broken, under a lock of its own: so the one that is removed is the one that was
 * found to be stale, never the fresh lock of somebody who was quicker. A holder that lives is never robbed, however long it
 * takes; the wait ends in an error.
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

/** Removes the lock if whoever made it has ended. */
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
    // Looked at again: whoever held the lock on breaking before may have done it, and somebody else have locked anew.
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
    // No symbolic links here (Windows without the right to make them, exFAT): the next best thing. A crash between the
    // making and the writing of the name leaves a lock without one, which ends by its age.
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
    if (errnoOf(error) === 'ENOENT') return false; // gone by itself meanwhile
    throw error;
  }
}

async function nameIn(path: string): Promise<string> {
  try {
    return await readlink(path);
  } catch (error) {
    if (!['EINVAL', 'UNKNOWN'].includes(errnoOf(error))) throw error;
    return await readFile(path, 'utf8'); // no link, but a file
  }
}
