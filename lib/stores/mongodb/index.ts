export type { MongoDbClient } from './mongodb.client.js';
export type { MongoDbStoreOptions } from './checked-options.js';
export { MongoDbStore } from './mongodb.store.js';
export { createSessionIndexes, type SessionIndexOptions } from './session-indexes.js';
