import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { create } from '../../lib/stores/sql/create.js';
import { SqlStore } from '../../lib/stores/sql/index.js';
import { ChildNode } from '../support/child-node.js';
import { compiledLib } from '../support/compiled-lib.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { sqlSettings } from './sql-settings.js';
import { scaled } from '../support/patience.js';

// Servers are started and stopped, on machines that are busy.
const aMinute = 60_000;

/** Counts a record up, `times` times, by compare and set, as a request does. */
const counting = `
  const [entry, url, times] = process.argv.slice(1);
  const { create } = await import(entry);
  const store = await create({ url, database: null, table: 'sessions', createTable: true, pruneInterval: null, pruneBatch: 1 });
  await store.write('counter', Buffer.from('0'), 60_000, 'absent');
  let record = await store.read('counter');
  console.log('ready');
  for (let done = 0; done < Number(times); ) {
    const next = String(Number(Buffer.from(record.bytes)) + 1);
    const result = await store.write('counter', Buffer.from(next), 60_000, record.version);
    if ('written' in result) done++;
    record = await store.read('counter');
  }
  await store.close();
`;

/** Writes without end, half a megabyte at a time, so that most of the time a write is under way. */
const writing = `
  const [entry, url] = process.argv.slice(1);
  const { create } = await import(entry);
  const store = await create({ url, database: null, table: 'sessions', createTable: true, pruneInterval: null, pruneBatch: 1 });
  for (let round = 0; ; round++) {
    const record = await store.read('record');
    const letter = String.fromCharCode(97 + (round % 26));
    await store.write('record', Buffer.from(letter.repeat(500_000)), 60_000, record === null ? 'absent' : record.version);
    if (round === 0) console.log('ready');
  }
`;

describe('SqlStore and SQLite’s files', () => {
  let lib: ReturnType<typeof compiledLib>;
  let entry: string;
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  const cleanUps: (() => unknown)[] = [];

  beforeAll(() => {
    lib = compiledLib('config', 'stores', 'stores/sql', 'stores/sql/connect', 'stores/sql/dialects');
    entry = pathToFileURL(join(lib.path, 'stores/sql/create.js')).href;
  });

  beforeEach(() => {
    folder = temporaryFolder('sql-sqlite-files');
    path = join(folder.path, 'sessions.db');
  });

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    folder.remove();
  });

  afterAll(() => {
    lib.remove();
  });

  it('makes its files for its user alone, and leaves the permissions of one that is there', async () => {
    const store = await open();
    await fill(store);
    expect(readdirSync(folder.path).sort()).toEqual(['sessions.db', 'sessions.db-shm', 'sessions.db-wal']);
    for (const name of readdirSync(folder.path)) expect(modeOf(join(folder.path, name))).toBe(0o600);
    await store.close();
    chmodSync(path, 0o640);
    await fill(await open());
    expect(modeOf(path)).toBe(0o640);
  });

  it('keeps its sessions from one start to the next', async () => {
    const store = await open();
    await fill(store);
    await store.close();
    expect(await (await open()).read('key')).not.toBeNull();
  });

  it('keeps every increment of four processes that make the file at once', async () => {
    const children = [1, 2, 3, 4].map(() => new ChildNode(counting, entry, `sqlite:${path}`, '100'));
    for (const child of children) expect([await child.end(), child.output]).toEqual([0, 'ready\n']);
    expect(await textOf(await open(), 'counter')).toBe('400');
  });

  it('has a whole record after a process was killed in the middle of its writes, and goes on', async () => {
    const store = await open();
    for (let victim = 0; victim < 3; victim++) {
      const child = new ChildNode(writing, entry, `sqlite:${path}`);
      cleanUps.push(() => child.kill());
      await until('the child writes', () => child.output === 'ready\n');
      await pause(Math.random() * 20);
      await child.kill();
      const text = await textOf(store, 'record');
      expect(text).toBe(text.charAt(0).repeat(500_000));
      expect(await store.delete('record')).toBe('deleted');
    }
  });

  it('waits for another process that writes, without keeping the event loop from its turns', async () => {
    const store = await open();
    await fill(store);
    const other = locked();
    const writing = store.touch('key', aMinute);
    let longest = 0;
    for (let turn = 0; turn < 20; turn++) {
      const before = performance.now();
      await pause(1);
      longest = Math.max(longest, performance.now() - before);
    }
    other.exec('COMMIT');
    expect(await writing).toBe(true);
    expect(longest).toBeLessThan(scaled(500));
  });

  it('leaves nothing under way when it gives up: others may write, and it reads what they wrote', async () => {
    const store = await open();
    const another = await open();
    await fill(store);
    const other = locked();
    await expect(store.touch('key', aMinute)).rejects.toThrow(/database is locked/);
    other.exec('COMMIT');
    expect(await another.touch('key', aMinute)).toBe(true);
    expect(await store.touch('key', aMinute)).toBe(true);
    expect(await another.delete('key')).toBe('deleted');
    expect(await store.read('key')).toBeNull();
    await fill(store);
    expect(await textOf(another, 'key')).toBe('1');
  });

  it('says so where another process has the file for itself, and works when that is done', async () => {
    const other = new Database(path);
    cleanUps.push(() => other.close());
    other.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE others (id INTEGER)');
    const store = await open();
    await expect(store.read('key')).rejects.toThrow(/did not answer: database is locked/);
    other.close();
    await fill(store);
    const another = await open();
    expect(await another.delete('key')).toBe('deleted');
    expect(await store.read('key')).toBeNull();
  });

  it('leaves nothing under way when it could not make its table, and makes it as soon as it can', async () => {
    const store = await open();
    const other = locked();
    await expect(store.read('key')).rejects.toThrow(/could not be created: database is locked/);
    other.exec('COMMIT');
    expect(await store.read('key')).toBeNull();
    await fill(await open());
    expect(await textOf(store, 'key')).toBe('1');
  });

  it('gives up on one that goes on and on, and works when it is done', async () => {
    const store = await open();
    await fill(store);
    const other = locked();
    const before = performance.now();
    await expect(store.touch('key', aMinute)).rejects.toMatchObject({
      code: 'SESSION_STORE_UNAVAILABLE',
      message: expect.stringMatching(/sessions\.db \(SESSION_SQL\) did not answer: database is locked/),
    });
    expect(performance.now() - before).toBeLessThan(scaled(5_000));
    expect(await store.read('key')).not.toBeNull();
    other.exec('COMMIT');
    expect(await store.touch('key', aMinute)).toBe(true);
  });

  it('says what is wrong where the folder is missing, and works as soon as it is there', async () => {
    path = join(folder.path, 'below', 'sessions.db');
    const store = await open();
    await expect(store.read('key')).rejects.toMatchObject({
      code: 'SESSION_STORE_UNAVAILABLE',
      message: expect.stringMatching(/below\/sessions\.db \(SESSION_SQL\).*no such file or directory/),
    });
    mkdirSync(join(folder.path, 'below'));
    expect(await store.read('key')).toBeNull();
    await fill(store);
  });

  it('says what is wrong where the file is no database, and leaves it alone', async () => {
    writeFileSync(path, 'no database '.repeat(1_000));
    const store = await open();
    for (const call of [store.read('key'), store.write('key', Buffer.from('1'), aMinute, 'absent')]) {
      await expect(call).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringMatching(/file is not a database/),
      });
    }
    expect(statSync(path).size).toBe(12_000);
  });

  it('rejects while the disk is full, loses nothing, and works when there is room', async () => {
    // SQLite takes a limit of pages for a full disk.
    const file = new Database(path);
    const database = new Kysely<object>({ dialect: new SqliteDialect({ database: file }) });
    cleanUps.push(() => database.destroy());
    const store = new SqlStore({ database, createTable: true });
    await fill(store);
    const { rows } = await sql<{ pages: number }>`SELECT page_count AS pages FROM pragma_page_count`.execute(database);
    file.exec(`PRAGMA max_page_count = ${String(Number(rows[0]?.pages) + 2)}`);
    const large = Buffer.alloc(100_000, 'x');
    const record = await store.read('key');
    for (const call of [
      store.write('large', large, aMinute, 'absent'),
      store.write('key', large, aMinute, record?.version),
    ]) {
      await expect(call).rejects.toMatchObject({
        code: 'SESSION_STORE_UNAVAILABLE',
        message: expect.stringMatching(/database or disk is full/),
      });
    }
    expect(await textOf(store, 'key')).toBe('1');
    file.exec('PRAGMA max_page_count = 10000');
    expect('written' in (await store.write('key', large, aMinute, record?.version))).toBe(true);
  });

  it('rejects writes to a database that may only be read, and goes on reading', async () => {
    await fill(await open());
    const file = new Database(path);
    // libsql knows no `readonly: true`. The error is the same.
    file.exec('PRAGMA query_only = ON');
    const database = new Kysely<object>({ dialect: new SqliteDialect({ database: file }) });
    cleanUps.push(() => database.destroy());
    const store = new SqlStore({ database });
    expect(await textOf(store, 'key')).toBe('1');
    await expect(store.touch('key', aMinute)).rejects.toThrow(
      /The database \(sql\.database\) did not answer: attempt to write a readonly database/,
    );
  });

  it('keeps sessions in memory where that is asked for', async () => {
    const store = await create(sqlSettings('sqlite::memory:'));
    cleanUps.push(() => store.close());
    await fill(store);
    expect(await textOf(store, 'key')).toBe('1');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  async function open(): Promise<SqlStore> {
    const store = await create(sqlSettings(`sqlite:${path}`));
    cleanUps.push(() => store.close());
    return store;
  }

  /** A connection of another's in the middle of a write. */
  function locked(): Database.Database {
    const other = new Database(path);
    cleanUps.push(() => other.close());
    other.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
    return other;
  }
});

async function fill(store: SqlStore): Promise<void> {
  await store.write('key', Buffer.from('1'), aMinute, 'absent');
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

async function textOf(store: SqlStore, key: string): Promise<string> {
  const record = await store.read(key);
  return record === null ? 'absent' : Buffer.from(record.bytes).toString();
}
