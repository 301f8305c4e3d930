import type { MongoClient } from 'mongodb';
import { type ConfigProblem, SessionConfigError } from '../../errors.js';
import { isDriverClient } from './driver-client.js';
import type { MongoDbClient } from './mongodb.client.js';
import { collectionExpected, databaseExpected, isCollectionName, isDatabaseName } from './names.js';

/** @publicApi */
export interface MongoDbStoreOptions {
  /** A `MongoClient` of MongoDB's driver. It is used as it is, and never closed. */
  readonly client: MongoDbClient;
  /** Default: the client's own, from its URL. */
  readonly database?: string;
  /** Default: `sessions`. */
  readonly collection?: string;
}

/** @throws SessionConfigError that names the invalid option */
export function checked({ client, database, collection = 'sessions' }: MongoDbStoreOptions): {
  readonly client: MongoClient;
  readonly database: string | undefined;
  readonly collection: string;
} {
  const problems: ConfigProblem[] = [];
  if (database !== undefined && !isDatabaseName(database)) {
    problems.push({ setting: 'SESSION_MONGODB_DB (mongodb.database)', problem: `expected ${databaseExpected}` });
  }
  if (!isCollectionName(collection)) {
    problems.push({
      setting: 'SESSION_MONGODB_COLLECT (mongodb.collection)',
      problem: `expected ${collectionExpected}`,
    });
  }
  if (isDriverClient(client)) {
    if (problems.length === 0) return { client, database, collection };
  } else {
    problems.push({ setting: 'mongodb.client', problem: "expected a MongoClient of MongoDB's driver" });
  }
  throw new SessionConfigError(problems);
}
