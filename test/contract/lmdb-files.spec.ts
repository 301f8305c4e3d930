import { existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Database } from '../../lib/stores/lmdb/database.js';
import { create } from '../../lib/stores/lmdb/create.js';
import { LmdbStore } from '../../lib/stores/lmdb/index.js';
import { type KeyEncoder, loadLmdb } from '../../lib/stores/lmdb/lmdb.library.js';
import type { Version } from '../../lib/stores/session-store.js';
import { hostileKeys } from '../../lib/testing/store-contract/hostile-keys.js';
import { CollectedLog } from '../support/collected-log.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const aMinute = 60_000;

describe('LmdbStore and its file', () => {
  let parent: ReturnType<typeof temporaryFolder>;
  let path: string;
  let log: CollectedLog;
  let now: number;
  let clock: () => number;
  const stores: LmdbStore[] = [];

  beforeEach(() => {
    parent = temporaryFolder('lmdb-files');
    path = join(parent.path, 'below', 'sessions');
    log = new CollectedLog();
    now = Date.now();
    clock = () => now;
  });

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    parent.remove();
  });

  function open(at = path): LmdbStore {
    const store = new LmdbStore({ path: at }, { log, now: () => clock() });
    stores.push(store);
    return store;
  }

  it('makes its folder and its files for its user alone, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      await open().prepare();
    } finally {
      process.umask(umask);
    }
    expect(modeOf(path)).toBe(0o700);
    expect(readdirSync(path).sort()).toEqual(['data.mdb', 'lock.mdb', 'turns', 'turns-lock', 'turns-wanted']);
    for (const name of readdirSync(path)) expect(modeOf(join(path, name))).toBe(0o600);
  });

  it('takes a path that ends in .mdb for a file, and any other for a folder', async () => {
    await write(open(join(parent.path, 'sessions.mdb')), 'key');
    expect(readdirSync(parent.path).sort()).toEqual(
      ['', '-lock', '-turns', '-turns-lock', '-turns-wanted'].map((end) => `sessions.mdb${end}`),
    );
    await write(open(join(parent.path, 'release.2')), 'key');
    expect(readdirSync(join(parent.path, 'release.2')).sort()).toContain('data.mdb');
  });

  it('has its records again when it is opened anew, with their versions', async () => {
    const first = open();
    const version = await write(first, 'key');
    await first.close();
    const second = open();
    expect(await second.read('key')).toEqual({ bytes: Buffer.from('1'), version });
    expect('written' in (await second.write('key', text('2'), aMinute, version))).toBe(true);
  });

  it('works on when another store of the same process on the same file is closed', async () => {
    const [one, two] = [open(), open()];
    await write(one, 'key');
    expect(await two.read('key')).not.toBeNull();
    await one.close();
    expect(await two.read('key')).not.toBeNull();
    await write(two, 'other');
    expect(await two.read('other')).not.toBeNull();
  });

  it('rejects what is asked of it after it was closed', async () => {
    const store = open();
    await write(store, 'key');
    await store.close();
    await expect(store.read('key')).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    await expect(store.write('key', text('2'), aMinute, 'absent')).rejects.toThrow('closed');
    await store.close();
  });

  it('finishes what it is writing before it closes', async () => {
    const store = open();
    await store.prepare();
    const writing = Array.from({ length: 50 }, (_, index) => write(store, `key ${String(index)}`));
    await store.close();
    const versions = await Promise.allSettled(writing);
    const written = versions.flatMap(({ status }, index) => (status === 'fulfilled' ? [`key ${String(index)}`] : []));
    const again = open();
    for (const key of written) expect(await again.read(key)).not.toBeNull();
    expect(written).toHaveLength(50);
  });

  it('keeps a touch out of the version, and a record’s owner and end through writes and touches', async () => {
    const store = open();
    let version = await write(store, 'key', 1_000, 'owner');
    for (let round = 0; round < 3; round++) {
      expect(await store.touch('key', 10_000)).toBe(true);
      expect((await store.read('key'))?.version).toBe(version);
      const result = await store.write('key', text(String(round)), 20_000, version);
      if (!('written' in result)) throw new Error('not written');
      version = result.written;
    }
    now += 19_999;
    expect(await list(store.ownedBy('owner'))).toEqual(['key']);
    now += 1;
    expect(await store.read('key')).toBeNull();
    expect(await list(store.ownedBy('owner'))).toEqual([]);
    expect(await store.prune()).toBe(1);
  });

  it('prunes in its time what was touched, written, cut short or created anew since it was first due', async () => {
    const store = open();
    const version = await write(store, 'written', 1_000);
    await write(store, 'touched', 1_000);
    await write(store, 'cut short', 50_000);
    await write(store, 'anew', 1_000);
    await write(store, 'deleted', 1_000);
    await store.write('written', text('2'), 3_000, version);
    await store.touch('touched', 5_000);
    await store.touch('cut short', 500);
    await store.delete('deleted');
    const pruned: number[] = [];
    for (const step of [600, 600, 1_900, 2_000]) {
      now += step;
      if (pruned.length === 1) await write(store, 'anew', 30_000); // over the one that has expired
      pruned.push(await store.prune());
    }
    expect(pruned).toEqual([1, 0, 1, 1]);
    expect(await list(store.keys())).toEqual(['anew']);
    now += 40_000;
    expect(await store.prune()).toBe(1);
    expect(await store.prune()).toBe(0);
  });

  it('neither prunes nor replaces what is being touched at the moment of its end', async () => {
    const store = open();
    await write(store, 'key', 1_000);
    now += 999;
    const touching = store.touch('key', aMinute);
    await new Promise(process.nextTick); // it has been looked at, and is not written yet
    now += 1;
    const others = [store.prune(), store.write('key', text('2'), aMinute, 'absent')];
    expect(await touching).toBe(true);
    expect(await Promise.all(others)).toEqual([0, { conflict: expect.objectContaining({ bytes: Buffer.from('1') }) }]);
    expect(await store.read('key')).toMatchObject({ bytes: Buffer.from('1') });
  });

  it('prunes and lists more than fits into one go, and lets others have their turn meanwhile', async () => {
    const store = open();
    await Promise.all(Array.from({ length: 450 }, (_, index) => write(store, `short ${String(index)}`, 1_000)));
    await Promise.all(Array.from({ length: 450 }, (_, index) => write(store, `long ${String(index)}`)));
    expect(new Set(await list(store.keys())).size).toBe(900);
    now += 2_000;
    let turns = 0;
    let next: NodeJS.Immediate;
    const count = (): void => {
      turns++;
      next = setImmediate(count);
    };
    next = setImmediate(count);
    expect(await store.prune()).toBe(450);
    clearImmediate(next);
    expect(turns).toBeGreaterThan(3);
    expect(await list(store.keys())).toHaveLength(450);
  });

  it('removes what has expired by itself every ten minutes, and says when it cannot', async () => {
    jest.useFakeTimers({
      doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
    });
    try {
      const store = open();
      await write(store, 'short', 1_000);
      await write(store, 'long');
      now += 2_000;
      const file = await openTables(path);
      jest.advanceTimersByTime(10 * 60_000 - 1);
      await store.touch('long', aMinute);
      expect(file.headsAfter(null, 10)).toHaveLength(2);
      jest.advanceTimersByTime(1);
      await until('it is removed', () => file.headsAfter(null, 10).length === 1);
      await file.close();
      await store.prune(); // joins the walk that is under way
      clock = () => {
        throw new Error('there is no time');
      };
      jest.advanceTimersByTime(10 * 60_000);
      await until('it is said', () => log.warnings.length > 0);
      expect(log.warnings).toEqual([expect.stringMatching(/^Expired sessions could not be removed\./)]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('ends more of an owner’s sessions than fit into one go, and nobody else’s', async () => {
    const store = open();
    const mine = Array.from({ length: 250 }, (_, index) => `mine ${String(index)}`);
    await Promise.all(mine.map((key) => write(store, key, aMinute, 'me')));
    // An owner whose name begins with the other's, and one whose name would be the separator and a key.
    for (const owner of ['me too', 'm', 'me\0mine 1', '']) await write(store, `of ${owner}`, aMinute, owner);
    expect((await list(store.ownedBy('me'))).sort()).toEqual([...mine].sort());
    expect(await store.deleteOwnedBy('me', 'mine 7')).toBe(249);
    expect(await list(store.ownedBy('me'))).toEqual(['mine 7']);
    for (const owner of ['me too', 'm', 'me\0mine 1', '']) {
      expect(await list(store.ownedBy(owner))).toEqual([`of ${owner}`]);
    }
  });

  it('gives an owner’s keys as they were given, however hostile', async () => {
    const store = open();
    const keys = hostileKeys();
    for (const key of keys) await write(store, key, aMinute, `${key}'s owner`);
    for (const key of keys) expect(await list(store.ownedBy(`${key}'s owner`))).toEqual([key]);
    for (const key of keys) expect(await store.deleteOwnedBy(`${key}'s owner`)).toBe(1);
    expect(await list(store.keys())).toEqual([]);
  });

  it('finds a session that was being created when all of its owner’s were to end', async () => {
    const store = open();
    await store.prepare();
    const creating = write(store, 'key', aMinute, 'owner');
    const ending = store.deleteOwnedBy('owner');
    await creating;
    expect(await ending).toBe(1);
    expect(await store.read('key')).toBeNull();
  });

  it('does not lend a key to its former owner when somebody else has it now', async () => {
    const store = open();
    await write(store, 'key', 1_000, 'former');
    now += 2_000;
    await write(store, 'key', aMinute, 'new');
    expect(await list(store.ownedBy('former'))).toEqual([]);
    expect(await store.deleteOwnedBy('former')).toBe(0);
    expect(await list(store.ownedBy('new'))).toEqual(['key']);
  });

  it('takes what somebody else has written into its tables for no session, and writes over it', async () => {
    const store = open();
    await write(store, 'own');
    const forms: [string, Uint8Array][] = [
      ...[8, 9, 16, 39, 40, 41].map((size): [string, Uint8Array] => [`short${String(size)}`, new Uint8Array(size)]),
      ['zeros', new Uint8Array(5_000)],
      ['text', Buffer.from('{"a":1}'.repeat(100))],
    ];
    // Another program, which knows nothing of stamps.
    const root = (await loadLmdb()).open({ path, noSubdir: false });
    const records = root.openDB({ name: 'records', encoding: 'binary', keyEncoder: latin1 });
    const due = root.openDB({ name: 'due', encoding: 'binary' });
    for (const [key, value] of forms) await records.put(key, value);
    for (const key of [
      [1, 'zeros'],
      [2, 'nothing'],
      [3, 'own'],
    ] as const) {
      await due.put([...key], Buffer.from('x'));
    }
    await root.close();
    for (const [key] of forms) {
      expect([key, await store.read(key)]).toEqual([key, null]);
      expect(log.warnings.splice(0)).toEqual([expect.stringContaining('was not written by this store')]);
      expect([key, await store.touch(key, aMinute)]).toEqual([key, false]);
      expect([key, await store.delete(key)]).toEqual([key, 'absent']);
    }
    expect(await list(store.keys())).toEqual(['own']);
    expect(await store.prune()).toBe(0);
    for (const [key] of forms) await write(store, key);
    expect((await list(store.keys())).length).toBe(forms.length + 1);
    expect(await store.read('own')).not.toBeNull();
  });

  it('does not believe an entry of the index that is none any more', async () => {
    const store = open();
    await write(store, 'key', aMinute, 'owner');
    const root = (await loadLmdb()).open({ path, noSubdir: false });
    const owners = root.openDB({ name: 'owners', encoding: 'binary' });
    for (const name of ['key', 'gone']) await owners.put(['another', name], new Uint8Array(0));
    await root.close();
    expect(await list(store.ownedBy('another'))).toEqual([]);
    expect(await store.deleteOwnedBy('another')).toBe(0);
    expect(await list(store.keys())).toEqual(['key']);
  });

  it('leaves nothing behind of what has ended, and looks at what lives no more often than it must', async () => {
    const store = open();
    const file = await openTables(path);
    const everything = (): unknown[] => [
      ...file.headsAfter(null, 100),
      ...file.dueUntil(now + aMinute * 10, null, 100),
      ...['one', 'two'].flatMap((owner) => file.namesOf(owner, null, 100)),
    ];
    await write(store, 'deleted', aMinute, 'one');
    await write(store, 'anew', 1_000, 'one');
    await write(store, 'expired', 1_000, 'one');
    await write(store, 'of nobody', 1_000);
    await write(store, 'live', 1_000, 'two');
    await store.touch('live', aMinute);
    await store.delete('deleted');
    now += 2_000;
    await write(store, 'anew', aMinute, 'two');
    expect(await store.prune()).toBe(2);
    expect(file.dueUntil(now, null, 100)).toEqual([]);
    expect(file.namesOf('one', null, 100)).toEqual([]);
    expect(everything()).toHaveLength(6); // two records, each in each table
    expect(await store.deleteOwnedBy('two')).toBe(2);
    expect(everything()).toEqual([]);
    await file.close();
  });

  it('refuses a key or an owner of more than 64 kilobytes, and works on', async () => {
    const store = open();
    const long = 'k'.repeat(70_000);
    await expect(write(store, long)).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    await expect(write(store, 'key', aMinute, long)).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    await write(store, 'key');
    expect(await list(store.keys())).toEqual(['key']);
  });

  it('says which setting is wrong where the folder cannot be, and works as soon as it can', async () => {
    mkdirSync(join(parent.path, 'below'));
    writeFileSync(path, 'a file where the folder should be');
    const store = open();
    for (const call of [store.read('key'), store.write('key', text('1'), aMinute, 'absent'), store.prune()]) {
      await expect(call).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringMatching(/EEXIST, there is a file of that name.*SESSION_LMDB_PATH \(lmdb\.path\)/),
      });
    }
    await expect(list(store.keys())).rejects.toThrow(/SESSION_LMDB_PATH/);
    await expect(list(store.ownedBy('owner'))).rejects.toThrow(/SESSION_LMDB_PATH/);
    rmSync(path);
    await write(store, 'key');
    expect(await store.read('key')).not.toBeNull();
  });

  it.each([
    ['is foreign', (file: string) => writeFileSync(file, 'a,b\n'.repeat(5_000)), 'is not an LMDB file'],
    ['is full of zeros', (file: string) => writeFileSync(file, Buffer.alloc(100_000)), 'is not an LMDB file'],
    ['is shorter than its head', (file: string) => truncateSync(file, 100), 'is not an LMDB file'],
    ['has lost its second page', (file: string) => truncateSync(file, 4_096), 'is not an LMDB file'],
    ['is cut short', (file: string) => truncateSync(file, 20_480), 'truncated'],
  ])(
    'refuses a file that %s instead of crashing over it, and works once it is out of the way',
    async (_, spoil, reason) => {
      const first = open();
      for (let index = 0; index < 50; index++) await write(first, `key ${String(index)}`);
      await first.close();
      const file = join(path, 'data.mdb');
      spoil(file);
      const store = await create({ path }, { log });
      stores.push(store);
      expect(log.errors).toEqual([
        expect.stringMatching(/^The session store \(lmdb\) is not ready\..*SESSION_LMDB_PATH/),
      ]);
      await expect(store.read('key 1')).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringContaining(reason),
      });
      rmSync(file);
      expect(await store.read('key 1')).toBeNull();
      await write(store, 'key 1');
      expect(await store.read('key 1')).not.toBeNull();
    },
  );

  it('opens an empty file, as a volume may have it', async () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'data.mdb'), '');
    await write(open(), 'key');
    expect(existsSync(join(path, 'lock.mdb'))).toBe(true);
  });
});

const latin1: KeyEncoder = {
  writeKey: (name, target, position) => position + target.write(name, position, 'latin1'),
  readKey: (source, start, end) => source.toString('latin1', start, end),
};

function text(value: string): Uint8Array {
  return Buffer.from(value);
}

async function openTables(path: string): Promise<Database> {
  return Database.open(await loadLmdb(), path, { foreign: () => undefined, waitsFor: () => undefined });
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

async function write(store: LmdbStore, key: string, ttlMs = aMinute, owner?: string): Promise<Version> {
  const result = await store.write(key, text('1'), ttlMs, 'absent', owner);
  if ('written' in result) return result.written;
  throw new Error(`not written: ${Object.keys(result).join()}`);
}

async function list(keys: AsyncIterable<string>): Promise<string[]> {
  const listed: string[] = [];
  for await (const key of keys) listed.push(key);
  return listed;
}
