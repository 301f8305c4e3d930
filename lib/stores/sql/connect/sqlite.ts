import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SessionConfigError } from '../../../errors.js';
import { DiskRoom } from '../../disk-room.js';
import { FolderGuard } from '../../folder-guard.js';
import { importPeer } from '../../import-peer.js';
import { codeOf } from '../dialects/dialect.js';
import type { StoreContext } from '../../store-context.js';
import { execute, type SqlDatabase } from '../sql.client.js';
import type { OwnedDatabase } from '../sql.store.js';
import { loadSqliteDriver } from './sqlite-driver.js';
import type { SqliteFile } from './sqlite-file.js';

/** How long SQLite itself waits for a writing process, which blocks the event loop; the store then retries without blocking. */
const busyMs = 20;

/** The same where nothing else goes on in the process. */
const patientMs = 5_000;

const inMemory = ':memory:';

const unusedBytes = 'SELECT freelist_count * page_size AS bytes FROM pragma_freelist_count, pragma_page_size';

/**
 * The file at `path`, opened on first use; if that fails, the next call retries.
 *
 * @throws SessionConfigError in production, for a file that other users can access
 */
export async function connectSqlite(path: string, { log }: StoreContext): Promise<OwnedDatabase> {
  const { Kysely, SqliteDialect } = await importPeer('kysely', 'The SQL store', () => import('kysely'));
  const openFile = await loadSqliteDriver();
  const guard = new FolderGuard('SESSION_SQL (sql.url)', log);
  vet(path, guard);
  const open = async (): Promise<SqliteFile> => {
    vet(path, guard);
    if (path !== inMemory) keepPrivate(path);
    const file = openFile(path, busyMs);
    try {
      // Readers and a writer do not block each other, and a commit does not wait for the disk.
      file.exec('PRAGMA journal_mode = WAL');
      file.exec('PRAGMA synchronous = NORMAL');
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  };
  const database = new Kysely<object>({ dialect: new SqliteDialect({ database: open }) });
  return {
    database,
    name: `SQLite at ${path} (SESSION_SQL)`,
    secrets: [],
    ...(path === inMemory ? {} : { room: roomOf(path, database) }),
    close: () => database.destroy(),
  };
}

/**
 * The file at `path`, which is only read: neither created nor changed, not even its journal mode.
 *
 * @throws SessionConfigError if there is no such file
 */
export async function connectSqliteForReading(path: string): Promise<OwnedDatabase> {
  const { Kysely, SqliteDialect } = await importPeer('kysely', 'The SQL store', () => import('kysely'));
  const openFile = await loadSqliteDriver();
  if (!existsSync(path)) {
    throw new SessionConfigError([{ setting: `sqlite:${path}`, problem: 'there is no such file' }]);
  }
  const open = async (): Promise<SqliteFile> => {
    const file = openFile(path, patientMs);
    file.exec('PRAGMA query_only = ON');
    return file;
  };
  const database = new Kysely<object>({ dialect: new SqliteDialect({ database: open }) });
  return { database, name: `SQLite at ${path}`, secrets: [], close: () => database.destroy() };
}

function roomOf(path: string, database: SqlDatabase): DiskRoom {
  return new DiskRoom({
    folder: dirname(resolve(path)),
    setting: 'SESSION_SQL (sql.url)',
    inside: async () => {
      const { rows } = await execute(database, unusedBytes, []);
      const [row] = rows as readonly { readonly bytes?: unknown }[];
      return Number(row?.bytes ?? 0);
    },
  });
}

/** @throws SessionConfigError in production, for a file that other users can access */
function vet(path: string, guard: FolderGuard): void {
  if (path === inMemory) return;
  const file = resolve(path);
  if (guard.folder(dirname(file)) === 'common') guard.tellOfCommon(dirname(file));
  // SQLite treats these files beside it as part of the database.
  for (const ending of ['', '-wal', '-shm', '-journal']) guard.file(file + ending);
}

/** Creates a missing file readable for its user only; SQLite would make it world-readable. Files beside it get the same mode. */
function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // It already exists. Not every driver reports other errors as clearly as this does.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}
