import { spawnSync } from 'node:child_process';
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LmdbStore } from '../../lib/stores/lmdb/index.js';
import { withTimeLimit } from '../../lib/stores/time-limit.js';
import { ChildNode } from '../support/child-node.js';
import { compiledLib } from '../support/compiled-lib.js';
import { limitFiles } from '../support/limit-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { scaled } from '../support/patience.js';

const opening = `
  const [entry, path, times] = process.argv.slice(1);
  const { LmdbStore } = await import(entry);
  const store = new LmdbStore({ path });
  const text = async (key) => Buffer.from((await store.read(key))?.bytes ?? 'absent').toString();
`;

/** Counts a record up, `times` times, by compare and set, as a request does. */
const counting = `${opening}
  for (let done = 0; done < Number(times); ) {
    const record = await store.read('counter');
    const next = String(Number(Buffer.from(record.bytes)) + 1);
    const result = await store.write('counter', Buffer.from(next), 60_000, record.version);
    if ('written' in result) done++;
  }
  console.log('done');
`;

/** Writes without end, half a megabyte at a time and an owner's session with it, so that a write is always under way. */
const writing = `${opening}
  await store.write('record', Buffer.from('a'.repeat(500_000)), 60_000, 'absent');
  for (let round = 0; ; round++) {
    const record = await store.read('record');
    const letter = String.fromCharCode(97 + (round % 26));
    await store.write('record', Buffer.from(letter.repeat(500_000)), 60_000, record.version);
    await store.write(process.pid + ' ' + round, Buffer.from('1'), 60_000, 'absent', 'owner');
    if (round === 0) console.log('ready');
  }
`;

const writingOnce = `${opening}
  await store.write('key', Buffer.from('of another process'), 60_000, 'absent');
  await store.close();
`;

/** Says what it reads as soon as that changes. */
const watching = `${opening}
  console.log('ready');
  let last = '';
  for (;;) {
    const now = await text('watched');
    if (now !== last) console.log((last = now));
    await new Promise(setImmediate);
  }
`;

/** Waits until its files are limited. */
const limited = `
  const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
  const { existsSync } = await import('node:fs');
  await import('lmdb');
  console.log('ready');
  while (!existsSync(path + '-limited')) await pause();
`;

const readingOnce = `${opening}${limited}
  console.log(await text('key'));
  await store.close();
`;

/** Creates records until it is refused, says why, ends half of them, and goes on until it is not refused any more. */
const filling = `${opening}
  await store.write('first', Buffer.from('1'), 60_000, 'absent');
  for (let round = 0; round < 80; round++) {
    await store.write('before ' + round, Buffer.alloc(20_000), 60_000, 'absent', 'owner');
  }
  ${limited}
  let refused = false;
  for (let round = 0; ; round++) {
    try {
      await store.write('filling ' + round, Buffer.alloc(round % 2 ? 50_000 : 10), 60_000, 'absent', 'owner');
      if (refused) break;
    } catch (error) {
      if (!refused) {
        if ((await text('first')) !== '1') throw new Error('what was there cannot be read');
        const ended = await Promise.all(Array.from({ length: 40 }, (_, index) => store.delete('before ' + index)));
        console.log('ended: ' + ended.filter((result) => result === 'deleted').length);
        console.log('refused: ' + error.constructor.name + ' ' + error.message);
      }
      refused = true;
      await pause();
    }
  }
  console.log('recovered');
  await store.close();
`;

/** Opens the database over and over, until that works. */
const openingOften = `${opening}${limited}
  const { readdirSync } = await import('node:fs');
  const files = () => readdirSync('/proc/self/fd').length;
  let open = null;
  for (let attempt = 1; ; attempt++) {
    try {
      await store.prepare();
      break;
    } catch (error) {
      open ??= files();
      if (attempt === 10) console.log('refused: ' + error.constructor.name + ', ' + (files() - open) + ' more files open');
      await pause();
    }
  }
  await store.write('key', Buffer.from('1'), 60_000, 'absent');
  console.log('opened');
  await store.close();
`;

describe('LmdbStore and several processes', () => {
  const folder = temporaryFolder('lmdb-processes');
  const children: ChildNode[] = [];
  let lib: ReturnType<typeof compiledLib>;
  let entry: string;
  let store: LmdbStore;
  let path: string;
  let round = 0;

  beforeAll(() => {
    lib = compiledLib('config', 'stores', 'stores/lmdb');
    entry = pathToFileURL(join(lib.path, 'stores/lmdb/index.js')).href;
  });

  beforeEach(() => {
    path = join(folder.path, String(round++));
    store = new LmdbStore({ path });
  });

  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    await store.close();
  });

  afterAll(() => {
    lib.remove();
    folder.remove();
  });

  function start(code: string, ...args: string[]): ChildNode {
    const child = new ChildNode(code, entry, path, ...args);
    children.push(child);
    return child;
  }

  it('keeps every increment of three processes and this one on one record', async () => {
    await store.write('counter', Buffer.from('0'), 60_000, 'absent');
    const counters = [1, 2, 3].map(() => start(counting, '60'));
    for (let done = 0; done < 60;) {
      const record = await store.read('counter');
      if (record === null) throw new Error('the counter is gone');
      const next = Buffer.from(String(Number(Buffer.from(record.bytes)) + 1));
      if ('written' in (await store.write('counter', next, 60_000, record.version))) done++;
    }
    for (const child of counters) expect([await child.end(), child.output]).toEqual([0, 'done\n']);
    expect(await textOf('counter')).toBe('240');
  });

  it('sees at once what another process has written, and shows it', async () => {
    const child = start(watching);
    await until('the child watches', () => child.output === 'ready\nabsent\n');
    const version = await store.write('watched', Buffer.from('1'), 60_000, 'absent');
    if (!('written' in version)) throw new Error('not written');
    await until('the child saw it', () => child.output.endsWith('1\n'));
    await store.delete('watched');
    await until('the child saw that it is gone', () => child.output === 'ready\nabsent\n1\nabsent\n');
  });

  it('shows no old state to who knows of a newer one, however busy the process is', async () => {
    expect(await store.read('key')).toBeNull();
    await new Promise(process.nextTick);
    // No timer can go off meanwhile.
    spawnSync(process.execPath, ['--input-type=module', '--eval', writingOnce, '--', entry, path]);
    expect(await textOf('key')).toBe('of another process');
  });

  it('has whole records and a whole index after processes were killed in the middle of a write, and goes on', async () => {
    const known = new Set<string>();
    for (let victim = 0; victim < 6; victim++) {
      const child = start(writing);
      await until('the child writes', () => child.output === 'ready\n');
      await pause(20 + Math.random() * 60);
      await child.kill();
      // What a process had written and not said any more when it was killed may be seen with the next write.
      const before = performance.now();
      expect(await store.touch('record', 60_000)).toBe(true);
      expect(performance.now() - before).toBeLessThan(scaled(1_000));
      const record = await textOf('record');
      expect(record).toBe(record.charAt(0).repeat(500_000));
      const listed = await list(store.ownedBy('owner'));
      for (const key of listed) expect(await textOf(key)).toBe('1');
      expect([...known].filter((key) => !listed.includes(key))).toEqual([]);
      for (const key of listed) known.add(key);
    }
    const keys = await list(store.keys());
    expect(keys.filter((key) => key !== 'record').sort()).toEqual([...known].sort());
    expect(await store.deleteOwnedBy('owner')).toBe(known.size);
  });

  it('reads on while another process stands still in the middle of a write, and writes when that one goes on', async () => {
    await store.prepare(); // opening takes a turn of writing, and cannot be given up
    const limited = withTimeLimit(store, scaled(100));
    const child = start(writing);
    await until('the child writes', () => child.output === 'ready\n');
    await until('it stands still in the middle of a write', async () => {
      child.signal('SIGSTOP');
      const isFree = await limited.touch('record', 60_000).catch(() => false);
      if (!isFree) return true;
      child.signal('SIGCONT');
      await pause(Math.random() * 3);
      return false;
    });
    expect((await textOf('record')).length).toBe(500_000);
    await expect(limited.delete('record')).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    child.signal('SIGCONT');
    await until('a write works', () =>
      limited.write('other', Buffer.from('1'), 60_000, 'absent').then(
        () => true,
        () => false,
      ),
    );
  });

  /** Limits the files of a child that waits for that. */
  async function limit(child: ChildNode, bytes: () => number): Promise<void> {
    await until('the child is ready', () => child.output === 'ready\n');
    limitFiles(child, String(bytes()));
    writeFileSync(`${path}-limited`, '');
  }

  it('refuses new records while the disk is full, reads and ends sessions, and works again when there is room', async () => {
    const child = start(filling);
    await limit(child, () => statSync(join(path, 'data.mdb')).size + 400_000);
    await until('it is refused', () => child.output.includes('refused'));
    // What LMDB itself prints about a write that the system refuses is not there: LMDB's own handling of it damages the heap.
    expect(child.output).toMatch(
      /^ready\nended: 40\nrefused: SessionStoreFullError The session database \S+ cannot be used: EFBIG, .*SESSION_LMDB_PATH/,
    );
    limitFiles(child, 'unlimited');
    expect(await child.end()).toBe(0);
    expect(child.output).toMatch(/\nrecovered\n$/);
    expect(await textOf('first')).toBe('1');
    const listed = await list(store.ownedBy('owner'));
    expect(listed.length).toBeGreaterThan(42);
    expect((await list(store.keys())).length).toBe(listed.length + 1);
  });

  it('opens a new database once there is room for it, and leaves no files open until then', async () => {
    const child = start(openingOften);
    await limit(child, () => 40_000);
    await until('it was refused ten times', () => child.output.includes('refused'));
    expect(child.output).toBe('ready\nrefused: SessionStoreFullError, 0 more files open\n');
    limitFiles(child, 'unlimited');
    expect([await child.end(), child.output.split('\n').at(-2)]).toEqual([0, 'opened']);
    expect(await textOf('key')).toBe('1');
  });

  it('opens an existing database, and reads it, while the disk is full', async () => {
    await store.write('key', Buffer.from('1'), 60_000, 'absent');
    await store.close();
    truncateSync(join(path, 'data.mdb'), 40_960); // none of what is kept beyond the last page
    const child = start(readingOnce);
    await limit(child, () => 40_960);
    expect([await child.end(), child.output]).toEqual([0, 'ready\n1\n']);
  });

  async function textOf(key: string): Promise<string> {
    const record = await store.read(key);
    return record === null ? 'absent' : Buffer.from(record.bytes).toString();
  }
});

async function list(keys: AsyncIterable<string>): Promise<string[]> {
  const listed: string[] = [];
  for await (const key of keys) listed.push(key);
  return listed;
}
