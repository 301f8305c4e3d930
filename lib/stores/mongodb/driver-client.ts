import type { MongoClient } from 'mongodb';
import { isMongoDbClient } from './mongodb.client.js';

/** The same, for the files that have the driver's types: the options, which everybody's declarations lead to, have not. */
export function isDriverClient(client: unknown): client is MongoClient {
  return isMongoDbClient(client);
}
