import { closeSync, openSync } from 'node:fs';
import { importPeer } from '../../import-peer.js';
import { codeOf } from '../dialects/dialect.js';
import type { OwnedDatabase } from '../sql.store.js';
import { loadSqliteDriver } from './sqlite-driver.js';
import type { SqliteFile } from './sqlite-file.js';

/**
 * How long SQLite itself waits for another process that writes. It does so without giving the event loop a turn; the store
 * waits longer, and does.
 */
const busyMs = 20;

/** The file at `path`, opened when it is needed: where that fails, it is tried again with the next call. */
export async function connectSqlite(path: string): Promise<OwnedDatabase> {
  const { Kysely, SqliteDialect } = await importPeer('kysely', 'The SQL store', () => import('kysely'));
  const openFile = await loadSqliteDriver();
  const open = async (): Promise<SqliteFile> => {
    if (path !== ':memory:') keepPrivate(path);
    const file = openFile(path, busyMs);
    try {
      // Readers and a writer do not wait for each other, and a commit does not wait for the disk.
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
    close: () => database.destroy(),
  };
}

/** Makes a file that is missing, for its user alone; SQLite would let everybody read it. It gives those beside it the same. */
function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // That it is there is as good. What else is wrong not every driver says as well.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}
