import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionModule, SessionService, type SessionModuleOptions } from '../../lib/index.js';
import { loadStore } from '../../lib/stores/load-store.js';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { create as createLmdb } from '../../lib/stores/lmdb/create.js';
import { create as createSql } from '../../lib/stores/sql/create.js';
import { boot, post } from '../support/boot.js';
import { CollectedLog } from '../support/collected-log.js';
import { compiledPackage } from '../support/compiled-package.js';
import { patienceMs } from '../support/patience.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const execute = promisify(execFile);
const hour = 3_600_000;
const log = new CollectedLog();

describe('SessionService.cleanupSessions()', () => {
  async function removed(options: SessionModuleOptions): Promise<number[]> {
    let now = Date.now();
    const app = await boot([SessionModule.forRoot({ ...options, idleTimeout: '1h', clock: () => now })]);
    try {
      for (const key of ['a', 'b', 'c']) expect((await fetch(`${app.url}/set/${key}`, post)).status).toBe(201);
      const service = app.app.get(SessionService);
      const before = await service.cleanupSessions();
      now += 2 * hour;
      return [before, await service.cleanupSessions(), await service.cleanupSessions()];
    } finally {
      await app.close();
    }
  }

  it('removes what has expired from a store that needs it, and says how many sessions that were', async () => {
    const folder = temporaryFolder('cleanup');
    try {
      expect(await removed({ type: 'filesystem', filesystem: { dir: folder.path } })).toEqual([0, 3, 0]);
      expect(await removed({ type: 'memory' })).toEqual([0, 3, 0]);
    } finally {
      folder.remove();
    }
  });

  it('has nothing to do where sessions are in cookies', async () => {
    expect(await removed({ type: 'cookie' })).toEqual([0, 0, 0]);
  });
});

describe('nestjs-session-auth cleanup, as a program', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let compiled: ReturnType<typeof compiledPackage>;
  let postgres: PostgresServer;

  beforeAll(async () => {
    folder = temporaryFolder('cleanup-program');
    compiled = compiledPackage();
    postgres = await PostgresServer.start({ password: 'sesame' });
  });

  afterAll(async () => {
    await postgres.stop();
    compiled.remove();
    folder.remove();
  });

  function cleanup(environment: Readonly<Record<string, string>>): Promise<{ stdout: string; stderr: string }> {
    const program = join(dirname(compiled.entry), 'cli/main.js');
    const env = { PATH: process.env['PATH'], ...environment };
    return execute(process.execPath, [program, 'cleanup'], { env, cwd: folder.path, timeout: patienceMs });
  }

  const subjects: {
    readonly type: string;
    readonly settings: () => Readonly<Record<string, string>>;
    readonly open: (settings: Readonly<Record<string, string>>) => Promise<SessionStore>;
  }[] = [
    {
      type: 'filesystem',
      settings: () => ({ SESSION_FILE_DIR: join(folder.path, 'files') }),
      open: ({ SESSION_FILE_DIR: dir = '' }) =>
        loadStore('filesystem', { dir, mode: 0o600, threshold: 0 }, { log, now: () => Date.now() - hour }),
    },
    {
      type: 'lmdb',
      settings: () => ({ SESSION_LMDB_PATH: join(folder.path, 'lmdb') }),
      open: ({ SESSION_LMDB_PATH: path = '' }) => createLmdb({ path }, { log, now: () => Date.now() - hour }),
    },
    {
      type: 'sql',
      settings: () => ({ SESSION_SQL: `sqlite:${join(folder.path, 'sessions.db')}` }),
      open: ({ SESSION_SQL: url = '' }) => openSql(url),
    },
    {
      type: 'sql',
      settings: () => ({ SESSION_SQL: postgres.url }),
      open: ({ SESSION_SQL: url = '' }) => openSql(url),
    },
  ];

  it.each(subjects)('removes from $type what has expired, and nothing else', async ({ type, settings, open }) => {
    const store = await open(settings());
    try {
      for (const key of ['a', 'b', 'c']) await store.write(key, Buffer.from('1'), 1, 'absent');
      await store.write('live', Buffer.from('1'), 24 * hour, 'absent');
      // By the clock of the database, which is not ours.
      for (const key of ['a', 'b', 'c']) await until('it has expired', async () => (await store.read(key)) === null);
      const { stdout, stderr } = await cleanup({ SESSION_TYPE: type, ...settings() });
      expect({ stdout, stderr }).toEqual({ stdout: `Removed 3 expired sessions (${type}).\n`, stderr: '' });
      expect(await store.read('live')).not.toBeNull();
    } finally {
      await store.close?.();
    }
  });

  it('ends with 1 where the database refuses, and shows no password', async () => {
    const SESSION_SQL = postgres.url.replace('sesame', 'open-sesame');
    const failed: unknown = await cleanup({ SESSION_TYPE: 'sql', SESSION_SQL }).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/password authentication failed/),
    });
    expect(failed).toMatchObject({ stderr: expect.not.stringContaining('sesame') });
  });
});

function openSql(url: string): Promise<SessionStore> {
  const settings = { table: 'sessions', createTable: true, pruneInterval: null, pruneBatch: 2 };
  return createSql({ url, database: null, ...settings }, { log });
}
