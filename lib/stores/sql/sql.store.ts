import { randomInt } from 'node:crypto';
import { types } from 'node:util';
import { SessionConfigError, SessionStoreUnavailableError } from '../../errors.js';
import type { DiskRoom } from '../disk-room.js';
import {
  type Announcements,
  type Announcing,
  type BulkReadable,
  type DeleteResult,
  type Examinable,
  type Finding,
  SessionStore,
  type StepDone,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { type ListeningClient, PostgresAnnouncements } from './connect/postgres-announcements.js';
import { examineSql } from './examination.js';
import { isSqlDatabase, type SqlDatabase } from './sql.client.js';
import { SqlPruner } from './sql.pruner.js';
import { SqlRunner } from './sql.runner.js';
import type { Statements } from './statements.js';
import { parseTableName } from './table-name.js';

/** @publicApi */
export interface SqlStoreOptions {
  /** Your Kysely instance. It is used as it is, without its plugins, and never closed. */
  readonly database: SqlDatabase;
  /** The table, with or without a schema. Default: `sessions`. */
  readonly table?: string;
  /** Whether to create the table if it is missing. Default: false. */
  readonly createTable?: boolean;
  /** How often expired sessions are removed, in milliseconds; `null` for never. Default: 600 000, 10 minutes. */
  readonly pruneIntervalMs?: number | null;
  /** The most rows that one statement of the pruning removes. Default: 1000. */
  readonly pruneBatch?: number;
}

/** A database that the store has to close. */
export interface OwnedDatabase {
  readonly database: SqlDatabase;
  /** Its name in messages. */
  readonly name: string;
  /** Strings to remove from messages. */
  readonly secrets: readonly string[];
  /** Makes a client to listen with, if the database is PostgreSQL. */
  readonly newClient?: () => ListeningClient;
  /** The space left on the disk, if the database is a local file. */
  readonly room?: DiskRoom;
  close(): Promise<void>;
}

/** The width of the columns in MySQL, which may silently truncate longer values. In bytes. */
const longestText = 1_024;
const pageSize = 1_000;
/** The most keys of a statement; SQLite may allow 999 parameters. */
const readBatch = 512;

/**
 * How often a creation may find that the conflicting record is gone: each time, another process must have created and ended
 * one.
 */
const mostAttempts = 50;
const foreignRow =
  'A row of the session table under the key of a session was not written by this store; it counts as no session.';

/**
 * Stores sessions in a table of PostgreSQL, MySQL, MariaDB or SQLite: one row per session. Every method is one statement; after
 * a conflict, a second one reads the latest record.
 *
 * Times are those of the database, so the clocks of the application's machines do not matter.
 *
 * @publicApi
 */
export class SqlStore extends SessionStore implements BulkReadable, Announcing, Examinable {
  /** How the processes that share this database notify each other, with PostgreSQL; null: this one has no way. */
  readonly announcements: Announcements | null;
  private readonly runner: SqlRunner;
  private readonly statements: Statements;
  private readonly pruner: SqlPruner;
  private readonly owned: OwnedDatabase | null;
  private readonly context: StoreContext;
  private readonly table: string;

  /**
   * @param newClient makes a client to listen with, if the database is PostgreSQL
   * @throws SessionConfigError for an unsupported database or an invalid table name
   */
  constructor(
    options: SqlStoreOptions,
    context: StoreContext = standaloneContext,
    owned: OwnedDatabase | null = null,
    newClient: (() => ListeningClient) | null = owned?.newClient ?? null,
  ) {
    super();
    const {
      database,
      table = 'sessions',
      createTable = false,
      pruneIntervalMs = 600_000,
      pruneBatch = 1_000,
    } = options;
    if (!isSqlDatabase(database)) {
      throw new SessionConfigError([{ setting: 'sql.database', problem: 'expected a Kysely instance' }]);
    }
    const place = { database: owned?.name ?? 'The database (sql.database)', table, secrets: owned?.secrets ?? [] };
    this.owned = owned;
    this.context = context;
    this.table = table;
    this.runner = new SqlRunner(database, place, createTable);
    const { runner } = this;
    this.announcements =
      newClient &&
      new PostgresAnnouncements((...parameters) => runner.rows('select pg_notify($1, $2)', parameters), newClient);
    this.statements = this.runner.dialect.statements(parseTableName(table));
    const pruning = { intervalMs: pruneIntervalMs, batch: pruneBatch };
    this.pruner = new SqlPruner(this.runner, this.statements.prune, pruning, context.log);
  }

  override async read(key: string): Promise<StoredRecord | null> {
    const row = await this.row(key);
    return row === undefined ? null : this.recordIn(row);
  }

  /** One statement for up to 512 keys. */
  async readMany(keys: readonly string[], stepDone?: StepDone): Promise<(StoredRecord | null)[]> {
    const found = new Map<string, StoredRecord | null>();
    const distinct = [...new Set(keys)];
    for (let first = 0; first < distinct.length; first += readBatch) {
      const batch = distinct.slice(first, first + readBatch);
      // Few different statements, since databases and drivers keep each: the last key fills them up.
      const count = 2 ** Math.ceil(Math.log2(batch.length));
      const parameters = Array.from({ length: count }, (_, at) => this.text(batch[at] ?? batch.at(-1) ?? ''));
      for (const row of await this.runner.rows(this.statements.readMany(count), parameters)) {
        found.set(this.runner.dialect.fromText(column(row, 'session_key')), this.recordIn(row));
      }
      stepDone?.();
    }
    return keys.map((key) => found.get(key) ?? null);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    // A copy, since the statement waits for a connection.
    const own = Buffer.from(bytes);
    const room = this.owned?.room?.take(own.length, expected === 'absent' ? 'new' : 'change');
    if (room !== undefined) await room;
    return expected === 'absent' ? this.create(key, own, ttlMs, owner) : this.replace(key, own, ttlMs, expected);
  }

  override async touch(key: string, ttlMs: number): Promise<boolean> {
    return (await this.runner.change(this.statements.touch, [ttlMs, this.text(key)])) > 0;
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    const count =
      expected === undefined
        ? await this.runner.change(this.statements.delete, [this.text(key)])
        : await this.runner.change(this.statements.deleteVersion, [this.text(key), numberOf(expected)]);
    if (count > 0) return 'deleted';
    const current = expected === undefined ? null : await this.read(key);
    return current === null ? 'absent' : { conflict: current };
  }

  /** Removes expired sessions and returns how many. */
  prune(stepDone?: StepDone): Promise<number> {
    return this.pruner.prune(stepDone);
  }

  /** The keys of the sessions that have not expired. */
  keys(): AsyncGenerator<string, void, undefined> {
    return this.pages(this.statements.keys, this.statements.keysAfter, []);
  }

  /** The keys of the owner's sessions that have not expired. */
  ownedBy(owner: string): AsyncGenerator<string, void, undefined> {
    return this.pages(this.statements.owned, this.statements.ownedAfter, [this.text(owner)]);
  }

  /** Removes all of the owner's sessions except the one under `exceptKey`, in one statement, and returns how many. */
  deleteOwnedBy(owner: string, exceptKey?: string): Promise<number> {
    const { deleteOwned, deleteOwnedExcept } = this.statements;
    return exceptKey === undefined
      ? this.runner.change(deleteOwned, [this.text(owner)])
      : this.runner.change(deleteOwnedExcept, [this.text(owner), this.text(exceptKey)]);
  }

  /** What an operator should know of the database. For the package's own command. */
  examine(): Promise<readonly Finding[]> {
    const inspection = this.runner.dialect.inspection(parseTableName(this.table));
    return examineSql((sql) => this.runner.rows(sql, []), inspection, this.table, clockOf(this.context));
  }

  /** Stops the pruning, and closes the database if the store opened it. */
  override async close(): Promise<void> {
    const pruned = this.pruner.end();
    // An application closes its own database afterwards, so no statement may still be running. With a database that the store
    // opened, a hanging server must not delay the shutdown.
    await (this.owned === null ? pruned : this.owned.close());
  }

  private async create(key: string, bytes: Buffer, ttlMs: number, owner: string | undefined): Promise<WriteResult> {
    const { create, replaceExpired } = this.statements;
    const ownerText = owner === undefined ? null : this.storable(owner);
    const keyText = this.storable(key);
    // Random, so that a key that is deleted and created again never gets a version that it had before.
    const version = randomInt(2 ** 48 - 1);
    const result = { written: version };
    this.pruner.begin();
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      if ((await this.runner.change(create, [keyText, ownerText, bytes, version, ttlMs])) > 0) return result;
      if (replaceExpired !== null) {
        if ((await this.runner.change(replaceExpired, [ownerText, bytes, version, ttlMs, keyText])) > 0) return result;
      }
      const row = await this.row(key);
      const current = row === undefined ? null : toRecord(row);
      if (current !== null) return { conflict: current };
      if (row !== undefined) break;
      // The conflicting record is gone.
    }
    throw new SessionStoreUnavailableError(
      `${foreignRow} Remove it, or choose another SESSION_KEY_PREFIX (keyPrefix).`,
    );
  }

  private async replace(key: string, bytes: Buffer, ttlMs: number, expected: Version): Promise<WriteResult> {
    const former = numberOf(expected);
    const parameters = [bytes, former + 1, ttlMs, this.text(key), former];
    if ((await this.runner.change(this.statements.replace, parameters)) > 0) return { written: former + 1 };
    const current = await this.read(key);
    return current === null ? { gone: true } : { conflict: current };
  }

  /** Page by page, each starting after the last key: a cursor would hold a connection for as long as the reader takes. */
  private async *pages(
    first: string,
    next: string,
    parameters: readonly unknown[],
  ): AsyncGenerator<string, void, undefined> {
    let rows = await this.runner.rows(first, [...parameters, pageSize]);
    while (rows.length > 0) {
      const keys = rows.map((row) => this.runner.dialect.fromText(column(row, 'session_key')));
      yield* keys;
      if (rows.length < pageSize) return;
      rows = await this.runner.rows(next, [...parameters, this.text(keys.at(-1) ?? ''), pageSize]);
    }
  }

  private async row(key: string): Promise<unknown> {
    const [row] = await this.runner.rows(this.statements.read, [this.text(key)]);
    return row;
  }

  private recordIn(row: unknown): StoredRecord | null {
    const record = toRecord(row);
    if (record === null) this.context.log.warn(foreignRow);
    return record;
  }

  private text(text: string): unknown {
    return this.runner.dialect.toText(text);
  }

  private storable(text: string): unknown {
    if (Buffer.byteLength(text) <= longestText) return this.text(text);
    throw new SessionStoreUnavailableError(
      `The SQL store keeps keys and owners of at most ${String(longestText)} bytes. Is SESSION_KEY_PREFIX (keyPrefix) too long?`,
    );
  }
}

/** `null` for a row that this store did not write. */
function toRecord(row: unknown): StoredRecord | null {
  const bytes = toBytes(column(row, 'record'));
  // Drivers return 64-bit integers as strings or numbers.
  const version = Number(column(row, 'version') ?? Number.NaN);
  return bytes === null || !Number.isSafeInteger(version) ? null : { bytes, version };
}

function column(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
}

function toBytes(value: unknown): Uint8Array | null {
  if (types.isUint8Array(value)) return value;
  // Returned by some SQLite drivers.
  return types.isArrayBuffer(value) ? new Uint8Array(value) : null;
}

function numberOf(version: Version): number {
  if (typeof version !== 'number') throw new TypeError('This version was not made by the SQL store.');
  return version;
}
