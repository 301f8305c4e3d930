import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FilesystemStore } from '../../lib/stores/filesystem/index.js';
import { ChildNode } from '../support/child-node.js';
import { compiledLib } from '../support/compiled-lib.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { scaled } from '../support/patience.js';

/** Counts a record up, `times` times, by compare and set, as a request does. */
const counting = `
  const [entry, dir, times] = process.argv.slice(1);
  const { FilesystemStore } = await import(entry);
  const store = new FilesystemStore({ dir });
  console.log('ready');
  for (let done = 0; done < Number(times); ) {
    const record = await store.read('counter');
    const next = String(Number(Buffer.from(record.bytes)) + 1);
    const result = await store.write('counter', Buffer.from(next), 60_000, record.version);
    if ('written' in result) done++;
  }
`;

/** Writes without end, half a megabyte at a time, so that most of the time a write is under way. */
const writing = `
  const [entry, dir] = process.argv.slice(1);
  const { FilesystemStore } = await import(entry);
  const store = new FilesystemStore({ dir });
  for (let round = 0; ; round++) {
    const record = await store.read('record');
    const letter = String.fromCharCode(97 + (round % 26));
    await store.write('record', Buffer.from(letter.repeat(500_000)), 60_000, record === null ? 'absent' : record.version);
    if (round === 0) console.log('ready');
  }
`;

/** Creates records of an owner, `times` of them, and prints the keys of those that the store says to have written. */
const loggingIn = `
  const [entry, dir, name, times] = process.argv.slice(1);
  const { FilesystemStore } = await import(entry);
  const store = new FilesystemStore({ dir });
  for (let index = 0; index < Number(times); index++) {
    const key = name + ' ' + index;
    const result = await store.write(key, Buffer.from('1'), 60_000, 'absent', 'owner');
    console.log('written' in result ? key : 'gone' in result ? 'refused' : 'met another');
  }
`;

describe('FilesystemStore and several processes', () => {
  const folder = temporaryFolder('filesystem-processes');
  let lib: ReturnType<typeof compiledLib>;
  let entry: string;
  let dir: string;
  let round = 0;

  beforeAll(() => {
    lib = compiledLib('config', 'stores', 'stores/filesystem');
    entry = pathToFileURL(join(lib.path, 'stores/filesystem/index.js')).href;
  });

  beforeEach(() => {
    dir = join(folder.path, String(round++));
  });

  afterAll(() => {
    lib.remove();
    folder.remove();
  });

  it('keeps every increment of three processes on one record', async () => {
    const store = new FilesystemStore({ dir });
    await store.write('counter', Buffer.from('0'), 60_000, 'absent');
    const children = [1, 2, 3].map(() => new ChildNode(counting, entry, dir, '60'));
    for (const child of children) expect([await child.end(), child.output]).toEqual([0, 'ready\n']);
    expect(await textOf(store, 'counter')).toBe('180');
    expect(readdirSync(dir)).toHaveLength(1);
    await store.close();
  });

  it('ends, refuses or goes on listing what other processes create while it ends all of an owner’s records', async () => {
    const store = new FilesystemStore({ dir });
    const children = ['one', 'two'].map((name) => new ChildNode(loggingIn, entry, dir, name, '150'));
    const isOver = Promise.all(children.map((child) => child.end())).then(() => true);
    let ended = 0;
    while (!(await Promise.race([isOver, pause(1, false)]))) ended += await store.deleteOwnedBy('owner');
    const answers = children.flatMap((child) => child.output.trim().split('\n'));
    expect(answers).toHaveLength(300);
    const written = answers.filter((answer) => answer !== 'refused');
    const living: string[] = [];
    for await (const key of store.keys()) living.push(key);
    const listed: string[] = [];
    for await (const key of store.ownedBy('owner')) listed.push(key);
    expect(listed.sort()).toEqual(living.sort());
    expect(written).toEqual(expect.arrayContaining(living));
    expect(ended).toBeGreaterThan(0);
    expect(ended + living.length).toBe(written.length);
    expect(await store.deleteOwnedBy('owner')).toBe(living.length);
    expect(readdirSync(dir)).toEqual(['owners']);
    await store.close();
  });

  it('has the old record whole, and no lock in the way, after a process was killed in the middle of a write', async () => {
    const store = new FilesystemStore({ dir });
    for (let victim = 0; victim < 4; victim++) {
      const child = new ChildNode(writing, entry, dir);
      await until('the child writes', () => child.output === 'ready\n');
      await stopWhere(child, () => namesIn(dir).filter((name) => name.endsWith('.tmp')).length > victim);
      const old = await textOf(store, 'record');
      await child.kill();
      expect(
        namesIn(dir)
          .map((name) => name.replace(/^.*\./, ''))
          .sort(),
      ).toEqual(['lock', 'session', ...Array.from({ length: victim + 1 }, () => 'tmp')].sort());
      const record = await store.read('record');
      expect(await textOf(store, 'record')).toBe(old);
      expect(old).toBe(old.charAt(0).repeat(500_000));
      const before = performance.now();
      const result = await store.write('record', Buffer.from('b'.repeat(500_000)), 60_000, record?.version);
      expect('written' in result).toBe(true);
      expect(performance.now() - before).toBeLessThan(scaled(1_400)); // less than it waits for the lock of somebody who lives
    }
    await store.close();
  });

  it('does not rob a process that stands still of its lock, and goes on when that one does', async () => {
    const store = new FilesystemStore({ dir });
    const child = new ChildNode(writing, entry, dir);
    await until('the child writes', () => child.output === 'ready\n');
    await stopWhere(child, () => namesIn(dir).some((name) => name.endsWith('.lock')));
    expect(await store.read('record')).not.toBeNull();
    await expect(store.delete('record')).rejects.toThrow('locked by another process');
    child.signal('SIGCONT');
    await until('a delete works', () =>
      store.delete('record').then(
        (result) => result === 'deleted',
        () => false,
      ),
    );
    await child.kill();
    await store.close();
  });
});

/** Brings the child to a stand at a moment at which `isThere` says so. */
async function stopWhere(child: ChildNode, isThere: () => boolean): Promise<void> {
  await until('the child stands still at the right moment', async () => {
    child.signal('SIGSTOP');
    await until('it stands still', () =>
      /^State:\s+T/m.test(readFileSync(`/proc/${String(child.pid)}/status`, 'utf8')),
    );
    if (isThere()) return true;
    child.signal('SIGCONT');
    await pause(Math.random() * 3);
    return false;
  });
}

function namesIn(dir: string): string[] {
  return readdirSync(dir);
}

async function textOf(store: FilesystemStore, key: string): Promise<string> {
  const record = await store.read(key);
  return record === null ? 'absent' : Buffer.from(record.bytes).toString();
}
