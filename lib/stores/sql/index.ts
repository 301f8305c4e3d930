export { createSessionTable, type CreateSessionTableOptions } from './session-table.js';
export type { SqlDatabase } from './sql.client.js';
export { SqlStore, type SqlStoreOptions } from './sql.store.js';
