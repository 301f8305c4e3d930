/** Sessions of express-session: reads and writes the formats of it and its stores. */
export type { MigrationOptions, SessionContent } from '../migration.js';
export { decodeExpressCookie, encodeExpressCookie, type ExpressKeys } from './express-cookie.js';
export {
  decodeExpressRecord,
  encodeExpressRecord,
  type ExpressRecord,
  type ExpressRecordCookie,
} from './express-record.js';
export { fromExpress, type FromExpressOptions } from './from-express.js';
export type { ExpressRecords } from './records.js';
export { expressRedisRecords, type ExpressRedisClient, type ExpressRedisRecordsOptions } from './redis-records.js';
export { expressStoreRecords, type ExpressStoreClient } from './store-records.js';
/** Express-session's middleware, with its options and classes. */
export { default } from './drop-in/express-session.js';
export { Cookie } from './drop-in/cookie.js';
export type { CookieOptions, SessionCookie } from './drop-in/cookie-options.js';
export type { ConnectStore, ExpressStore, RequestStore } from './drop-in/express-store.js';
export { MemoryStore } from './drop-in/memory-store.js';
export type { SessionMiddleware } from './drop-in/middleware.js';
export type { SessionOptions } from './drop-in/options.js';
export type { WithSession } from './drop-in/request.js';
export type { SessionData } from './drop-in/session-data.js';
export type { SessionBehaviour } from './drop-in/session-behaviour.js';
export { Session } from './drop-in/session.js';
export { Store } from './drop-in/store.js';
