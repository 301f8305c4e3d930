export type { DynamoDbClient } from './dynamodb.client.js';
export { DynamoDbStore, type DynamoDbStoreOptions } from './dynamodb.store.js';
export { createSessionTable } from './session-table.js';
