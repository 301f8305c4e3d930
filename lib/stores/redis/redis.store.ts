import { SessionConfigError, SessionStoreUnavailableError } from '../../errors.js';
import {
  type Announcements,
  type Announcing,
  type BulkReadable,
  type DeleteResult,
  type Examinable,
  type Finding,
  type Owned,
  SessionStore,
  type StepDone,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { EvictionWatch } from './eviction.js';
import { examineRedis } from './examination.js';
import { OwnerIndex } from './owner-index.js';
import { OwnerUpkeep } from './owner-upkeep.js';
import { RedisAnnouncements } from './redis.announcements.js';
import { type BinaryScripts, isCluster, isRedisClient, readsSeveral, type RedisClient } from './redis.client.js';
import { unavailable } from './redis.errors.js';
import { RecordScript, Reply, type ScriptReply, sha1 } from './redis.scripts.js';

/** @publicApi */
export interface RedisStoreOptions {
  /**
   * An ioredis client (`Redis`, also behind Sentinels, or `Cluster`). It is used as it is and never closed. Set
   * `maxRetriesPerRequest: 0`, so that commands fail rather than wait while the server is away, and are never sent twice;
   * `enableAutoPipelining: true` makes many parallel requests cheaper (a `Cluster` of ioredis 5 then also needs
   * `autoPipeliningIgnoredCommands: ['evalsha', 'eval']`, since it takes a script's hash for its key).
   */
  readonly client: RedisClient;
}

/** A client that the store has to close. */
export interface OwnedClient {
  readonly client: RedisClient;
  /** Strings to remove from messages. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

const writeScript = new RecordScript('write.lua');
const deleteScript = new RecordScript('delete.lua');

/** The most records that one command deletes, so that it does not block the server for long. */
const deleteBatch = 1_000;

/** The most that one command reads, for the same reason. */
const readBatch = 500;

/**
 * Stores sessions in Redis 3.2 or newer, or a server that speaks its protocol: one key per session, whose value is the bare
 * record. A read is one GET, a write one script call, so a Cluster and servers behind Sentinels work, too. A sorted set per
 * owner lists its sessions; creating a session with an owner takes three round trips.
 *
 * A version is the value itself; its SHA-1 is computed when needed, at a write. So if you change the bytes that `read`
 * returned, you invalidate their version and get a conflict.
 *
 * @publicApi
 */
export class RedisStore extends SessionStore implements BulkReadable, Owned, Announcing, Examinable {
  /** How the processes that share this server notify each other; null: the client cannot publish. */
  readonly announcements: Announcements | null;
  private readonly client: RedisClient & BinaryScripts;
  private readonly owned: OwnedClient | null;
  private readonly owners: OwnerIndex;
  private readonly upkeep: OwnerUpkeep;
  private readonly evictions: EvictionWatch;
  private readonly now: () => number;

  constructor(options: RedisStoreOptions | OwnedClient, context: StoreContext = standaloneContext) {
    super();
    const { client } = options;
    if (!isRedisClient(client)) {
      throw new SessionConfigError([
        {
          setting: 'redis.client',
          problem:
            'this client does not return replies as bytes (getBuffer, evalshaBuffer, evalBuffer): expected a client of ' +
            'ioredis, Redis or Cluster',
        },
      ]);
    }
    this.client = client;
    this.owned = 'secrets' in options ? options : null;
    const now = clockOf(context);
    this.now = now;
    this.owners = new OwnerIndex(client, now);
    this.upkeep = new OwnerUpkeep(client, this.owners, now, context.log);
    this.evictions = new EvictionWatch(client, context.log);
    this.announcements = RedisAnnouncements.of(client, (error) => unavailable(error, this.owned?.secrets));
  }

  override read(key: string): Promise<StoredRecord | null> {
    return this.client.getBuffer(key).then(toRecordOrNull, this.refuse);
  }

  /** All in parallel: in a Cluster by a command each, otherwise by a few. */
  async readMany(keys: readonly string[], stepDone?: StepDone): Promise<(StoredRecord | null)[]> {
    const { client } = this;
    const reads: Promise<(Buffer | null)[]>[] = [];
    if (readsSeveral(client)) {
      for (let first = 0; first < keys.length; first += readBatch) {
        reads.push(client.mgetBuffer(...keys.slice(first, first + readBatch)));
      }
    } else {
      for (const key of keys) reads.push(client.getBuffer(key).then((bytes) => [bytes]));
    }
    const values = await Promise.all(reads.map((read) => read.finally(stepDone))).catch(this.refuse);
    return values.flat().map(toRecordOrNull);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    // A copy, since a pipelining client sends later, and the version outlives the call.
    const value = Buffer.from(bytes);
    const write = (): Promise<ScriptReply> => writeScript.run(this.client, key, hashOf(expected), value, ttlMs);
    if (owner !== undefined && expected === 'absent') {
      return this.createOwned(owner, key, value, write).catch(this.refuse);
    }
    return toWriteResult(await write().catch(this.refuse), value);
  }

  override async touch(key: string, ttlMs: number): Promise<boolean> {
    return Number(await this.client.pexpire(key, ttlMs).catch(this.refuse)) > 0;
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    if (expected === undefined) {
      return Number(await this.client.del(key).catch(this.refuse)) > 0 ? 'deleted' : 'absent';
    }
    const reply = await deleteScript.run(this.client, key, hashOf(expected)).catch(this.refuse);
    switch (reply.code) {
      case Reply.Done:
        return 'deleted';
      case Reply.Conflict:
        return { conflict: toRecord(reply.current) };
      case Reply.Absent:
        return 'absent';
    }
  }

  /** The keys of the owner's sessions. Some may have ended. */
  async *ownedBy(owner: string, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    const seen = new Set<string>();
    try {
      for await (const entries of this.owners.pages(owner)) {
        stepDone?.();
        for (const { key } of entries) {
          if (!seen.has(key)) yield key;
          seen.add(key);
        }
      }
    } catch (error) {
      this.refuse(error);
    }
  }

  /**
   * Removes all of the owner's sessions except the one under `exceptKey`, and returns how many. If it fails midway, the
   * remaining ones are still listed for the owner: call it again.
   *
   * @throws SessionStoreUnavailableError also if Redis may have evicted an owner's set: the listed sessions have then been
   *   removed
   */
  async deleteOwnedBy(owner: string, exceptKey?: string, stepDone?: StepDone): Promise<number> {
    try {
      const [deleted, eviction] = await Promise.all([
        this.deleteListed(owner, exceptKey, stepDone),
        this.evictions.look(),
      ]);
      if (eviction !== 'loses') return deleted;
      throw new SessionStoreUnavailableError(
        `${String(deleted)} sessions of this user were ended, but others may remain: when its memory is full, Redis evicts the sets that ` +
          'list them. Set maxmemory-policy to noeviction, or to a policy that begins with volatile-.',
      );
    } catch (error) {
      return this.refuse(error);
    }
  }

  private async deleteListed(
    owner: string,
    exceptKey: string | undefined,
    stepDone: StepDone | undefined,
  ): Promise<number> {
    const { keys, mark } = await this.owners.take(owner, exceptKey);
    stepDone?.();
    if (keys.length === 0) return 0;
    const deleted = await this.deleteRecords(keys, stepDone);
    await this.owners.forget(owner, mark);
    return deleted;
  }

  /** What an operator should know of the servers. For the package's own command. */
  examine(): Promise<readonly Finding[]> {
    return examineRedis(this.client, () => this.evictions.look(), this.now).catch(this.refuse);
  }

  /** Closes the client if the store made it. */
  override async close(): Promise<void> {
    this.upkeep.close();
    this.evictions.end();
    await this.owned?.close();
  }

  /**
   * The entry is written first, since a record must never be without one, and checked last, since all of the owner's records
   * may have been ended in between by a call that did not see this one.
   */
  private async createOwned(
    owner: string,
    key: string,
    value: Buffer,
    write: () => Promise<ScriptReply>,
  ): Promise<WriteResult> {
    const entry = await this.owners.announce(owner, key);
    const [reply] = await Promise.all([write(), this.upkeep.register(owner)]);
    if (reply.code !== Reply.Done) {
      await this.owners.withdraw(owner, entry);
      return toWriteResult(reply, value);
    }
    const length = await this.owners.confirm(owner, entry, key);
    if (length === 0) {
      await this.client.del(key);
      return { gone: true };
    }
    this.upkeep.afterCreation(owner, length);
    return { written: value };
  }

  /** All in parallel. In a Cluster, keys are on several servers, so each has its own command. */
  private async deleteRecords(keys: readonly string[], stepDone: StepDone | undefined): Promise<number> {
    const size = isCluster(this.client) ? 1 : deleteBatch;
    const deletions: Promise<number>[] = [];
    for (let first = 0; first < keys.length; first += size) {
      deletions.push(
        this.client.del(...keys.slice(first, first + size)).then((count) => {
          stepDone?.();
          return Number(count);
        }),
      );
    }
    const counts = await Promise.all(deletions);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Created once rather than per call: every read uses it. */
  private readonly refuse = (error: unknown): never => {
    throw unavailable(error, this.owned?.secrets);
  };
}

function toWriteResult(reply: ScriptReply, value: Buffer): WriteResult {
  switch (reply.code) {
    case Reply.Done:
      return { written: value };
    case Reply.Conflict:
      // Even if the current value is the one to be written: when two requests increment the same state, each must learn of the
      // other.
      return { conflict: toRecord(reply.current) };
    case Reply.Absent:
      return { gone: true };
  }
}

function toRecordOrNull(bytes: Buffer | null): StoredRecord | null {
  return bytes === null ? null : { bytes, version: bytes };
}

function toRecord(bytes: Buffer): StoredRecord {
  return { bytes, version: bytes };
}

/** The hash that the scripts compare with: empty if the record must not exist yet. */
function hashOf(expected: Version | 'absent'): string {
  if (expected === 'absent') return '';
  if (!Buffer.isBuffer(expected)) throw new TypeError('This version was not made by the Redis store.');
  return sha1(expected);
}
