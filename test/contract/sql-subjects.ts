import { join } from 'node:path';
import Database from 'libsql';
import { Kysely, type Logger, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely';
import { createPool } from 'mysql2';
import pg from 'pg';
import { MariadbServer } from '../support/servers/mariadb.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A database of one of the three kinds. */
export interface SqlSubject {
  readonly name: string;
  /** For the option `sql.url`. */
  readonly url: () => string;
  /** A schema that is there. */
  readonly schema: string;
  /** What lists the `name` of each index. */
  readonly indexes: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A Kysely instance, as an application has one. */
  kysely(): Kysely<object>;
  /** The statements that the database ran while `work` ran on such an instance, by their first words. */
  counts(work: () => Promise<unknown>): Promise<Record<string, number>>;
}

function postgres(): SqlSubject {
  let server: PostgresServer;
  return {
    name: 'PostgreSQL',
    url: () => server.url,
    schema: 'public',
    indexes: 'SELECT indexname AS name FROM pg_indexes',
    start: async () => {
      server = await PostgresServer.start();
    },
    stop: () => server.stop(),
    kysely: () => new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: server.url }) }) }),
    counts: (work) => server.statementCounts(work),
  };
}

function mariadb(): SqlSubject {
  let server: MariadbServer;
  return {
    name: 'MariaDB',
    url: () => server.url,
    schema: 'sessions',
    indexes: 'SELECT DISTINCT index_name AS name FROM information_schema.statistics',
    start: async () => {
      server = await MariadbServer.start();
    },
    stop: () => server.stop(),
    kysely: () => new Kysely({ dialect: new MysqlDialect({ pool: createPool(server.url) }) }),
    counts: (work) => server.statementCounts(work),
  };
}

function sqlite(): SqlSubject {
  let folder: ReturnType<typeof temporaryFolder>;
  const path = (): string => join(folder.path, 'app.db');
  let statements: string[] = [];
  return {
    name: 'SQLite',
    url: () => `sqlite:${path()}`,
    schema: 'main',
    indexes: "SELECT name FROM sqlite_master WHERE type = 'index'",
    start: async () => {
      folder = temporaryFolder('sql-subject');
    },
    stop: async () => {
      folder.remove();
    },
    kysely: () => {
      const database = new Database(path());
      database.exec('PRAGMA journal_mode = WAL');
      database.exec('PRAGMA synchronous = NORMAL');
      const log: Logger = ({ query }) => {
        statements.push(query.sql);
      };
      return new Kysely({ dialect: new SqliteDialect({ database }), log });
    },
    counts: async (work) => {
      statements = [];
      await work();
      const counts: Record<string, number> = {};
      for (const [word = ''] of statements.map((statement) => statement.toLowerCase().split(' '))) {
        counts[word] = (counts[word] ?? 0) + 1;
      }
      return counts;
    },
  };
}

export const sqlSubjects: readonly SqlSubject[] = [postgres(), mariadb(), sqlite()];
