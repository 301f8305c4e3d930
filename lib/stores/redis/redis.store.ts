import { SessionConfigError } from '../../errors.js';
import {
  type DeleteResult,
  SessionStore,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { type BinaryScripts, isRedisClient, type RedisClient } from './redis.client.js';
import { unavailable } from './redis.errors.js';
import { Reply, Script, sha1 } from './redis.scripts.js';

/** @publicApi */
export interface RedisStoreOptions {
  /**
   * An ioredis client (`Redis`, also behind Sentinels, or `Cluster`). It is used as it is and never closed. For commands
   * that fail rather than wait while the server is away, and that are never sent twice, give it
   * `maxRetriesPerRequest: 0`; `enableAutoPipelining: true` makes many parallel requests cheaper (a `Cluster` of ioredis 5
   * then also needs `autoPipeliningIgnoredCommands: ['evalsha', 'eval']`, since it takes a script's hash for its key).
   */
  readonly client: RedisClient;
}

/** A client that the store was handed along with the duty to close it. */
export interface OwnedClient {
  readonly client: RedisClient;
  /** What must not appear in a message. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

const writeScript = new Script('./write.lua');
const deleteScript = new Script('./delete.lua');

/**
 * Keeps sessions in Redis 3.2 or newer, or what speaks its protocol: one key a session, whose value is the record and
 * nothing else. A read is one GET, a write one script call, so also a Cluster and a server behind Sentinels do.
 *
 * A version is the value itself; its SHA-1 is taken when it is needed, at a write. Whoever changes the bytes that `read`
 * handed out thus spoils their version, and meets a conflict.
 *
 * @publicApi
 */
export class RedisStore extends SessionStore {
  private readonly client: RedisClient & BinaryScripts;
  private readonly owned: OwnedClient | null;

  constructor(options: RedisStoreOptions | OwnedClient) {
    super();
    const { client } = options;
    if (!isRedisClient(client)) {
      throw new SessionConfigError([
        {
          setting: 'redis.client',
          problem:
            'this client does not hand out replies as bytes (getBuffer, evalshaBuffer, evalBuffer): expected a client of ' +
            'ioredis, Redis or Cluster',
        },
      ]);
    }
    this.client = client;
    this.owned = 'secrets' in options ? options : null;
  }

  override read(key: string): Promise<StoredRecord | null> {
    return this.client.getBuffer(key).then(toRecordOrNull, this.refuse);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
  ): Promise<WriteResult> {
    // A copy, since a pipelining client sends later than it is called, and the version outlives the call.
    const value = Buffer.from(bytes);
    const reply = await writeScript.run(this.client, key, hashOf(expected), value, ttlMs).catch(this.refuse);
    switch (reply.code) {
      case Reply.Done:
        return { written: value };
      case Reply.Conflict:
        // Also where the value there is the very one that was to be written: of two requests that count one up from
        // the same state, each must be told of the other.
        return { conflict: toRecord(reply.current) };
      case Reply.Absent:
        return { gone: true };
    }
  }

  override async touch(key: string, ttlMs: number): Promise<boolean> {
    return (await this.client.pexpire(key, ttlMs).catch(this.refuse)) > 0;
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    if (expected === undefined) {
      return (await this.client.del(key).catch(this.refuse)) > 0 ? 'deleted' : 'absent';
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

  /** Closes the client if the store made it. */
  override async close(): Promise<void> {
    await this.owned?.close();
  }

  /** Made once, not per call: it stands on the path of every read. */
  private readonly refuse = (error: unknown): never => {
    throw unavailable(error, this.owned?.secrets);
  };
}

function toRecordOrNull(bytes: Buffer | null): StoredRecord | null {
  return bytes === null ? null : { bytes, version: bytes };
}

function toRecord(bytes: Buffer): StoredRecord {
  return { bytes, version: bytes };
}

/** The hash that the scripts compare with: none for what must not be there yet. */
function hashOf(expected: Version | 'absent'): string {
  if (expected === 'absent') return '';
  if (!Buffer.isBuffer(expected)) throw new TypeError('This version was not made by the Redis store.');
  return sha1(expected);
}
