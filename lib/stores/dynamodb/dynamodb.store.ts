import { setMaxListeners } from 'node:events';
import { SessionConfigError, SessionStoreUnavailableError } from '../../errors.js';
import {
  type DeleteResult,
  type Owned,
  SessionStore,
  type StepDone,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { standaloneContext, type StoreContext } from '../store-context.js';
import type { DynamoDbClient } from './dynamodb.client.js';
import { isSdkClient } from './sdk-client.js';
import { toVersion } from './head.js';
import { type OwnerEntry, OwnerIndex } from './owner-index.js';
import { Records } from './records.js';
import { isTableName, tableExpected } from './table-name.js';
import { Table } from './table.js';

/** @publicApi */
export interface DynamoDbStoreOptions {
  /** A `DynamoDBClient` of the AWS SDK 3. It is used as it is, and never closed. */
  readonly client: DynamoDbClient;
  /** Default: `sessions`. */
  readonly table?: string;
}

/** A sort key may have 1024 bytes, of which the store uses 8; an owner's name, a little less than 2048. */
const longestKey = 1_016;
const longestOwner = 2_000;

/** How many of an owner's sessions are ended in parallel. */
const endedAtOnce = 16;

/**
 * Stores sessions in a DynamoDB table: one item per session, and one more for each 380 kB of a larger one. A read and a write
 * take one round trip each; creating a session with an owner takes three.
 *
 * Sessions expire by the application's clock; DynamoDB removes them some time later.
 *
 * @publicApi
 */
export class DynamoDbStore extends SessionStore implements Owned {
  private readonly records: Records;
  private readonly owners: OwnerIndex;
  private readonly end: (() => void) | null;
  private readonly closing = new AbortController();

  /** @throws SessionConfigError for an unsupported client or an invalid table name */
  constructor(
    options: DynamoDbStoreOptions,
    context: StoreContext = standaloneContext,
    /** Closes the client, if the store has to. */
    end: (() => void) | null = null,
  ) {
    super();
    const { client, table: name = 'sessions' } = options;
    if (!isSdkClient(client)) {
      throw new SessionConfigError([
        { setting: 'dynamodb.client', problem: 'expected a DynamoDBClient of @aws-sdk/client-dynamodb' },
      ]);
    }
    if (!isTableName(name)) {
      throw new SessionConfigError([
        { setting: 'SESSION_DYNAMODB_TABLE (dynamodb.table)', problem: `expected ${tableExpected}` },
      ]);
    }
    // Each running request adds a listener.
    setMaxListeners(0, this.closing.signal);
    const table = new Table(client, name, this.closing.signal);
    this.owners = new OwnerIndex(table);
    this.records = new Records(table, this.owners, context);
    this.end = end;
  }

  override read(key: string): Promise<StoredRecord | null> {
    return this.records.read(key);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    // A copy, since the request is sent later.
    const own = new Uint8Array(bytes);
    if (expected !== 'absent') return this.records.replace(key, own, ttlMs, toVersion(expected));
    limit('key', key, longestKey);
    if (owner !== undefined) limit('owner', owner, longestOwner);
    return this.records.create(key, own, ttlMs, owner ?? null);
  }

  override touch(key: string, ttlMs: number): Promise<boolean> {
    return this.records.touch(key, ttlMs);
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    return expected === undefined ? this.records.delete(key) : this.records.deleteVersion(key, toVersion(expected));
  }

  /** The keys of the owner's sessions. Some may have ended. */
  async *ownedBy(owner: string, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    const seen = new Set<string>();
    for await (const { key } of this.owners.entries(owner)) {
      stepDone?.();
      if (!seen.has(key)) yield key;
      seen.add(key);
    }
  }

  /**
   * Removes all of the owner's sessions except the one under `exceptKey`, and returns how many. If it fails midway, the
   * remaining ones are still listed for the owner: call it again.
   */
  async deleteOwnedBy(owner: string, exceptKey?: string, stepDone?: StepDone): Promise<number> {
    const entries: OwnerEntry[] = [];
    for await (const entry of this.owners.entries(owner)) {
      stepDone?.();
      if (entry.key !== exceptKey) entries.push(entry);
    }
    let ended = 0;
    for (let first = 0; first < entries.length; first += endedAtOnce) {
      const batch = entries.slice(first, first + endedAtOnce);
      const results = await Promise.all(batch.map((entry) => this.records.deleteEntered(entry)));
      stepDone?.();
      ended += results.filter(Boolean).length;
    }
    return ended;
  }

  /** Closes the client if the store made it, and aborts running requests: a hanging service must not delay the shutdown. */
  override async close(): Promise<void> {
    if (this.end === null) return;
    this.closing.abort();
    this.end();
  }
}

function limit(what: string, text: string, bytes: number): void {
  if (Buffer.byteLength(text) <= bytes) return;
  throw new SessionStoreUnavailableError(
    `The DynamoDB store takes ${what}s of at most ${String(bytes)} bytes. Is SESSION_KEY_PREFIX (keyPrefix) too long?`,
  );
}
