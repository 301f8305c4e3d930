import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FilesystemStore, type FilesystemStoreOptions } from '../../lib/stores/filesystem/index.js';
import type { SessionStore, Version, WriteResult } from '../../lib/stores/session-store.js';
import { hostileKeys } from '../../lib/testing/store-contract/hostile-keys.js';
import { CollectedLog } from '../support/collected-log.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const aMinute = 60_000;
const twoHoursAgo = Date.now() / 1000 - 7_200;

describe('FilesystemStore and its files', () => {
  let parent: ReturnType<typeof temporaryFolder>;
  let dir: string;
  let log: CollectedLog;
  let now: number;
  const stores: SessionStore[] = [];

  beforeEach(() => {
    parent = temporaryFolder('filesystem-files');
    dir = join(parent.path, 'below', 'sessions');
    log = new CollectedLog();
    now = Date.now();
  });

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close?.();
    parent.remove();
  });

  function open(options: FilesystemStoreOptions = {}): FilesystemStore {
    const store = new FilesystemStore({ dir, ...options }, { log, now: () => now });
    stores.push(store);
    return store;
  }

  /** The one record's file. */
  function recordFile(): string {
    const [name, ...others] = readdirSync(dir);
    if (name === undefined || others.length > 0) throw new Error('expected one file');
    return join(dir, name);
  }

  it('makes its folder when it first writes, for its user alone, and files for its user alone', async () => {
    const store = open();
    expect(await store.read('key')).toBeNull();
    expect(existsSync(dir)).toBe(false);
    await create(store, 'key');
    expect(modeOf(dir)).toBe(0o700);
    expect(modeOf(recordFile())).toBe(0o600);
  });

  it('gives files the permissions that were set, whatever the umask', async () => {
    await create(open({ mode: 0o660 }), 'key');
    expect(modeOf(recordFile())).toBe(0o660);
  });

  it('keeps the permissions through a write and a touch', async () => {
    const store = open();
    const version = await create(store, 'key');
    chmodSync(recordFile(), 0o644);
    await store.write('key', text('2'), aMinute, version);
    expect(modeOf(recordFile())).toBe(0o600);
    await store.touch('key', aMinute);
    expect(modeOf(recordFile())).toBe(0o600);
  });

  it('leaves nothing in its folder but a file for each record', async () => {
    const store = open();
    await Promise.all(Array.from({ length: 10 }, () => store.write('key', text('1'), aMinute, 'absent')));
    const record = await store.read('key');
    await Promise.all(Array.from({ length: 10 }, () => store.write('key', text('2'), aMinute, record?.version)));
    await store.touch('key', aMinute);
    expect(readdirSync(dir)).toHaveLength(1);
    await store.delete('key');
    expect(readdirSync(dir)).toEqual([]);
  });

  it('never leaves its folder, whatever the key, and names files by a hash in lower case', async () => {
    const store = open();
    const keys = hostileKeys();
    for (const key of keys) await create(store, key);
    const names = readdirSync(dir);
    expect(names).toHaveLength(keys.length);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{64}\.session$/);
    expect(readdirSync(parent.path)).toEqual(['below']);
    expect(readdirSync(join(parent.path, 'below'))).toEqual(['sessions']);
  });

  it('reads the old record while a temporary file of a crashed write lies beside it', async () => {
    const store = open();
    const version = await create(store, 'key');
    const leftover = recordFile().replace('.session', '.0123456789ab.tmp');
    writeFileSync(leftover, readFileSync(recordFile()).subarray(0, 50));
    expect(await store.read('key')).toMatchObject({ bytes: Buffer.from('1') });
    expect('written' in (await store.write('key', text('2'), aMinute, version))).toBe(true);
  });

  it('prunes temporary files that are old, and no young ones', async () => {
    const store = open();
    await create(store, 'key');
    const [old, young] = ['a', 'b'].map((tail) => recordFile().replace('.session', `.${tail.repeat(12)}.tmp`));
    for (const path of [old, young]) writeFileSync(String(path), 'half');
    utimesSync(String(old), twoHoursAgo, twoHoursAgo);
    expect(await store.prune()).toBe(0);
    expect([old, young].map((path) => existsSync(String(path)))).toEqual([false, true]);
  });

  it.each([
    ['is empty', () => Buffer.alloc(0)],
    ['is cut short in its head', (whole: Buffer) => whole.subarray(0, 20)],
    ['is cut short in its record', (whole: Buffer) => whole.subarray(0, whole.length - 1)],
    ['is longer than it says', (whole: Buffer) => Buffer.concat([whole, Buffer.from('x')])],
    ['is foreign', () => Buffer.from('{"a":1}'.repeat(20))],
    ['is of another version of the format', (whole: Buffer) => Buffer.from(whole.map((b, i) => (i === 4 ? 2 : b)))],
    ['holds another key', (whole: Buffer) => Buffer.from(whole.toString('latin1').replace('key', 'yek'), 'latin1')],
  ])('takes a file that %s for absent, says so, and replaces it', async (_, spoil) => {
    const store = open();
    const version = await create(store, 'key');
    writeFileSync(recordFile(), spoil(readFileSync(recordFile())));
    expect(await store.read('key')).toBeNull();
    expect(log.warnings).toEqual([expect.stringMatching(/^A session file is truncated or was not written/)]);
    expect(await store.touch('key', aMinute)).toBe(false);
    expect(await store.write('key', text('2'), aMinute, version)).toEqual({ gone: true });
    expect(await store.delete('key')).toBe('absent');
    await create(store, 'key');
    expect(await store.read('key')).toMatchObject({ bytes: Buffer.from('1') });
  });

  it('prunes files that are no records once they are old, and lists no key of theirs', async () => {
    const store = open();
    await create(store, 'key');
    truncateSync(recordFile(), 3);
    expect(await keysOf(store)).toEqual([]);
    expect(await store.prune()).toBe(0);
    utimesSync(recordFile(), twoHoursAgo, twoHoursAgo);
    expect(await store.prune()).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('prunes what it can where a file cannot be read, says so, and does so again the next time', async () => {
    const store = open();
    for (let index = 0; index < 20; index++) await create(store, `key ${String(index)}`);
    // Not even root reads a folder as a file.
    mkdirSync(join(dir, `${'5'.repeat(64)}.session`));
    now += 2 * aMinute;
    await expect(store.prune()).rejects.toMatchObject({
      code: 'SESSION_STORE_UNAVAILABLE',
      message: expect.stringContaining('EISDIR'),
    });
    expect(readdirSync(dir)).toEqual([`${'5'.repeat(64)}.session`]);
    rmSync(join(dir, `${'5'.repeat(64)}.session`), { recursive: true });
    expect(await store.prune()).toBe(0);
  });

  it('leaves files alone that are not its own', async () => {
    const store = open();
    await create(store, 'key');
    const foreign = join(dir, 'notes.tmp');
    writeFileSync(foreign, 'mine');
    utimesSync(foreign, twoHoursAgo, twoHoursAgo);
    await store.prune();
    expect(readFileSync(foreign, 'utf8')).toBe('mine');
  });

  it('never evicts a live session, however many there are over the threshold', async () => {
    const store = open({ threshold: 5 });
    for (let index = 0; index < 30; index++) await create(store, `key ${String(index)}`);
    await store.prune();
    expect((await keysOf(store)).length).toBe(30);
  });

  it('ASVS 14.2.7: removes expired sessions by itself once there are more files than the threshold', async () => {
    const store = open({ threshold: 5 });
    for (let index = 0; index < 5; index++) await create(store, `key ${String(index)}`, 1_000);
    now += 2_000;
    expect(readdirSync(dir)).toHaveLength(5);
    await create(store, 'one more');
    await until('the expired ones are removed', () => readdirSync(dir).length === 1);
    expect(await keysOf(store)).toEqual(['one more']);
  });

  it('leaves expired sessions to the timer without a threshold', async () => {
    const store = open();
    for (let index = 0; index < 50; index++) await create(store, `key ${String(index)}`, 1_000);
    now += 2_000;
    await create(store, 'one more');
    expect(readdirSync(dir)).toHaveLength(51);
    expect(await store.prune()).toBe(50);
  });

  it('makes its folder again when somebody removed it', async () => {
    const store = open();
    const version = await create(store, 'key');
    rmSync(dir, { recursive: true });
    expect(await store.read('key')).toBeNull();
    expect(await store.write('key', text('2'), aMinute, version)).toEqual({ gone: true });
    await create(store, 'key');
    expect(await store.read('key')).toMatchObject({ bytes: Buffer.from('1') });
  });

  it('says which setting is wrong where the folder cannot be, and works as soon as it can', async () => {
    mkdirSync(join(parent.path, 'below'));
    writeFileSync(dir, 'a file where the folder should be');
    const store = open();
    for (const call of [store.read('key'), store.write('key', text('1'), aMinute, 'absent'), store.prune()]) {
      await expect(call).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringMatching(/ENOTDIR.*SESSION_FILE_DIR \(filesystem\.dir\)/),
      });
    }
    await expect(keysOf(store)).rejects.toThrow(/SESSION_FILE_DIR/);
    rmSync(dir);
    await create(store, 'key');
    expect(await store.read('key')).not.toBeNull();
  });
});

function text(value: string): Uint8Array {
  return Buffer.from(value);
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

async function create(store: SessionStore, key: string, ttlMs = aMinute): Promise<Version> {
  const result: WriteResult = await store.write(key, text('1'), ttlMs, 'absent');
  if ('written' in result) return result.written;
  throw new Error(`not written: ${Object.keys(result).join()}`);
}

async function keysOf(store: FilesystemStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.keys()) keys.push(key);
  return keys;
}
