import { closeSync, openSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Headroom } from '../../../../lib/stores/lmdb/headroom.js';
import { Checkpoint } from '../../../support/checkpoint.js';
import { temporaryFolder } from '../../../support/temporary-folder.js';

const kilobyte = 1_024;

describe('the headroom of an LMDB file', () => {
  const folder = temporaryFolder('lmdb-headroom');
  let file: string;
  let headroom: Headroom;
  let end: number;
  let looks: number;

  beforeEach(() => {
    file = join(folder.path, 'data.mdb');
    closeSync(openSync(file, 'w'));
    end = 0;
    looks = 0;
    headroom = new Headroom(file, () => {
      looks++;
      return end;
    });
  });

  afterEach(() => {
    headroom.close();
  });

  afterAll(folder.remove);

  const size = (): number => statSync(file).size;

  it('makes the file larger than a change needs before the change, and looks rarely while changes are in flight', async () => {
    let seen = 0;
    await headroom.during(100 * kilobyte, 'change', async () => {
      seen = size();
    });
    expect(seen).toBeGreaterThan((200 + 256) * kilobyte);
    end = 200 * kilobyte;
    await headroom.during(10, 'change', async () => undefined);
    expect(size()).toBe(seen);
    const before = looks;
    await Promise.all(Array.from({ length: 10 }, () => headroom.during(10, 'change', async () => undefined)));
    expect(looks).toBe(before + 1);
    end = seen;
    await headroom.during(10, 'change', async () => undefined);
    expect(size()).toBeGreaterThan(seen + 256 * kilobyte);
  });

  it('follows a file that another process has made larger, and overwrites none of it', async () => {
    await headroom.during(10, 'change', async () => undefined);
    end = 4_096 * kilobyte;
    truncateSync(file, end);
    await headroom.during(10, 'change', async () => undefined);
    expect(size()).toBeGreaterThan(end + 256 * kilobyte);
  });

  /** Starts changes that last until their checkpoints are released. */
  function startAll(...sizes: readonly number[]) {
    const started: number[] = [];
    const ended: number[] = [];
    const checkpoints = sizes.map(() => new Checkpoint());
    const done = sizes.map((bytes, index) =>
      headroom
        .during(bytes, 'change', () => {
          started.push(index);
          return checkpoints[index]?.pass() ?? Promise.resolve();
        })
        .then(() => ended.push(index)),
    );
    const release = (): void => {
      for (const checkpoint of checkpoints) checkpoint.release();
    };
    return { started, ended, checkpoints, done, release };
  }

  it('lets changes beyond what may be in flight wait, and keeps their order', async () => {
    const large = 700 * kilobyte;
    const { started, ended, checkpoints, done, release } = startAll(large, large, large, large, 10, large);
    const between = headroom.between(async () => [...started]);
    expect(started).toEqual([0, 1]);
    checkpoints[0]?.release();
    await done[0];
    // The small one does not overtake those before it.
    expect(started).toEqual([0, 1, 2]);
    release();
    await Promise.all(done);
    expect(ended).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await between).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('starts a change that is larger than all that may be in flight, alone', async () => {
    const { started, done, release } = startAll(10_000 * kilobyte, 10);
    expect(started).toEqual([0]);
    release();
    await Promise.all(done);
    expect(started).toEqual([0, 1]);
  });

  it('goes on after a change that fails', async () => {
    await expect(headroom.during(10, 'change', () => Promise.reject(new Error('conflict')))).rejects.toThrow(
      'conflict',
    );
    expect(await headroom.during(3_000 * kilobyte, 'change', async () => 'written')).toBe('written');
  });

  it('rejects with the system’s error if the file cannot become larger, and that change alone', async () => {
    const full = new Headroom('/dev/full', () => end);
    expect(() => full.prepare()).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    await expect(full.during(10, 'change', async () => undefined)).rejects.toMatchObject({ code: 'ENOSPC' });
    // What changes nothing needs no space.
    expect(await full.between(async () => 'settled')).toBe('settled');
    // The file has no bytes: where its last page ends below zero, it has that much space.
    end = -(16 + 255) * kilobyte;
    await expect(full.during(0, 'new', async () => undefined)).rejects.toMatchObject({ code: 'ENOSPC' });
    end = -16 * kilobyte;
    const first = new Checkpoint();
    const results = Promise.allSettled([
      full.during(0, 'change', () => first.pass()),
      full.during(kilobyte, 'change', async () => 'large'),
      full.during(0, 'change', async () => 'small'),
    ]);
    first.release();
    expect(await results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'ENOSPC' } },
      { status: 'fulfilled', value: 'small' },
    ]);
    full.close();
  });
});
