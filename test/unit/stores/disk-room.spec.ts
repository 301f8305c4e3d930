import { statfs } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionStoreFullError } from '../../../lib/errors.js';
import { type DiskPlace, DiskRoom, type DiskSpace } from '../../../lib/stores/disk-room.js';
import { FilesystemStore } from '../../../lib/stores/filesystem/index.js';
import { LmdbStore } from '../../../lib/stores/lmdb/index.js';
import { connectSqlite } from '../../../lib/stores/sql/connect/sqlite.js';
import { SqlStore } from '../../../lib/stores/sql/index.js';
import type { SessionStore } from '../../../lib/stores/session-store.js';
import { standaloneContext } from '../../../lib/stores/store-context.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const megabyte = 1_048_576;

/** A disk of 64 MB, of which a test says how much is left. */
class Disk {
  looks = 0;

  constructor(public left: number) {}

  readonly look = async (folder: string): Promise<DiskSpace> => {
    await statfs(folder);
    this.looks++;
    return { bsize: 4_096, blocks: (64 * megabyte) / 4_096, bavail: Math.floor(this.left / 4_096) };
  };

  room(inside = 0): DiskRoom {
    return new DiskRoom({ folder: '/', setting: 'SESSION_FILE_DIR', look: this.look, inside: () => inside });
  }
}

describe('DiskRoom', () => {
  it('refuses what is new, and later what changes, before the disk is full', async () => {
    const kept = (64 / 20) * megabyte;
    await new Disk(kept + 200_000).room().take(1_000, 'new');
    const nearlyFull = new Disk(kept).room();
    await expect(nearlyFull.take(1_000, 'new')).rejects.toBeInstanceOf(SessionStoreFullError);
    await expect(nearlyFull.take(1_000, 'new')).rejects.toThrow(/^The disk of \/ is full, .* SESSION_FILE_DIR says/);
    await nearlyFull.take(1_000, 'change');
    await expect(new Disk(kept / 2).room().take(1_000, 'change')).rejects.toBeInstanceOf(SessionStoreFullError);
  });

  it('looks at the disk again when what it saw is used up, and not each time', async () => {
    const disk = new Disk(40 * megabyte);
    const room = disk.room();
    for (let count = 0; count < 50; count++) await room.take(1_000, 'new');
    const looks = disk.looks;
    disk.left = 0;
    await expect(room.take(20 * megabyte, 'new')).rejects.toBeInstanceOf(SessionStoreFullError);
    expect([looks < 50, disk.looks]).toEqual([true, looks + 1]);
  });

  it('counts what is unused inside of a file, and goes on where it cannot look', async () => {
    await new Disk(0).room(8 * megabyte).take(1_000, 'new');
    const failing = new DiskRoom({ folder: '/no/such/folder', setting: 'SESSION_FILE_DIR', look: new Disk(0).look });
    await failing.take(1_000, 'new');
    const unasked = new DiskRoom({
      folder: '/',
      setting: 'SESSION_FILE_DIR',
      look: new Disk(64 * megabyte).look,
      inside: () => Promise.reject(new Error('busy')),
    });
    await unasked.take(1_000, 'new');
  });
});

describe.each<[string, (folder: string, room: DiskRoom) => Promise<SessionStore>]>([
  ['files', (dir, room) => Promise.resolve(new FilesystemStore({ dir }, standaloneContext, room))],
  ['LMDB', (path, room) => Promise.resolve(new LmdbStore({ path }, standaloneContext, room))],
  [
    'SQLite',
    async (folder, room) => {
      const owned = { ...(await connectSqlite(`${folder}/sessions.db`, standaloneContext)), room };
      return new SqlStore({ database: owned.database, createTable: true }, standaloneContext, owned);
    },
  ],
])('on a disk that is nearly full, sessions in %s', (_, open) => {
  let folder: ReturnType<typeof temporaryFolder>;

  beforeEach(() => {
    folder = temporaryFolder('disk-room');
  });

  afterEach(() => {
    folder.remove();
  });

  it('are read, extended and ended, and no new one is taken', async () => {
    const disk = new Disk(64 * megabyte);
    const store = await open(folder.path, disk.room());
    const bytes = Buffer.from('record');
    for (const key of ['one', 'two']) await store.write(key, bytes, 60_000, 'absent', 'owner');
    disk.left = 0;
    await expect(store.write('large', Buffer.alloc(40 * megabyte), 60_000, 'absent')).rejects.toBeInstanceOf(
      SessionStoreFullError,
    );
    expect(await store.read('one')).toMatchObject({ bytes });
    expect(await store.touch('one', 60_000)).toBe(true);
    expect([await store.delete('one'), await store.delete('two')]).toEqual(['deleted', 'deleted']);
    await store.close?.();
  });
});

it('counts what is unused in a file of LMDB', async () => {
  const folder = temporaryFolder('disk-room');
  const store = new LmdbStore({ path: folder.path });
  const keys = Array.from({ length: 20 }, (_, index) => `key ${String(index)}`);
  try {
    for (const key of keys) await store.write(key, Buffer.alloc(100_000), 60_000, 'absent');
    for (const key of keys) await store.delete(key);
    const database: unknown = Reflect.get(store, 'database');
    expect(database).toHaveProperty('unusedBytes', expect.any(Number));
    const { unusedBytes } = database as { readonly unusedBytes: number };
    expect([unusedBytes > 1_500_000, unusedBytes < 4_000_000]).toEqual([true, true]);
  } finally {
    await store.close();
    folder.remove();
  }
});

it('counts what is unused in a file of SQLite', async () => {
  const folder = temporaryFolder('disk-room');
  const owned = await connectSqlite(`${folder.path}/sessions.db`, standaloneContext);
  const store = new SqlStore({ database: owned.database, createTable: true }, standaloneContext, owned);
  const keys = Array.from({ length: 20 }, (_, index) => `key ${String(index)}`);
  try {
    for (const key of keys) await store.write(key, Buffer.alloc(100_000), 60_000, 'absent');
    for (const key of keys) await store.delete(key);
    const place: unknown = Reflect.get(owned.room ?? {}, 'place');
    const { inside } = place as DiskPlace;
    expect(await inside?.()).toBeGreaterThan(1_500_000);
  } finally {
    await store.close();
    folder.remove();
  }
});
