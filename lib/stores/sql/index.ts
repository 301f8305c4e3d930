export { createSessionTable, type CreateSessionTableOptions } from './session-table.js';
export type { GivenDatabase, Mysql2Pool, PgPool, SqliteDatabaseFile } from './given-database.js';
export type { SqlDatabase } from './sql.client.js';
export { SqlStore, type SqlStoreOptions } from './sql.store.js';
