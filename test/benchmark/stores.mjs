/** The stores of this package, as what must hold for each of them is measured. */

/**
 * `server`: which of `servers.mjs` it needs. `isStore`: whether sessions are kept on the server; where they are in their
 * cookies, nothing can be promised of parallel requests, and the promises for all stores leave it out.
 */
export const STORES = [
  { name: 'memory', title: 'memory' },
  { name: 'filesystem', title: 'filesystem' },
  { name: 'lmdb', title: 'lmdb' },
  { name: 'redis', title: 'redis', server: 'redis' },
  { name: 'postgres', title: 'sql, PostgreSQL', server: 'postgres' },
  { name: 'mariadb', title: 'sql, MariaDB', server: 'mariadb' },
  { name: 'sqlite', title: 'sql, SQLite' },
  { name: 'memcached', title: 'memcached', server: 'memcached' },
  { name: 'dynamodb', title: 'dynamodb', server: 'dynamodb' },
  { name: 'cookie', title: 'cookie', isStore: false },
  { name: 'revocations', title: 'cookie, with revocations', isStore: false },
].map((store) => ({ isStore: true, ...store }));

export const STORE_SERVERS = STORES.map(({ server }) => server).filter(Boolean);
