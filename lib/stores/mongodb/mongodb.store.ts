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

/** A client that the store was handed along with the duty to close it. */
export interface OwnedClient {
  readonly client: MongoDbClient;
  /** What must not appear in a message. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** What most servers have on their disks is not lost with any of them. Whatever the application's client has set for itself. */
const writeConcern: WriteConcernSettings = { w: 'majority', journal: true, wtimeoutMS: 5_000 };
const lasting = { writeConcern } as const;
const fromPrimary = { readPreference: 'primary', readConcern: { level: 'local' }, raw: false } as const;

/** How often a creation runs into what is gone when it looks. Only an index of somebody else's makes more of it. */
const mostAttempts = 10;

/**
 * Keeps sessions in a collection of MongoDB: one document a session. Every method is one command; a second one reads the newest
 * record, where there is a conflict. Every command goes to the primary, and a write is done when most servers have it.
 *
 * What has expired is absent by the clock of the application; MongoDB removes it within a minute or so.
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

  /** @throws SessionConfigError where it is no client or no name that the store can use */
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
    // By the key: along the times a session that is touched meanwhile would come twice, or not at all.
    yield* this.list(filter, { hint: { _id: 1 } }, stepDone);
  }

  /** The keys of the owner's sessions that have not expired. */
  async *ownedBy(owner: string, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    // Without the time in the filter, for the same reason: the server must not choose the index of that.
    yield* this.list({ owner: { $eq: owner } }, {}, stepDone);
  }

  /** Removes all of the owner's sessions but that under `exceptKey`, and says how many there were. */
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
    // An application closes its own client afterwards, and a command should not be under way then. Of one that the store
    // made, a server that stands still must not hold up the end.
    await (this.owned === null ? indexed : this.owned.close());
  }

  private async create(key: string, content: Content, owner: string | undefined): Promise<WriteResult> {
    const document = { ...content, ...(owner === undefined ? {} : { owner }) };
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      if (await this.run(() => this.insert({ _id: key, ...document }))) return { written: content.version };
      // What is there may have ended, and MongoDB has not removed it yet.
      const ended = { _id: { $eq: key }, expiresAt: this.notToCome() };
      const { matchedCount } = await this.run(() => this.collection.replaceOne(ended, document, lasting));
      if (matchedCount > 0) return { written: content.version };
      const result = await this.standing(key, content);
      if (result !== null) return result;
    }
    throw new SessionStoreUnavailableError(
      'MongoDB refuses a session as a duplicate, and has none by that key: is there a unique index of another field?',
    );
  }

  /** False: there is one by that key. */
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

  /** The newest record, as a conflict, unless it is the one that was to be written: the driver has sent it twice. */
  private async standing(
    key: string,
    { version }: Content,
  ): Promise<{ readonly written: Version } | { readonly conflict: StoredRecord } | null> {
    const current = await this.find(key);
    if (current === null) return null;
    return current.version === version ? { written: version } : { conflict: current };
  }

  /** By the key alone, which is what MongoDB is fastest at. */
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

  /** By `$eq`, so that nothing in a filter can be taken for an operator. */
  private live(key: string): { readonly _id: { $eq: string }; readonly expiresAt: { $gt: Date } } {
    return { _id: { $eq: key }, expiresAt: { $gt: new Date(this.now()) } };
  }

  /** The opposite of that, whatever there is in place of a time. */
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

  /**
   * The driver connects by itself, but where it fails the first time it does not try again. Once it is connected it looks after
   * its connections.
   */
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
