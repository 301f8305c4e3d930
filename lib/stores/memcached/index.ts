export { type ConnectedClient, connectMemcached, type ConnectOptions } from './connect.js';
export type { OpenStream } from './connection.js';
export type { MemcachedClient, MemcachedServer, MetaReply, ServerSettings } from './memcached.client.js';
export { MemcachedStore, type MemcachedStoreOptions } from './memcached.store.js';
export type { ServerAddress } from './server-address.js';
