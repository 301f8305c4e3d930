import { SessionConfigError } from '../../errors.js';
import {
  type DeleteResult,
  type Owned,
  SessionStore,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import type { ConnectedClient } from './connect.js';
import { type Item, lives, put, remove, see, touch } from './items.js';
import { isMemcachedClient, type MemcachedClient, type MemcachedServer } from './memcached.client.js';
import { OwnerIndex } from './owner-index.js';
import { serverOf } from './server-choice.js';
import { ownerHash, type StoredValue } from './stored-value.js';

/** @publicApi */
export interface MemcachedStoreOptions {
  /** The servers, e.g. from `connectMemcached`. Used as it is, and never closed. */
  readonly client: MemcachedClient;
  /**
   * Whether the store keeps an owner index, so that a user's sessions can be listed and ended. The servers must then be started
   * with `-M`. Default: false.
   */
  readonly owners?: boolean;
}

/** Identifies an item, and tells whether it may have expired since it was read. */
class ItemVersion {
  constructor(
    readonly token: string,
    readonly until: number,
    readonly owner: string | null,
  ) {}
}

/** A live item. */
type LiveItem = Item & { readonly until: number };

/**
 * Stores sessions in memcached 1.6.13 or newer: one item per session. A read and a write take one round trip each. memcached
 * keeps everything in memory and may evict live items when that is full, which ends sessions.
 *
 * @publicApi
 */
export class MemcachedStore extends SessionStore implements Partial<Owned> {
  /** The keys of the owner's sessions. With `owners` only. */
  readonly ownedBy?: Owned['ownedBy'];
  /** Ends all of the owner's sessions except the one under `exceptKey`. With `owners` only. */
  readonly deleteOwnedBy?: Owned['deleteOwnedBy'];
  private readonly servers: readonly MemcachedServer[];
  private readonly index: OwnerIndex | null;
  private readonly now: () => number;
  private readonly warn: (message: string) => void;

  constructor(
    options: MemcachedStoreOptions,
    context: StoreContext = standaloneContext,
    private readonly connected: ConnectedClient | null = null,
  ) {
    super();
    if (!isMemcachedClient(options.client)) {
      throw new SessionConfigError([
        {
          setting: 'memcached.client',
          problem: 'expected a client with servers that take meta commands, such as from connectMemcached()',
        },
      ]);
    }
    this.servers = options.client.servers;
    this.now = clockOf(context);
    this.warn = (message) => {
      context.log.warn(message);
    };
    this.index = null;
    if (options.owners !== true) return;
    const index = new OwnerIndex(this.servers, this.now);
    this.index = index;
    this.ownedBy = (owner, stepDone) => index.keysOf(ownerHash(owner), stepDone);
    this.deleteOwnedBy = (owner, exceptKey, stepDone) => index.deleteAll(ownerHash(owner), exceptKey, stepDone);
  }

  override async read(key: string): Promise<StoredRecord | null> {
    const item = await this.live(this.serverOf(key), key);
    return item === null ? null : toRecord(item);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    // A copy, since the write takes place later.
    const own = Buffer.from(bytes);
    const server = this.serverOf(key);
    if (expected !== 'absent') return this.replace(server, key, own, ttlMs, toVersion(expected));
    if (this.index === null || owner === undefined) return this.create(server, key, { owner: null, bytes: own }, ttlMs);
    return this.createOwned(this.index, server, key, { owner: ownerHash(owner), bytes: own }, ttlMs);
  }

  override async touch(key: string, ttlMs: number): Promise<boolean> {
    const server = this.serverOf(key);
    if (this.index === null) {
      return (await lives(server, key, this.now())) && touch(server, key, ttlMs, this.now());
    }
    const item = await this.live(server, key);
    if (item === null) return false;
    const touching = touch(server, key, ttlMs, this.now());
    return this.keepingList(server, item.value.owner, touching);
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    const server = this.serverOf(key);
    if (expected === undefined) {
      return (await lives(server, key, this.now())) && (await remove(server, key)) === 'deleted' ? 'deleted' : 'absent';
    }
    const version = toVersion(expected);
    const refusal = await this.refusal(server, key, version);
    if (refusal !== null) return 'conflict' in refusal ? refusal : 'absent';
    const result = await remove(server, key, version.token);
    if (result !== 'other') return result;
    const item = await this.live(server, key);
    return item === null ? 'absent' : { conflict: toRecord(item) };
  }

  /** Closes the connections that the store opened. */
  override close(): Promise<void> {
    this.connected?.close();
    return Promise.resolve();
  }

  private async create(
    server: MemcachedServer,
    key: string,
    value: StoredValue,
    ttlMs: number,
  ): Promise<{ readonly written: ItemVersion } | { readonly conflict: StoredRecord }> {
    for (let token: string | 'absent' = 'absent'; ;) {
      const now = this.now();
      const result = await put(server, key, value, ttlMs, now, token);
      if (typeof result === 'object') return { written: new ItemVersion(result.token, now + ttlMs, value.owner) };
      const item = await see(server, key, this.now());
      if (isLive(item)) return { conflict: toRecord(item) };
      // The current item has expired, but the server has not noticed yet: overwrite it.
      token = item?.token ?? 'absent';
    }
  }

  /** The list first, then the record, then a check whether all of the owner's records have been ended in the meantime. */
  private async createOwned(
    index: OwnerIndex,
    server: MemcachedServer,
    key: string,
    value: StoredValue & { readonly owner: string },
    ttlMs: number,
  ): Promise<WriteResult> {
    const round = await index.announce(server, value.owner, key);
    const result = await this.create(server, key, value, ttlMs);
    if ('conflict' in result || (await index.isListed(server, value.owner, key, round))) return result;
    await remove(server, key);
    return { gone: true };
  }

  private async replace(
    server: MemcachedServer,
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    version: ItemVersion,
  ): Promise<WriteResult> {
    const refusal = await this.refusal(server, key, version);
    if (refusal !== null) return refusal;
    const { owner, token } = version;
    const now = this.now();
    const result = await this.keepingList(server, owner, put(server, key, { owner, bytes }, ttlMs, now, token));
    if (typeof result === 'object') return { written: new ItemVersion(result.token, now + ttlMs, owner) };
    const item = result === 'absent' ? null : await this.live(server, key);
    return item === null ? { gone: true } : { conflict: toRecord(item) };
  }

  /** Checks first if the record may have expired since the version was read. `null`: the change may proceed. */
  private async refusal(
    server: MemcachedServer,
    key: string,
    version: ItemVersion,
  ): Promise<{ readonly gone: true } | { readonly conflict: StoredRecord } | null> {
    if (this.now() < version.until) return null;
    const item = await this.live(server, key);
    if (item === null) return { gone: true };
    return item.token === version.token ? null : { conflict: toRecord(item) };
  }

  /** Extends the life of the owner's list together with that of the record. */
  private async keepingList<T>(server: MemcachedServer, owner: string | null, work: Promise<T>): Promise<T> {
    if (this.index === null || owner === null) return work;
    const [result] = await Promise.all([work, this.index.keep(server, owner)]);
    return result;
  }

  private async live(server: MemcachedServer, key: string): Promise<LiveItem | null> {
    const item = await see(server, key, this.now());
    if (item?.isForeign === true) {
      this.warn('An item in memcached was not written by this store; it counts as no session.');
    }
    return isLive(item) ? item : null;
  }

  private serverOf(key: string): MemcachedServer {
    return serverOf(this.servers, key);
  }
}

function isLive(item: Item | null): item is LiveItem {
  return item !== null && item.until !== null;
}

function toRecord(item: LiveItem): StoredRecord {
  const { bytes, owner } = item.value;
  return { bytes, version: new ItemVersion(item.token, item.until, owner) };
}

function toVersion(version: Version): ItemVersion {
  if (version instanceof ItemVersion) return version;
  throw new TypeError('This version was not made by the memcached store.');
}
