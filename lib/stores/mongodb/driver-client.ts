import type { MongoClient } from 'mongodb';
import { isMongoDbClient } from './mongodb.client.js';

/**
 * The same check, with the driver's types. The options must not import these, since everybody's declarations include the
 * options.
 */
export function isDriverClient(client: unknown): client is MongoClient {
  return isMongoDbClient(client);
}
