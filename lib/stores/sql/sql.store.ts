import { randomInt } from 'node:crypto';
import { types } from 'node:util';
import { SessionConfigError, SessionStoreUnavailableError } from '../../errors.js';
import type { DiskRoom } from '../disk-room.js';
import {
  type DeleteResult,
  SessionStore,
  type StepDone,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { standaloneContext, type StoreContext } from '../store-context.js';
import { isSqlDatabase, type SqlDatabase } from './sql.client.js';
import { SqlPruner } from './sql.pruner.js';
import { SqlRunner } from './sql.runner.js';
import type { Statements } from './statements.js';
import { parseTableName } from './table-name.js';

/** @publicApi */
export interface SqlStoreOptions {
  /** A Kysely instance of the application's. It is used as it is, without its plugins, and never closed. */
  readonly database: SqlDatabase;
  /** The table, with its schema or without. Default: `sessions`. */
  readonly table?: string;
  /** Whether the table is created where it is missing. Default: false. */
  readonly createTable?: boolean;
  /** How often what has expired is removed, in milliseconds; `null` for never. Default: 600 000, 10 minutes. */
  readonly pruneIntervalMs?: number | null;
  /** How many rows a statement of the pruning removes at most. Default: 1000. */
  readonly pruneBatch?: number;
}

/** A database that the store was handed along with the duty to close it. */
export interface OwnedDatabase {
  readonly database: SqlDatabase;
  /** What it is called in messages. */
  readonly name: string;
  /** What must not appear in a message. */
  readonly secrets: readonly string[];
  /** What is left on the disk, where the database is a file of this machine. */
  readonly room?: DiskRoom;
  close(): Promise<void>;
}

/** As wide as the columns of MySQL, which may cut what is longer without a word. In bytes. */
const longestText = 1_024;
const pageSize = 1_000;

/** How often a creation may meet what has gone when it looks: each time somebody must have created and ended a record meanwhile. */
const mostAttempts = 50;
const foreignRow =
  'A row of the session table under the key of a session was not written by this store, and is no session.';

/**
 * Keeps sessions in a table of PostgreSQL, MySQL, MariaDB or SQLite: one row a session. Every method is one statement; a
 * second one reads the newest record, where there is a conflict.
 *
 * Times are those of the database, so the clocks of the application's machines do not matter.
 *
 * @publicApi
 */
export class SqlStore extends SessionStore {
  private readonly runner: SqlRunner;
  private readonly statements: Statements;
  private readonly pruner: SqlPruner;
  private readonly owned: OwnedDatabase | null;
  private readonly context: StoreContext;

  /** @throws SessionConfigError where it is no database or no table's name that the store can use */
  constructor(options: SqlStoreOptions, context: StoreContext = standaloneContext, owned: OwnedDatabase | null = null) {
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
    this.runner = new SqlRunner(database, place, createTable);
    this.statements = this.runner.dialect.statements(parseTableName(table));
    const pruning = { intervalMs: pruneIntervalMs, batch: pruneBatch };
    this.pruner = new SqlPruner(this.runner, this.statements.prune, pruning, context.log);
  }

  override async read(key: string): Promise<StoredRecord | null> {
    const row = await this.row(key);
    const record = row === undefined ? null : toRecord(row);
    if (row !== undefined && record === null) this.context.log.warn(foreignRow);
    return record;
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
    if (this.owned?.room !== undefined) {
      await this.owned.room.take(own.length, expected === 'absent' ? 'new' : 'change');
    }
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

  /** Removes the sessions that have expired, and says how many they were. */
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

  /** Removes all of the owner's sessions but that under `exceptKey`, in one statement, and says how many there were. */
  deleteOwnedBy(owner: string, exceptKey?: string): Promise<number> {
    const { deleteOwned, deleteOwnedExcept } = this.statements;
    return exceptKey === undefined
      ? this.runner.change(deleteOwned, [this.text(owner)])
      : this.runner.change(deleteOwnedExcept, [this.text(owner), this.text(exceptKey)]);
  }

  /** Ends the pruning, and closes the database if the store opened it. */
  override async close(): Promise<void> {
    const pruned = this.pruner.end();
    // An application closes its own database afterwards, and a statement should not be under way then. Of one that the
    // store opened, a server that stands still must not hold up the end.
    await (this.owned === null ? pruned : this.owned.close());
  }

  private async create(key: string, bytes: Buffer, ttlMs: number, owner: string | undefined): Promise<WriteResult> {
    const { create, replaceExpired } = this.statements;
    const ownerText = owner === undefined ? null : this.storable(owner);
    const keyText = this.storable(key);
    // Random, so that a key that is deleted and created again does not have a version that it had before.
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
      // What was in the way has gone since.
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

  /** Page by page, each from where the last one ended: a cursor would hold a connection for as long as the reader takes. */
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
  // Drivers hand 64-bit integers out as texts or as numbers.
  const version = Number(column(row, 'version') ?? Number.NaN);
  return bytes === null || !Number.isSafeInteger(version) ? null : { bytes, version };
}

function column(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
}

function toBytes(value: unknown): Uint8Array | null {
  if (types.isUint8Array(value)) return value;
  // As some drivers of SQLite have them.
  return types.isArrayBuffer(value) ? new Uint8Array(value) : null;
}

function numberOf(version: Version): number {
  if (typeof version !== 'number') throw new TypeError('This version was not made by the SQL store.');
  return version;
}
