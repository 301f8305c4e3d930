import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type DataFile, dataFileAt, prepareDataFile, prepareFolder } from '../../lib/stores/lmdb/data-file.js';
import { LmdbStore } from '../../lib/stores/lmdb/index.js';
import { loadLmdb } from '../../lib/stores/lmdb/lmdb.library.js';
import { OpeningGate } from '../../lib/stores/lmdb/opening-gate.js';
import { ChildNode } from '../support/child-node.js';
import { CollectedLog } from '../support/collected-log.js';
import { compiledLib } from '../support/compiled-lib.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const aMinute = 60_000;

const opening = `
  const [lib, path] = process.argv.slice(1);
  const { LmdbStore } = await import(lib + '/index.js');
  const store = new LmdbStore({ path });
  await store.prepare();
  console.log('opened');
`;

/** Makes the file grow without end: what is being read all the time keeps its place. */
const growing = `${opening}
  const { open } = await import('lmdb');
  // Kept: a reader that nobody refers to is released.
  globalThis.reader = open({ path, noSubdir: false }).useReadTransaction();
  for (let round = 0; ; round++) await store.write('key ' + round, Buffer.alloc(100), 60_000, 'absent');
`;

/** Begins a write that never ends. */
const stuck = `
  const [lib, path] = process.argv.slice(1);
  const { dataFileAt } = await import(lib + '/data-file.js');
  const { loadLmdb } = await import(lib + '/lmdb.library.js');
  const { OpeningGate } = await import(lib + '/opening-gate.js');
  const gate = OpeningGate.open(await loadLmdb(), dataFileAt(path));
  void gate.whileNobodyOpens(() => new Promise(() => setInterval(() => undefined, 1_000)));
  console.log('writing');
`;

/** Opens a second time in the same process, while the first one has the lock. */
const twice = `
  const [lib, path] = process.argv.slice(1);
  const { dataFileAt } = await import(lib + '/data-file.js');
  const { loadLmdb } = await import(lib + '/lmdb.library.js');
  const { OpeningGate } = await import(lib + '/opening-gate.js');
  const library = await loadLmdb();
  const open = () => OpeningGate.open(library, dataFileAt(path));
  const nothing = () => undefined;
  const first = open();
  const second = await first.whileNobodyWrites(open, nothing);
  await Promise.all([first, second].map((gate) => gate.whileNobodyWrites(nothing, nothing)));
  await first.close();
  let closed;
  const third = await second.whileNobodyWrites(() => {
    closed = second.close();
    return open();
  }, nothing);
  await closed;
  await third.whileNobodyOpens(async () => console.log('opened'));
  await third.close();
  const fourth = open();
  await fourth.whileNobodyWrites(nothing, nothing);
  await fourth.close();
`;

describe('opening an LMDB database that other processes use', () => {
  const folder = temporaryFolder('lmdb-opening');
  const children: ChildNode[] = [];
  const ends: (() => Promise<void>)[] = [];
  let lib: ReturnType<typeof compiledLib>;
  let path: string;
  let dataFile: DataFile;
  let round = 0;

  beforeAll(() => {
    lib = compiledLib('config', 'stores', 'stores/lmdb');
  });

  beforeEach(() => {
    path = join(folder.path, String(round++));
    dataFile = dataFileAt(path);
    prepareFolder(dataFile);
  });

  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    for (const end of ends.splice(0)) await end();
  });

  afterAll(() => {
    lib.remove();
    folder.remove();
  });

  function start(code: string): ChildNode {
    const child = new ChildNode(code, pathToFileURL(join(lib.path, 'stores/lmdb')).href, path);
    children.push(child);
    return child;
  }

  async function openGate(): Promise<OpeningGate> {
    const gate = OpeningGate.open(await loadLmdb(), dataFile);
    ends.push(() => gate.close());
    return gate;
  }

  /** A write that is under way until it is ended. */
  function heldWrite(gate: OpeningGate): { end(): void } {
    let end = (): void => undefined;
    const isEnded = new Promise<void>((resolve) => (end = resolve));
    ends.unshift(async () => end());
    void gate.whileNobodyOpens(() => isEnded);
    return { end };
  }

  const isFlagRaised = (): boolean => statSync(dataFile.turnsWanted).size === 1;

  it('waits for a write that is under way', async () => {
    const first = heldWrite(await openGate());
    const child = start(opening);
    await until('it is about to open', isFlagRaised);
    await until('it has waited in vain', () => !isFlagRaised());
    expect(existsSync(dataFile.file)).toBe(false);
    first.end();
    await until('it is open', () => child.output.includes('opened\n'));
  });

  it('lets no write begin until it is done', async () => {
    const gate = await openGate();
    const first = heldWrite(gate);
    const child = start(opening);
    const second = await blockedWrite(gate, () => existsSync(dataFile.file));
    first.end();
    expect(await second()).toBe(true);
    await until('it is open', () => child.output.includes('opened\n'));
  });

  it('lets writes go on when the process that opens is killed, and the next one open', async () => {
    const gate = await openGate();
    const first = heldWrite(gate);
    await until('a process is killed while its flag is raised', async () => {
      const child = start(opening);
      await until('it opens', isFlagRaised);
      await child.kill();
      return isFlagRaised();
    });
    await gate.whileNobodyOpens(async () => undefined);
    expect(isFlagRaised()).toBe(false);
    const next = start(opening);
    await until('it opens', isFlagRaised);
    first.end();
    await until('it is open', () => next.output.includes('opened\n'));
    expect(isFlagRaised()).toBe(false);
  });

  it('says which process it waits for, lets others write meanwhile, and opens when that one ends', async () => {
    const gate = await openGate();
    const child = start(stuck);
    await until('it writes', () => child.output === 'writing\n');
    const log = new CollectedLog();
    const store = new LmdbStore({ path }, { log });
    ends.push(() => store.close());
    const read = store.read('key');
    await until('it is said', () => log.warnings.length > 0);
    expect(log.warnings).toEqual([expect.stringContaining(`process id ${String(child.pid)}, which seems to hang`)]);
    await gate.whileNobodyOpens(async () => undefined);
    await child.kill();
    expect(await read).toBeNull();
    expect(log.warnings).toHaveLength(1);
  });

  it('ends its waiting when the store is closed', async () => {
    const child = start(stuck);
    await until('it writes', () => child.output === 'writing\n');
    const log = new CollectedLog();
    const store = new LmdbStore({ path }, { log });
    const read = store.read('key');
    await Promise.all([store.close(), expect(read).rejects.toThrow('closed')]);
  });

  it('opens it once, however many ask for that at a time', async () => {
    const store = new LmdbStore({ path });
    ends.push(() => store.close());
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.write(`key ${String(index)}`, Buffer.from('1'), aMinute, 'absent'),
      ),
    );
    for (const result of results) expect(result).toHaveProperty('written');
  });

  it('is open to a second store of a process, whose first one has the lock', async () => {
    const child = start(twice);
    expect(await child.end()).toBe(0);
    expect(child.output).toBe('opened\n');
  });

  it('does not take a file that grows while it is looked at for one that is cut short', async () => {
    const child = start(growing);
    await until('it writes', () => child.output.includes('opened\n'));
    const size = statSync(dataFile.file).size;
    await until('the file has grown', () => {
      for (let look = 0; look < 200; look++) prepareDataFile(dataFile);
      return statSync(dataFile.file).size > size + 1_000_000;
    });
  });
});

/** Begins writes until one has to wait, and gives what that one will see when it begins. */
async function blockedWrite<T>(gate: OpeningGate, look: () => T): Promise<() => Promise<T>> {
  const begun = new Set<number>();
  const writes: Promise<T>[] = [];
  await until('a write has to wait', () => {
    const index = writes.length;
    writes.push(
      gate.whileNobodyOpens(async () => {
        begun.add(index);
        return look();
      }),
    );
    return !begun.has(index);
  });
  return () => writes.at(-1)!;
}
