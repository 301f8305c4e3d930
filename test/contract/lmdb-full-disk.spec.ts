import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compiledLib } from '../support/compiled-lib.js';
import { notRun } from '../support/not-run.js';
import { scaled } from '../support/patience.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder('lmdb-full-disk');

/** Runs a program with a file system of 16 MB of its own, which nobody else sees. */
function onSmallDisk(...program: readonly string[]) {
  const script = 'mount -t tmpfs -o size=16m tmpfs "$0" && exec "$@"';
  return spawnSync('unshare', ['--mount', '--map-root-user', 'sh', '-c', script, folder.path, ...program], {
    encoding: 'utf8',
    timeout: scaled(60_000),
  });
}

const isPossible = onSmallDisk('true').status === 0;
if (!isPossible) notRun('LMDB on a full disk', 'this system lets no user mount a file system of their own (unshare)');

/** Fills the disk to its last byte, as other programs do, and asks the store for everything. */
const program = `
  import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
  const [entry, folder] = process.argv.slice(1);
  const { LmdbStore } = await import(entry);
  const fill = () => {
    const file = openSync(folder + '/others', 'a');
    for (const size of [1_048_576, 4_096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
      }
    }
    closeSync(file);
  };
  const results = {};
  const attempt = async (what, work) => {
    const result = await work.then(String, (error) => error.constructor.name);
    (results[what] ??= {})[result] = (results[what][result] ?? 0) + 1;
    return result;
  };
  fill();
  const store = new LmdbStore({ path: folder + '/sessions' });
  for (let times = 0; times < 3; times++) await attempt('open a new database', store.prepare());
  rmSync(folder + '/others');
  const versions = [];
  for (let index = 0; index < 60; index++) {
    versions.push((await store.write('key ' + index, Buffer.alloc(40_000), 60_000, 'absent', 'owner')).written);
  }
  fill();
  // What the file holds in reserve takes a few.
  for (let index = 0; ; index++) {
    const writing = store.write('new ' + index, Buffer.alloc(40_000), 60_000, 'absent');
    if ((await attempt('create', writing.then(() => 'created'))) !== 'created') break;
  }
  for (let index = 0; index < 20; index++) {
    await attempt('touch', store.touch('key ' + index, 50_000));
    await attempt('read', store.read('key ' + index).then(({ bytes }) => bytes.length));
  }
  await Promise.all(versions.slice(0, 20).map((version, index) => attempt('end', store.delete('key ' + index, version))));
  await store.close();
  const again = new LmdbStore({ path: folder + '/sessions' });
  await attempt('read after opening', again.read('key 30').then(({ bytes }) => bytes.length));
  await attempt('end all', again.deleteOwnedBy('owner'));
  rmSync(folder + '/others');
  await attempt('create with room', again.write('new', Buffer.alloc(100), 60_000, 'absent').then(({ written }) => written > 0));
  await again.close();
  console.log(JSON.stringify(results));
`;

(isPossible ? describe : describe.skip)('LmdbStore on a disk that other programs have filled', () => {
  let lib: ReturnType<typeof compiledLib>;

  beforeAll(() => {
    lib = compiledLib('config', 'stores', 'stores/lmdb');
  });

  afterAll(() => {
    lib.remove();
    folder.remove();
  });

  it('rejects what is new, ends sessions, opens, reads, and never ends the process', () => {
    const entry = pathToFileURL(join(lib.path, 'stores/lmdb/index.js')).href;
    const run = onSmallDisk(process.execPath, '--input-type=module', '--eval', program, '--', entry, folder.path);
    expect([run.signal, run.status, run.stderr]).toEqual([null, 0, '']);
    expect(JSON.parse(run.stdout)).toEqual({
      'open a new database': { SessionStoreFullError: 3 },
      create: { created: expect.any(Number), SessionStoreFullError: 1 },
      touch: { true: 20 },
      read: { 40_000: 20 },
      end: { deleted: 20 },
      'read after opening': { 40_000: 1 },
      'end all': { 40: 1 },
      'create with room': { true: 1 },
    });
  });
});
