import { SessionPeerMissingError } from '../../../errors.js';
import { importPeer } from '../../import-peer.js';
import { textIn } from '../dialects/dialect.js';
import { LibsqlFile } from './libsql-file.js';
import type { SqliteFile } from './sqlite-file.js';

/** Opens the file at a path; waits at most `busyMs` milliseconds for a writing process. */
export type OpenSqlite = (path: string, busyMs: number) => SqliteFile;

/**
 * better-sqlite3 or, if that is missing or lacks a working binary, libsql, whose binary needs no install script.
 *
 * A driver that is installed but broken is reported when a file is opened, like any other database error.
 *
 * @throws SessionPeerMissingError if neither is installed
 */
export async function loadSqliteDriver(): Promise<OpenSqlite> {
  const failures: unknown[] = [];
  for (const load of [loadBetterSqlite, loadLibsql]) {
    try {
      return await load();
    } catch (error) {
      failures.push(error);
    }
  }
  const broken = failures.filter((failure) => !(failure instanceof SessionPeerMissingError));
  if (broken.length === 0) throw failures[0];
  return () => {
    throw new Error(broken.map(explained).join(' '), { cause: broken[0] });
  };
}

async function loadBetterSqlite(): Promise<OpenSqlite> {
  const neededFor = 'The SQL store, for SQLite without libsql (npm install libsql),';
  const { default: Driver } = await importPeer('better-sqlite3', neededFor, () => import('better-sqlite3'));
  // It does not look for its binary until now.
  new Driver(':memory:').close();
  return (path, busyMs) => new Driver(path, { timeout: busyMs });
}

async function loadLibsql(): Promise<OpenSqlite> {
  const { default: Driver } = await importPeer('libsql', 'The SQL store, for SQLite,', () => import('libsql'));
  return (path, busyMs) => new LibsqlFile(new Driver(path, { timeout: busyMs }));
}

function explained(error: unknown): string {
  const message = textIn(error, 'message');
  if (message.startsWith('Could not locate the bindings file')) {
    return (
      'better-sqlite3 is installed without its binary, since npm did not run its install script. Install libsql as well, ' +
      'which needs none (npm install libsql); or allow the script in package.json ' +
      '("allowScripts": { "better-sqlite3": true }), then run: npm rebuild better-sqlite3'
    );
  }
  const [, target] = /^Cannot find module '(@libsql\/[^']+)'/.exec(message) ?? [];
  if (target === undefined) return message;
  return `libsql is installed without its binary, the optional package ${target}: npm install libsql --include=optional`;
}
