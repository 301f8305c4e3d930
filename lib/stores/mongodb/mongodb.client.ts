/**
 * The MongoDB store's client: a `MongoClient` of MongoDB's own driver, version 6 or 7.
 *
 * @publicApi
 */
export interface MongoDbClient {
  db(name?: string): { collection(name: string): object };
  connect(): Promise<unknown>;
}

export function isMongoDbClient(client: unknown): client is MongoDbClient {
  if (typeof client !== 'object' || client === null) return false;
  return ['db', 'connect', 'startSession'].every((method) => typeof Reflect.get(client, method) === 'function');
}
