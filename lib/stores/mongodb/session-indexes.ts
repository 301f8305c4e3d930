import type { Collection } from 'mongodb';
import { SessionConfigError } from '../../errors.js';
import type { StoreLog } from '../store-context.js';
import type { SessionDocument } from './documents.js';
import { isDriverClient } from './driver-client.js';
import type { MongoDbClient } from './mongodb.client.js';
import { withoutSecrets } from './mongodb.errors.js';

/** How long after a failure the indexes are tried again, in milliseconds. */
const pauseMs = 60_000;

/** @publicApi */
export interface SessionIndexOptions {
  /** Default: the client's own, which is that of its URL. */
  readonly database?: string;
  /** Default: `sessions`. */
  readonly collection?: string;
}

/**
 * Makes the indexes of the sessions: one by which MongoDB removes what has expired, and one for the sessions of a user. What is
 * there already is left alone. The store does it by itself with its first write, if its user may.
 *
 * @param client a `MongoClient` of MongoDB's driver
 * @publicApi
 */
export async function createSessionIndexes(client: MongoDbClient, options: SessionIndexOptions = {}): Promise<void> {
  if (!isDriverClient(client)) {
    throw new SessionConfigError([{ setting: 'client', problem: "expected a MongoClient of MongoDB's driver" }]);
  }
  await makeIndexes(client.db(options.database).collection(options.collection ?? 'sessions'));
}

/**
 * Sees to the indexes of a collection beside the first write. Sessions work without them, though slowly and without being
 * removed, so no write fails for the lack of one.
 */
export class SessionIndexes {
  private making: Promise<void> | null = null;
  private areThere = false;
  private failedAt = -Infinity;
  private isEnded = false;

  constructor(
    private readonly collection: Collection<SessionDocument>,
    private readonly secrets: readonly string[],
    private readonly log: StoreLog,
  ) {}

  ensure(): void {
    if (this.areThere || this.making !== null || performance.now() - this.failedAt < pauseMs) return;
    this.making = makeIndexes(this.collection)
      .then(
        () => {
          this.areThere = true;
        },
        (error: unknown) => {
          this.failed(error);
        },
      )
      .finally(() => {
        this.making = null;
      });
  }

  /** Nothing more is said, and nothing is under way afterwards. */
  async end(): Promise<void> {
    this.isEnded = true;
    await this.making;
  }

  private failed(error: unknown): void {
    const isFirst = this.failedAt === -Infinity;
    this.failedAt = performance.now();
    // Of a client that was closed under it nobody needs to hear.
    if (!isFirst || this.isEnded) return;
    this.log.warn(
      `The indexes of the sessions could not be made, so MongoDB does not remove what has expired; it is tried again. ` +
        `${withoutSecrets(error, this.secrets).message} createSessionIndexes() of nestjs-session-auth/mongodb makes them.`,
    );
  }
}

async function makeIndexes(collection: Pick<Collection, 'createIndexes'>): Promise<void> {
  await collection.createIndexes([
    { key: { expiresAt: 1 }, name: 'expiresAt_1', expireAfterSeconds: 0 },
    { key: { owner: 1 }, name: 'owner_1', sparse: true },
  ]);
}
