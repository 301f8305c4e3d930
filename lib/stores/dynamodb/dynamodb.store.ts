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

/** What DynamoDB takes for a sort key has 1024 bytes, of which 8 are the store's; of an owner's name, a little less than 2048. */
const longestKey = 1_016;
const longestOwner = 2_000;

/** How many of an owner's sessions are ended at once. */
const endedAtOnce = 16;

/**
 * Keeps sessions in a table of DynamoDB: one item a session, and one more for each 380 kB of one that is larger. A read and
 * a write are one round trip each; creating a session with an owner takes three.
 *
 * What has expired is absent by the clock of the application; DynamoDB removes it some time later.
 *
 * @publicApi
 */
export class DynamoDbStore extends SessionStore implements Owned {
  private readonly records: Records;
  private readonly owners: OwnerIndex;
  private readonly end: (() => void) | null;
  private readonly closing = new AbortController();

  /** @throws SessionConfigError where it is no client or no table's name that the store can use */
  constructor(
    options: DynamoDbStoreOptions,
    context: StoreContext = standaloneContext,
    /** Closes the client, where the store was handed it along with the duty to do so. */
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
    // One listens for each request under way.
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
    // A copy, since the request is sent later than this is called.
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
   * Removes all of the owner's sessions but that under `exceptKey`, and says how many they were. If it fails half-way, those
   * that are left are still the owner's: call it again.
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

  /** Closes the client if the store made it, and gives up what is under way: a service that stands still must not hold up the end. */
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
