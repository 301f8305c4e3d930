import { Duplex } from 'node:stream';
import type { MysqlPool, MysqlPoolConnection, MysqlQueryResult, MysqlStream, MysqlStreamOptions } from 'kysely';
import { importPeer } from '../../import-peer.js';
import { addressOf, secretsOf } from '../database-url.js';
import { codeOf } from '../dialects/dialect.js';
import type { OwnedDatabase } from '../sql.store.js';
import { closeOrCut } from '../../close-or-cut.js';
import { Turns } from './turns.js';
import { limitMs, Watch } from './watch.js';

/** How long a connection may stay idle, in ms; the last one is kept. */
const idleMs = 10_000;

/** A pool of connections to `url`, opened on demand: the application starts even if the server is down. */
export async function connectMysql(url: string): Promise<OwnedDatabase> {
  const { Kysely, MysqlDialect } = await importPeer('kysely', 'The SQL store', () => import('kysely'));
  const { createPool } = await importPeer('mysql2', 'The SQL store, for MySQL and MariaDB,', () => import('mysql2'));
  const pool = createPool({ uri: url, connectTimeout: limitMs, maxIdle: 1, idleTimeout: idleMs });
  const connections = new Set<MysqlPoolConnection>();
  const watch = new Watch<MysqlPoolConnection>((connection) => {
    cut(connection);
    // Whatever silently broke this connection (a firewall, a failover) broke the idle ones, too.
    for (const other of connections) if (!watch.has(other)) cut(other);
  });
  // For the pool, 0 means no limit.
  const turns = new Turns((pool.config.connectionLimit ?? 10) || Infinity);
  pool.on('connection', (connection) => {
    connections.add(connection);
    for (const end of ['end', 'error']) connection.on(end, () => connections.delete(connection));
  });
  const watched = new WatchedPool(pool, watch, turns);
  const database = new Kysely<object>({ dialect: new MysqlDialect({ pool: watched }) });
  return {
    database,
    name: `MySQL at ${addressOf(url)} (SESSION_SQL)`,
    secrets: secretsOf(url),
    close: () =>
      closeOrCut(database.destroy(), () => {
        connections.forEach(cut);
      }).finally(() => {
        watched.endUnused();
      }),
  };
}

/**
 * The pool with a watch on the connections in use and a time limit for acquiring one, which it lacks. Its own events do not
 * cover callers that had to wait.
 */
class WatchedPool implements MysqlPool {
  private hasEnded = false;

  constructor(
    private readonly pool: MysqlPool,
    private readonly watch: Watch<MysqlPoolConnection>,
    private readonly turns: Turns,
  ) {}

  getConnection(callback: (error: unknown, connection: MysqlPoolConnection) => void): void {
    this.turns.enter((refusal) => {
      if (refusal !== null) {
        callback(refusal, noConnection);
        return;
      }
      this.pool.getConnection((error, connection) => {
        if (error) this.turns.leave();
        callback(error, error ? connection : new WatchedConnection(connection, this.watch, this.turns));
      });
    });
  }

  end(callback: (error: unknown) => void): void {
    this.hasEnded = true;
    this.pool.end(callback);
  }

  /** Kysely does not end a pool that it never used, and the pool's check of idle connections would keep the process alive. */
  endUnused(): void {
    if (!this.hasEnded) {
      this.end(() => {
        // The pool has no connections.
      });
    }
  }
}

/** Passed with a rejection; never used. */
const noConnection: MysqlPoolConnection = {
  query() {
    throw new Error('there is no connection');
  },
  release: () => undefined,
};

class WatchedConnection implements MysqlPoolConnection {
  constructor(
    private readonly connection: MysqlPoolConnection,
    private readonly watch: Watch<MysqlPoolConnection>,
    private readonly turns: Turns,
  ) {
    watch.begin(connection);
  }

  query(sql: string, parameters: unknown[]): { stream: <T>(options: MysqlStreamOptions) => MysqlStream<T> };
  query(sql: string, parameters: unknown[], callback: (error: unknown, result: MysqlQueryResult) => void): void;
  query(
    sql: string,
    parameters: unknown[],
    callback?: (error: unknown, result: MysqlQueryResult) => void,
  ): { stream: <T>(options: MysqlStreamOptions) => MysqlStream<T> } | undefined {
    if (callback === undefined) return this.connection.query(sql, parameters);
    this.connection.query(sql, parameters, (error, result) => {
      // After a failover, another server may have become the primary behind this address.
      if (isReadOnly(error)) cut(this.connection);
      callback(error, result);
    });
    return undefined;
  }

  release(): void {
    this.watch.end(this.connection);
    this.connection.release();
    this.turns.leave();
  }
}

const readOnlyCodes = new Set([
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
  'ER_READ_ONLY_MODE',
]);

function isReadOnly(error: unknown): boolean {
  return readOnlyCodes.has(codeOf(error));
}

/** The library's own `destroy()` waits for the server and never settles the running statement. */
function cut(connection: MysqlPoolConnection): void {
  const stream: unknown = Reflect.get(connection, 'stream');
  if (stream instanceof Duplex) stream.destroy(new Error('the server did not answer in time'));
}
