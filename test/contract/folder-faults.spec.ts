import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChildNode } from '../support/child-node.js';
import { compiledLib } from '../support/compiled-lib.js';
import { limitFiles } from '../support/limit-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { sqlSettings } from './sql-settings.js';

/** The stores that keep their sessions in a folder of this machine. */
const stores = [
  {
    name: 'filesystem',
    options: (folder: string) => ({ dir: folder, mode: 0o600, threshold: 0 }),
    forbidden: /\S+ cannot be used: EACCES, this process has no permission. SESSION_FILE_DIR \(filesystem\.dir\)/,
    full: /\S+ cannot be used: EFBIG, the file may not become any larger\. SESSION_FILE_DIR/,
  },
  {
    name: 'lmdb',
    options: (folder: string) => ({ path: folder }),
    forbidden: /\S+ cannot be used: EACCES, this process has no permission. SESSION_LMDB_PATH \(lmdb\.path\)/,
    // Has a test of its own: lmdb-processes.spec.ts.
    full: null,
  },
  {
    name: 'sql',
    options: (folder: string) => sqlSettings(`sqlite:${join(folder, 'sessions.db')}`),
    forbidden: /SQLite at \S+ \(SESSION_SQL\) did not answer: EACCES: permission denied/,
    full: /SQLite at \S+ \(SESSION_SQL\) (has no space for new data: database or disk is full|did not answer: disk I\/O error)/,
  },
];

/** Writes until it is refused, says why, and goes on until it is not any more; on demand as somebody who is not root. */
const writing = `
  const [entry, options, peer, as] = process.argv.slice(1);
  const { create } = await import(entry);
  if (peer !== '') await import(peer);
  if (as === 'nobody' && process.getuid() === 0) {
    process.setgid(65_534);
    process.setuid(65_534);
  }
  const said = [];
  const log = { warn: (text) => said.push(text), error: (text) => said.push(text) };
  const store = await create(JSON.parse(options), { log });
  let refused = 0;
  let written = 0;
  for (let round = 0; ; round++) {
    try {
      const result = await store.write('key ' + round, Buffer.alloc(40_000), 60_000, 'absent', 'owner');
      if (!('written' in result)) throw new TypeError('it was not written');
      written++;
      if (written === 1) console.log('written');
      if (refused > 0) break;
    } catch (error) {
      if (refused++ === 0) console.log('refused: ' + error.code + ' ' + error.message);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  let living = 0;
  for await (const key of store.keys()) living += (await store.read(key)).bytes.length === 40_000 ? 1 : 0;
  console.log(living === written ? 'all is there' : living + ' of ' + written);
  await store.close();
`;

describe.each(stores)('The $name store and its folder', ({ name, options, forbidden, full }) => {
  let parent: ReturnType<typeof temporaryFolder>;
  let folder: string;
  let lib: ReturnType<typeof compiledLib>;
  let child: ChildNode;

  beforeAll(() => {
    lib = compiledLib(
      'config',
      'config/kinds',
      'stores',
      `stores/${name}`,
      'stores/sql/connect',
      'stores/sql/dialects',
    );
  });

  beforeEach(() => {
    parent = temporaryFolder('folder-faults');
    folder = join(parent.path, 'sessions');
    mkdirSync(folder);
    // What a test makes is for its user alone, and that may be root.
    for (const path of [parent.path, lib.path]) chmodSync(path, 0o755);
  });

  afterEach(async () => {
    await child.kill();
    parent.remove();
  });

  afterAll(() => {
    lib.remove();
  });

  function start(as: 'nobody' | 'whoever'): ChildNode {
    const entry = pathToFileURL(join(lib.path, `stores/${name}/create.js`)).href;
    const peer = { lmdb: 'lmdb', sql: 'libsql' }[name] ?? '';
    return new ChildNode(writing, entry, JSON.stringify(options(folder)), peer, as);
  }

  it('says that it may not be written, naming the setting, and works as soon as it may', async () => {
    chmodSync(folder, 0o555);
    child = start('nobody');
    await until('it is refused', () => child.output.includes('refused'));
    expect(child.output).toMatch(/refused: SESSION_STORE_UNAVAILABLE /);
    expect(child.output).toMatch(forbidden);
    expect(readdirSync(folder)).toEqual([]);
    chmodSync(folder, 0o777);
    expect([await child.end(), child.output]).toEqual([0, expect.stringMatching(/written\nall is there\n$/)]);
  });

  if (full === null) return;

  it('refuses writes while the disk is full, and works on when there is room, with all that was stored', async () => {
    child = start('whoever');
    await until('it writes', () => child.output.includes('written'));
    limitFiles(child, name === 'filesystem' ? '30000' : '1000000');
    await until('it is refused', () => child.output.includes('refused'));
    expect(child.output).toMatch(/refused: SESSION_STORE_UNAVAILABLE /);
    expect(child.output).toMatch(full);
    limitFiles(child, 'unlimited');
    expect([await child.end(), child.output]).toEqual([0, expect.stringMatching(/all is there\n$/)]);
    // Nor is there anything left of what was refused.
    expect(readdirSync(folder).filter((file) => /\.(tmp|lock|break)$/.test(file) && file !== 'lock.mdb')).toEqual([]);
  });
});
