import type { Collection, MongoClient, WriteConcernSettings } from 'mongodb';
import { SessionStoreUnavailableError } from '../../errors.js';
import {
  type DeleteResult,
  type Listable,
  type Owned,
  SessionStore,
  type StepDone,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { checked, type MongoDbStoreOptions } from './checked-options.js';
import { type Content, isLive, type SessionDocument, toContent, toRecord, versionOf } from './documents.js';
import type { MongoDbClient } from './mongodb.client.js';
import { isDuplicate, unavailable } from './mongodb.errors.js';
import { SessionIndexes } from './session-indexes.js';

/** A client that the store has to close. */
export interface OwnedClient {
  readonly client: MongoDbClient;
  /** Strings to remove from messages. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** Data on the disks of a majority survives the loss of any server. Overrides the application's own client settings. */
const writeConcern: WriteConcernSettings = { w: 'majority', journal: true, wtimeoutMS: 5_000 };
const lasting = { writeConcern } as const;
const fromPrimary = { readPreference: 'primary', readConcern: { level: 'local' }, raw: false } as const;

/** How often a creation may find that the conflicting record is gone. Only someone else's unique index causes more. */
const mostAttempts = 10;

/**
 * Stores sessions in a MongoDB collection: one document per session. Every method is one command; after a conflict, a second
 * one reads the latest record. Every command goes to the primary, and a write is done when a majority has it.
 *
 * Sessions expire by the application's clock; MongoDB removes them within a minute or so.
 *
 * @publicApi
 */
export class MongoDbStore extends SessionStore implements Listable, Owned {
  private readonly client: MongoClient;
  private readonly collection: Collection<SessionDocument>;
  private readonly indexes: SessionIndexes;
  private readonly now: () => number;
  private readonly owned: OwnedClient | null;
  private isConnected = false;
  private isClosed = false;

  /** @throws SessionConfigError for an unsupported client or an invalid name */
  constructor(
    options: MongoDbStoreOptions,
    context: StoreContext = standaloneContext,
    owned: OwnedClient | null = null,
  ) {
    super();
    const { client, database, collection } = checked(options);
    this.client = client;
    this.collection = client.db(database).collection<SessionDocument>(collection);
    this.indexes = new SessionIndexes(this.collection, owned?.secrets ?? [], context.log);
    this.now = clockOf(context);
    this.owned = owned;
  }

  override async read(key: string): Promise<StoredRecord | null> {
    return this.find(key);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    const content = toContent(bytes, this.now() + ttlMs);
    if (expected === 'absent') return this.create(key, content, owner);
    const filter = { ...this.live(key), version: versionOf(expected) };
    const { matchedCount } = await this.run(() => this.collection.updateOne(filter, { $set: content }, lasting));
    if (matchedCount > 0) return { written: content.version };
    return (await this.standing(key, content)) ?? { gone: true };
  }

  override async touch(key: string, ttlMs: number): Promise<boolean> {
    const change = { $set: { expiresAt: new Date(this.now() + ttlMs) } };
    const { matchedCount } = await this.run(() => this.collection.updateOne(this.live(key), change, lasting));
    return matchedCount > 0;
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    const filter = expected === undefined ? this.live(key) : { ...this.live(key), version: versionOf(expected) };
    const { deletedCount } = await this.run(() => this.collection.deleteOne(filter, lasting));
    if (deletedCount > 0) return 'deleted';
    const current = expected === undefined ? null : await this.find(key);
    return current === null ? 'absent' : { conflict: current };
  }

  /** The keys of the sessions that have not expired. */
  async *keys(stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    const filter = { expiresAt: { $gt: new Date(this.now()) } };
    // In key order: by time, a session touched in the meantime would appear twice or not at all.
    yield* this.list(filter, { hint: { _id: 1 } }, stepDone);
  }

  /** The keys of the owner's sessions that have not expired. */
  async *ownedBy(owner: string, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    // The filter omits the time for the same reason: the server must not choose its index.
    yield* this.list({ owner: { $eq: owner } }, {}, stepDone);
  }

  /** Removes all of the owner's sessions except the one under `exceptKey`, and returns how many. */
  async deleteOwnedBy(owner: string, exceptKey?: string, stepDone?: StepDone): Promise<number> {
    const ended = { owner: { $eq: owner }, expiresAt: this.notToCome() };
    await this.run(() => this.collection.deleteMany(ended, lasting));
    stepDone?.();
    const except = exceptKey === undefined ? {} : { _id: { $ne: exceptKey } };
    const all = { owner: { $eq: owner }, ...except };
    const { deletedCount } = await this.run(() => this.collection.deleteMany(all, lasting));
    return deletedCount;
  }

  /** Closes the client if the store made it. */
  override async close(): Promise<void> {
    this.isClosed = true;
    const indexed = this.indexes.end();
    // An application closes its own client afterwards, so no command may still be running. With a client that the store made, a
    // hanging server must not delay the shutdown.
    await (this.owned === null ? indexed : this.owned.close());
  }

  private async create(key: string, content: Content, owner: string | undefined): Promise<WriteResult> {
    const document = { ...content, ...(owner === undefined ? {} : { owner }) };
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      if (await this.run(() => this.insert({ _id: key, ...document }))) return { written: content.version };
      // The existing record may have expired, but MongoDB has not removed it yet.
      const ended = { _id: { $eq: key }, expiresAt: this.notToCome() };
      const { matchedCount } = await this.run(() => this.collection.replaceOne(ended, document, lasting));
      if (matchedCount > 0) return { written: content.version };
      const result = await this.standing(key, content);
      if (result !== null) return result;
    }
    throw new SessionStoreUnavailableError(
      'MongoDB rejects a session as a duplicate, but has none with that key: is there a unique index on another field?',
    );
  }

  /** False: the key already exists. */
  private async insert(document: SessionDocument): Promise<boolean> {
    this.indexes.ensure();
    try {
      await this.collection.insertOne(document, lasting);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** The latest record as a conflict, unless it is the one being written: the driver may have sent it twice. */
  private async standing(
    key: string,
    { version }: Content,
  ): Promise<{ readonly written: Version } | { readonly conflict: StoredRecord } | null> {
    const current = await this.find(key);
    if (current === null) return null;
    return current.version === version ? { written: version } : { conflict: current };
  }

  /** By key only, which is the fastest query. */
  private async find(key: string): Promise<ReturnType<typeof toRecord> | null> {
    const document = await this.run(() => this.collection.findOne({ _id: { $eq: key } }, fromPrimary));
    return document !== null && isLive(document, this.now()) ? toRecord(document) : null;
  }

  private async *list(
    filter: object,
    options: { readonly hint?: { _id: 1 } },
    stepDone: StepDone | undefined,
  ): AsyncGenerator<string, void, undefined> {
    const projection = { _id: 1, expiresAt: 1 };
    await this.run(() => this.connect());
    const found = this.collection.find(filter, { ...options, ...fromPrimary, projection });
    try {
      for await (const document of found) {
        stepDone?.();
        if (isLive(document, this.now())) yield document._id;
      }
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  /** Uses `$eq`, so that nothing in a filter can be taken for an operator. */
  private live(key: string): { readonly _id: { $eq: string }; readonly expiresAt: { $gt: Date } } {
    return { _id: { $eq: key }, expiresAt: { $gt: new Date(this.now()) } };
  }

  /** The opposite, whatever is stored in place of a time. */
  private notToCome(): { $not: { $gt: Date } } {
    return { $not: { $gt: new Date(this.now()) } };
  }

  private async run<T>(command: () => Promise<T>): Promise<T> {
    try {
      if (!this.isConnected) await this.connect();
      return await command();
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  /** The driver connects by itself, but does not retry if the first attempt fails. Once connected, it maintains its connections. */
  private async connect(): Promise<void> {
    if (this.isConnected) return;
    if (this.isClosed) throw new SessionStoreUnavailableError('The MongoDB store is closed.');
    await this.client.connect();
    this.isConnected = true;
  }

  private unavailable(error: unknown): Error {
    return unavailable(error, this.owned?.secrets ?? []);
  }
}
