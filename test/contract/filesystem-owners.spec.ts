import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withLock } from '../../lib/stores/filesystem/file-lock.js';
import { FilesystemStore, type FilesystemStoreOptions } from '../../lib/stores/filesystem/index.js';
import { formatHolder, thisProcess } from '../../lib/stores/filesystem/lock-holder.js';
import type { WriteResult } from '../../lib/stores/session-store.js';
import { hostileKeys } from '../../lib/testing/store-contract/hostile-keys.js';
import { CollectedLog } from '../support/collected-log.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const aMinute = 60_000;
const twoHoursAgo = Date.now() / 1000 - 7_200;

describe('FilesystemStore and its owners', () => {
  let parent: ReturnType<typeof temporaryFolder>;
  let dir: string;
  let now: number;
  const stores: FilesystemStore[] = [];

  beforeEach(() => {
    parent = temporaryFolder('filesystem-owners');
    dir = join(parent.path, 'below', 'sessions');
    now = Date.now();
  });

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    parent.remove();
  });

  function open(options: FilesystemStoreOptions = {}): FilesystemStore {
    const store = new FilesystemStore({ dir, ...options }, { log: new CollectedLog(), now: () => now });
    stores.push(store);
    return store;
  }

  /** The folders of the owners and what is in them, as paths from the folder of all of them. */
  function ownerFiles(): string[] {
    const at = join(dir, 'owners');
    return existsSync(at) ? readdirSync(at, { recursive: true, encoding: 'utf8' }).sort() : [];
  }

  /** The one entry that there is. */
  function entryFile(): string {
    const [entry, ...others] = ownerFiles().filter((name) => name.endsWith('.entry'));
    if (entry === undefined || others.length > 0) throw new Error('expected one entry');
    return join(dir, 'owners', entry);
  }

  it('keeps an empty entry beside a record with an owner, and nothing beside others', async () => {
    const store = open();
    await create(store, 'nobody’s');
    expect(readdirSync(dir)).toEqual([`${nameOf('nobody’s')}.session`]);
    await create(store, 'key', 'owner');
    const [folder, entry, ...others] = ownerFiles();
    expect(others).toEqual([]);
    expect(folder).toBe(nameOf('owner'));
    expect(entry).toMatch(new RegExp(`^${nameOf('owner')}/${nameOf('key')}\\.[0-9a-f]{24}\\.entry$`));
    expect(readFileSync(entryFile()).length).toBe(0);
  });

  it('makes its folders and entries for its user alone, whatever the mode of the records', async () => {
    await create(open({ mode: 0o660 }), 'key', 'owner');
    for (const path of [dir, join(dir, 'owners'), dirname(entryFile())]) expect(modeOf(path)).toBe(0o700);
    expect(modeOf(entryFile())).toBe(0o600);
  });

  it('never leaves its folder, whatever the owner', async () => {
    const store = open();
    const owners = hostileKeys();
    for (const owner of owners) await create(store, `key of ${owner}`, owner);
    expect(ownerFiles()).toHaveLength(2 * owners.length);
    for (const name of ownerFiles()) expect(name).toMatch(/^[0-9a-f]{64}($|\/[0-9a-f]{64}\.[0-9a-f]{24}\.entry$)/);
    expect(readdirSync(parent.path)).toEqual(['below']);
    expect(readdirSync(join(parent.path, 'below'))).toEqual(['sessions']);
  });

  it('leaves nothing of an owner whose records it has ended', async () => {
    const store = open();
    await Promise.all(['one', 'two', 'three'].map((key) => create(store, key, 'owner')));
    expect(await store.deleteOwnedBy('owner')).toBe(3);
    expect(readdirSync(dir)).toEqual(['owners']);
    expect(ownerFiles()).toEqual([]);
  });

  it('creates no record whose entry has been taken away while it waited for the lock', async () => {
    const store = open();
    await store.prepare();
    const creation = await withLock(join(dir, `${nameOf('key')}.lock`), async () => {
      const result = store.write('key', Buffer.from('1'), aMinute, 'absent', 'owner');
      await until('the entry is there', () => ownerFiles().length === 2);
      rmSync(entryFile());
      return { result };
    });
    expect(await creation.result).toEqual({ gone: true });
    expect(readdirSync(dir)).toEqual(['owners']);
  });

  it('takes its own entry back, and no other, where the record is there already', async () => {
    const store = open();
    await create(store, 'key', 'owner');
    const entry = entryFile();
    for (const owner of ['owner', 'another']) {
      const result = await store.write('key', Buffer.from('2'), aMinute, 'absent', owner);
      expect(result).toHaveProperty('conflict');
    }
    expect(entryFile()).toBe(entry);
  });

  it('ends all that it can when some records cannot be, says so, and still knows those', async () => {
    const store = open();
    // More than are looked at together.
    const [stuck, free] = [keys('stuck', 32), keys('free', 8)];
    for (const key of [...stuck, ...free]) await create(store, key, 'owner');
    const locks = stuck.map((key) => join(dir, `${nameOf(key)}.lock`));
    for (const lock of locks) symlinkSync(formatHolder(thisProcess()), lock);
    await expect(store.deleteOwnedBy('owner')).rejects.toThrow('locked by another process');
    expect(await listed(store, 'owner')).toEqual(stuck);
    for (const lock of locks) rmSync(lock);
    expect(await store.deleteOwnedBy('owner')).toBe(32);
  });

  it('ends nothing by an entry that was taken back since it was found', async () => {
    const store = open();
    await create(store, 'key', 'owner');
    const ending = await withLock(join(dir, `${nameOf('key')}.lock`), async () => {
      const entry = entryFile();
      const counted = store.deleteOwnedBy('owner');
      // It has found the entry, and waits for the lock, when another one that came later has, too.
      await store.deleteOwnedBy('nobody');
      for (let round = 0; round < 20; round++) await store.read('key');
      rmSync(entry);
      return { counted };
    });
    expect(await ending.counted).toBe(0);
    expect(await store.read('key')).not.toBeNull();
  });

  it('lists no record that is cut short or expired, and none before it is there', async () => {
    const store = open();
    await create(store, 'cut', 'owner');
    await create(store, 'expired', 'owner', 1_000);
    writeFileSync(join(dir, `${nameOf('cut')}.session`), 'NSAS');
    now += 2_000;
    expect(await listed(store, 'owner')).toEqual([]);
    expect(await store.deleteOwnedBy('owner')).toBe(0);
  });

  it('prunes entries whose record is gone once they are old, and the folder of an owner who has none left', async () => {
    const store = open();
    await create(store, 'live', 'owner', 10 * aMinute);
    await create(store, 'deleted', 'owner');
    await create(store, 'expired', 'another');
    await store.delete('deleted');
    now += 2 * aMinute;
    expect(await store.prune()).toBe(1);
    expect(ownerFiles()).toHaveLength(5);
    for (const name of ownerFiles()) utimesSync(join(dir, 'owners', name), twoHoursAgo, twoHoursAgo);
    expect(await store.prune()).toBe(0);
    expect(ownerFiles()).toHaveLength(2);
    expect(basename(entryFile())).toContain(nameOf('live'));
    expect(await listed(store, 'owner')).toEqual(['live']);
  });

  it('makes the folder of an owner again that was pruned', async () => {
    const store = open();
    await create(store, 'key', 'owner');
    rmSync(join(dir, 'owners', nameOf('owner')), { recursive: true });
    await create(store, 'another key', 'owner');
    rmSync(dir, { recursive: true });
    await create(store, 'key', 'owner');
    expect(await listed(store, 'owner')).toEqual(['key']);
  });

  it('leaves alone what is not its own, and prunes behind no link', async () => {
    const store = open();
    await create(store, 'key', 'owner');
    const entry = entryFile();
    const outside = join(parent.path, 'outside');
    mkdirSync(outside);
    const foreign = [
      join(outside, basename(entry)),
      join(dir, 'owners', 'notes.entry'),
      join(dirname(entry), 'notes.entry'),
    ];
    symlinkSync(outside, join(dir, 'owners', 'f'.repeat(64)));
    for (const path of foreign) writeFileSync(path, 'mine');
    for (const path of [...foreign, entry]) utimesSync(path, twoHoursAgo, twoHoursAgo);
    await store.delete('key');
    await store.prune();
    expect(existsSync(entry)).toBe(false);
    await store.deleteOwnedBy('owner');
    expect(foreign.map((path) => readFileSync(path, 'utf8'))).toEqual(['mine', 'mine', 'mine']);
  });

  it('says which setting is wrong where the folder cannot be', async () => {
    mkdirSync(join(parent.path, 'below'));
    writeFileSync(dir, 'a file where the folder should be');
    const store = open();
    for (const call of [
      () => store.write('key', Buffer.from('1'), aMinute, 'absent', 'owner'),
      () => store.deleteOwnedBy('owner'),
      () => listed(store, 'owner'),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringContaining('SESSION_FILE_DIR (filesystem.dir)'),
      });
    }
  });
});

function keys(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${String(index)}`).sort();
}

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

async function create(store: FilesystemStore, key: string, owner?: string, ttlMs = aMinute): Promise<void> {
  const result: WriteResult = await store.write(key, Buffer.from('1'), ttlMs, 'absent', owner);
  expect(result).toHaveProperty('written');
}

async function listed(store: FilesystemStore, owner: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.ownedBy(owner)) keys.push(key);
  return keys.sort();
}
