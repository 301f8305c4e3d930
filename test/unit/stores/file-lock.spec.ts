import {
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeStaleLock, withLock } from '../../../lib/stores/filesystem/file-lock.js';
import {
  formatHolder,
  type Holder,
  lifeOf,
  parseHolder,
  thisProcess,
} from '../../../lib/stores/filesystem/lock-holder.js';
import { ChildNode } from '../../support/child-node.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';
import { scaled } from '../../support/patience.js';

describe('withLock', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let lock: string;

  beforeEach(() => {
    folder = temporaryFolder('file-lock');
    lock = join(folder.path, 'a.lock');
  });

  afterEach(() => {
    folder.remove();
  });

  /** Runs `count` workers at once, and says how many were at work together at most. */
  async function crowd(count: number): Promise<number> {
    let inside = 0;
    let most = 0;
    const worker = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all(Array.from({ length: count }, () => withLock(lock, worker)));
    return most;
  }

  it('lets one in at a time, all of them in the end, and leaves nothing behind', async () => {
    expect(await crowd(50)).toBe(1);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('names its holder while it is held', async () => {
    await withLock(lock, () => {
      expect(readlinkSync(lock)).toBe(formatHolder(thisProcess()));
      return Promise.resolve();
    });
  });

  it('opens again after work that failed', async () => {
    await expect(withLock(lock, () => Promise.reject(new Error('at work')))).rejects.toThrow('at work');
    expect(await withLock(lock, () => Promise.resolve('next'))).toBe('next');
  });

  it('does not make different locks wait for one another', async () => {
    const both = await withLock(lock, () => withLock(join(folder.path, 'b.lock'), () => Promise.resolve('both')));
    expect(both).toBe('both');
  });

  it('breaks the lock of a process that has ended, for one of many at a time', async () => {
    symlinkSync(formatHolder(await deadProcess()), lock);
    const before = performance.now();
    expect(await crowd(20)).toBe(1);
    expect(performance.now() - before).toBeLessThan(scaled(1_400));
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('breaks it, too, if the process that was breaking it ended as well', async () => {
    const dead = formatHolder(await deadProcess());
    symlinkSync(dead, lock);
    symlinkSync(dead, `${lock}.break`);
    expect(await crowd(20)).toBe(1);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('leaves the lock alone while somebody who lives is breaking it', async () => {
    symlinkSync(formatHolder(await deadProcess()), lock);
    symlinkSync(formatHolder(thisProcess()), `${lock}.break`);
    await expect(crowd(1)).rejects.toThrow('locked by another process');
    expect(readdirSync(folder.path)).toEqual(['a.lock', 'a.lock.break']);
  });

  it('does not break the fresh lock of somebody who was quicker to break the stale one', async () => {
    symlinkSync(formatHolder(await deadProcess()), lock);
    symlinkSync(formatHolder(thisProcess()), `${lock}.break`);
    const waiting = expect(crowd(1)).rejects.toThrow('locked by another process');
    await pause(100); // it has found the lock to be stale, and waits for its turn to break it
    symlinkSync(formatHolder(thisProcess()), `${lock}.new`);
    renameSync(`${lock}.new`, lock);
    rmSync(`${lock}.break`);
    await waiting;
    expect(readlinkSync(lock)).toBe(formatHolder(thisProcess()));
  });

  it('waits for a holder that lives, and ends in an error that says so', async () => {
    const child = new ChildNode('setInterval(() => {}, 1000); console.log("ready")');
    await until('the child runs', () => child.output === 'ready\n');
    symlinkSync(formatHolder({ ...thisProcess(), pid: child.pid, start: startOf(child.pid) }), lock);
    lutimesSync(lock, 1_000, 1_000); // however old the lock is
    await expect(crowd(1)).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    await child.kill();
    expect(await crowd(1)).toBe(1);
  });

  it('lets in who waited as soon as the holder has left', async () => {
    symlinkSync(formatHolder(thisProcess()), lock);
    const waiting = crowd(1);
    await pause(30);
    rmSync(lock);
    expect(await waiting).toBe(1);
  });

  it.each([
    ['from another machine', { machine: 'f'.repeat(16) }],
    ['of a process whose start is not known', { start: '-' }],
  ])('waits for the lock %s, and breaks it once it is old', async (_, other) => {
    symlinkSync(formatHolder({ ...thisProcess(), ...other }), lock);
    await expect(crowd(1)).rejects.toThrow('locked by another process');
    const old = Date.now() / 1000 - 31;
    lutimesSync(lock, old, old);
    expect(await crowd(1)).toBe(1);
  });

  it('reads a lock that is a file, where links cannot be made, and breaks one without a name once it is old', async () => {
    writeFileSync(lock, formatHolder(await deadProcess()));
    expect(await crowd(1)).toBe(1);
    writeFileSync(lock, '');
    await expect(crowd(1)).rejects.toThrow('locked by another process');
    const old = Date.now() / 1000 - 31;
    lutimesSync(lock, old, old);
    expect(await crowd(1)).toBe(1);
  });

  it('rejects where no lock can be made', async () => {
    mkdirSync(join(folder.path, 'there'));
    lock = join(folder.path, 'not there', 'a.lock');
    await expect(crowd(1)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('removeStaleLock', () => {
  it('removes the lock of a process that has ended, and no other', async () => {
    const folder = temporaryFolder('file-lock');
    const [dead, live] = ['dead.lock', 'live.lock'].map((name) => join(folder.path, name));
    symlinkSync(formatHolder(await deadProcess()), String(dead));
    symlinkSync(formatHolder(thisProcess()), String(live));
    for (const path of [dead, live, join(folder.path, 'absent.lock')]) await removeStaleLock(String(path));
    expect(readdirSync(folder.path)).toEqual(['live.lock']);
    folder.remove();
  });
});

describe('the holder of a lock', () => {
  const self = thisProcess();

  it('comes back from its text', () => {
    expect(parseHolder(formatHolder(self))).toEqual(self);
    for (const text of ['', 'x', `${formatHolder(self)}.`, '../../etc/passwd', `${'f'.repeat(16)}.1`]) {
      expect(parseHolder(text)).toBeNull();
    }
  });

  it('lives while its process does', () => {
    expect(lifeOf(self, self)).toBe('alive');
  });

  it('is dead once its process has ended', async () => {
    expect(lifeOf(await deadProcess(), self)).toBe('dead');
  });

  it('is dead if another process has its number now', () => {
    expect(lifeOf({ ...self, start: '1' }, self)).toBe('dead');
  });

  it('is unknown on another machine, whatever runs here', () => {
    expect(lifeOf({ ...self, machine: '0'.repeat(16) }, self)).toBe('unknown');
  });
});

/** The holder that a process was which has ended. */
async function deadProcess(): Promise<Holder> {
  const child = new ChildNode('');
  const holder = { ...thisProcess(), pid: child.pid, start: startOf(child.pid) };
  await child.end();
  return holder;
}

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
