import type { Collection } from 'mongodb';
import { MINUTE } from '../../config/time.js';
import { SessionConfigError } from '../../errors.js';
import type { StoreLog } from '../store-context.js';
import type { SessionDocument } from './documents.js';
import { isDriverClient } from './driver-client.js';
import type { MongoDbClient } from './mongodb.client.js';
import { withoutSecrets } from './mongodb.errors.js';

/** How long to wait before retrying the indexes after a failure, in milliseconds. */
const pauseMs = MINUTE;

/** @publicApi */
export interface SessionIndexOptions {
  /** Default: the client's own, from its URL. */
  readonly database?: string;
  /** Default: `sessions`. */
  readonly collection?: string;
}

/**
 * Creates the indexes of the sessions: one by which MongoDB removes expired ones, and one for the sessions of a user. Existing
 * indexes are left alone. The store calls it on its first write, if its user may.
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
 * Creates a collection's indexes beside the first write. Sessions work without them, though slowly and without being removed,
 * so no write fails for lack of one.
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

  /** Logs nothing more; nothing is running when it resolves. */
  async end(): Promise<void> {
    this.isEnded = true;
    await this.making;
  }

  private failed(error: unknown): void {
    const isFirst = this.failedAt === -Infinity;
    this.failedAt = performance.now();
    // Errors of a client that is being closed are not worth reporting.
    if (!isFirst || this.isEnded) return;
    this.log.warn(
      `The indexes of the sessions could not be created, so MongoDB does not remove expired sessions; this will be retried. ` +
        `${withoutSecrets(error, this.secrets).message} You can create them with createSessionIndexes() of nestjs-session-auth/mongodb.`,
    );
  }
}

async function makeIndexes(collection: Pick<Collection, 'createIndexes'>): Promise<void> {
  await collection.createIndexes([
    { key: { expiresAt: 1 }, name: 'expiresAt_1', expireAfterSeconds: 0 },
    { key: { owner: 1 }, name: 'owner_1', sparse: true },
  ]);
}
