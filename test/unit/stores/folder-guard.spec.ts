import { chmodSync, chownSync, lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SessionConfigError } from '../../../lib/errors.js';
import { FilesystemStore } from '../../../lib/stores/filesystem/index.js';
import { FolderGuard } from '../../../lib/stores/folder-guard.js';
import { loadStore } from '../../../lib/stores/load-store.js';
import { CollectedLog } from '../../support/collected-log.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const nobody = 65_534;
const environment = process.env['NODE_ENV'];
let base: ReturnType<typeof temporaryFolder>;
let log: CollectedLog;

beforeEach(() => {
  base = temporaryFolder('folder-guard');
  log = new CollectedLog();
});

afterEach(() => {
  process.env['NODE_ENV'] = environment;
  jest.restoreAllMocks();
  base.remove();
});

function folder(name: string, mode = 0o700): string {
  const path = join(base.path, name);
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  return path;
}

/** Makes it another user's: by giving it away, or by being another, where that is not allowed. */
function giveAway(path: string): string {
  if (process.geteuid?.() === 0) chownSync(path, nobody, nobody);
  else jest.spyOn(process, 'geteuid').mockReturnValue(nobody);
  return path;
}

const places: readonly [string, () => string, RegExp][] = [
  ['everybody may write to', () => folder('open', 0o777), /everybody may write to the folder .*open/],
  ['everybody may write to, and few may read', () => folder('drop', 0o733), /everybody may write/],
  ['is a link', () => linkTo(folder('target')), /is a symbolic link/],
  ['belongs to another user', () => giveAway(folder('theirs')), /belongs to another user \(uid \d+\)/],
  [
    'belongs to another user, in which nobody may touch another one’s',
    () => giveAway(folder('theirs', 0o1777)),
    /belongs to another/,
  ],
];

function linkTo(target: string): string {
  const path = join(base.path, 'link');
  symlinkSync(target, path);
  return path;
}

describe('a session folder', () => {
  it.each(places)('that %s is refused in production, naming the setting', (_, make, problem) => {
    const guard = new FolderGuard('THE_SETTING', log, 'production');
    const path = make();
    expect(() => guard.folder(path)).toThrow(SessionConfigError);
    expect(() => guard.folder(path)).toThrow(problem);
    expect(() => guard.folder(path)).toThrow(/THE_SETTING/);
  });

  it.each(places)('that %s is told of once elsewhere, and used', (_, make, problem) => {
    const guard = new FolderGuard('THE_SETTING', log, 'development');
    const path = make();
    guard.folder(path);
    guard.folder(path);
    expect(log.warnings).toHaveLength(1);
    expect(log.warnings[0]).toMatch(problem);
    expect(log.warnings[0]).toContain('This is rejected in production.');
  });

  it('that its group may write to is told of in production, and used', () => {
    const guard = new FolderGuard('THE_SETTING', log, 'production');
    expect(guard.folder(folder('volume', 0o770))).toBe('trusted');
    expect(log.warnings).toEqual([expect.stringMatching(/can be written to by its group/)]);
  });

  it('of root is told of in production where this user is another, and used', () => {
    jest.spyOn(process, 'geteuid').mockReturnValue(nobody);
    expect(new FolderGuard('THE_SETTING', log, 'production').folder('/')).toBe('trusted');
    expect(log.warnings).toEqual([expect.stringMatching(/the folder \/ belongs to root/)]);
  });

  it('of this user alone is used without a word', () => {
    expect(new FolderGuard('THE_SETTING', log, 'production').folder(folder('own', 0o755))).toBe('trusted');
    expect(log.warnings).toEqual([]);
  });

  it('is not looked at where users have no numbers, as on Windows', () => {
    const path = folder('open', 0o777);
    const { geteuid } = process;
    Reflect.deleteProperty(process, 'geteuid');
    const standing = new FolderGuard('THE_SETTING', log, 'production').folder(path);
    Object.defineProperty(process, 'geteuid', { value: geteuid, configurable: true, writable: true, enumerable: true });
    expect(standing).toBe('absent');
  });
});

const open = {
  filesystem: (place: string) => loadStore('filesystem', { dir: place, mode: 0o600, threshold: 0 }, { log }),
  lmdb: (place: string) => loadStore('lmdb', { path: place }, { log }),
  sql: (place: string) =>
    loadStore(
      'sql',
      {
        url: `sqlite:${join(place, 'sessions.db')}`,
        database: null,
        table: 'sessions',
        createTable: true,
        pruneInterval: null,
        pruneBatch: 10,
      },
      { log },
    ),
};
const stores = Object.entries(open);

describe('the stores that keep files', () => {
  it.each(stores)('%s: does not start in production in a folder that everybody may write to', async (_, opened) => {
    process.env['NODE_ENV'] = 'production';
    await expect(opened(folder('open', 0o777))).rejects.toThrow(SessionConfigError);
  });

  it.each(stores)('%s: starts there elsewhere, and says so', async (_, opened) => {
    const store = await opened(folder('open', 0o777));
    expect('written' in (await store.write('key', Buffer.from('1'), 60_000, 'absent'))).toBe(true);
    expect(log.warnings).toEqual([expect.stringMatching(/everybody may write to the folder/)]);
    await store.close?.();
  });

  it.each([
    ['filesystem', open.filesystem],
    ['lmdb', open.lmdb],
  ])('%s: makes a folder of its own, for nobody else, below one that is there for everybody', async (_, opened) => {
    process.env['NODE_ENV'] = 'production';
    const common = folder('tmp', 0o1777);
    const store = await opened(common);
    expect('written' in (await store.write('key', Buffer.from('1'), 60_000, 'absent'))).toBe(true);
    const own = join(common, `nestjs-session-auth-${String(process.geteuid?.())}`);
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(log.warnings).toEqual([]);
    await store.close?.();
  });

  it.each(stores)('%s: makes a folder that is not there for nobody else, wherever it is', async (name, opened) => {
    if (name === 'sql') return; // SQLite makes no folders
    process.env['NODE_ENV'] = 'production';
    const place = join(folder('volume', 0o777), 'sessions');
    const store = await opened(place);
    expect('written' in (await store.write('key', Buffer.from('1'), 60_000, 'absent'))).toBe(true);
    expect(lstatSync(place).mode & 0o777).toBe(0o700);
    expect(log.warnings).toEqual([]);
    await store.close?.();
  });

  it.each(['sessions.db', 'sessions.db-wal'])(
    'sql: does not take over a file %s that somebody else has put there',
    async (name) => {
      process.env['NODE_ENV'] = 'production';
      const common = folder('tmp', 0o1777);
      const file = join(common, name);
      writeFileSync(file, '');
      giveAway(file);
      await expect(open.sql(common)).rejects.toThrow(/sessions\.db.* belongs to another user/);
    },
  );

  it('filesystem: refuses a folder that somebody has put there between its start and its first use', async () => {
    process.env['NODE_ENV'] = 'production';
    const dir = join(base.path, 'later');
    const store = new FilesystemStore({ dir }, { log });
    expect(await store.read('key')).toBeNull();
    folder('later', 0o777);
    await expect(store.read('key')).rejects.toThrow(SessionConfigError);
    await expect(store.write('key', Buffer.from('1'), 60_000, 'absent')).rejects.toThrow(SessionConfigError);
    await store.close();
  });
});
