import type { ResolvedOptions } from '../../config/option.js';
import { SessionConfigError } from '../../errors.js';
import type { StoreContext, StoreLog } from '../store-context.js';
import { connectMemcached } from './connect.js';
import type { MemcachedClient } from './memcached.client.js';
import type { memcachedOptions } from './memcached.options.js';
import { evictsMessage } from './memcached.errors.js';
import { MemcachedStore } from './memcached.store.js';

/**
 * Makes the store from the module's options: with the client that was handed in, or one that is made from the servers'
 * addresses and closed with the store.
 */
export function create(options: ResolvedOptions<typeof memcachedOptions>, context: StoreContext): MemcachedStore {
  const { client, owners, servers } = options;
  if (client !== null) return new MemcachedStore({ client, owners }, context);
  if (servers === null || servers.length === 0) {
    throw new SessionConfigError([
      {
        setting: 'SESSION_MEMCACHED (memcached.servers)',
        problem: 'the memcached store needs the addresses of its servers, such as 127.0.0.1:11211, or a client',
      },
    ]);
  }
  const connected = connectMemcached(servers, { log: context.log });
  if (owners) warnOfEvictions(connected, context.log);
  return new MemcachedStore({ client: connected, owners }, context, connected);
}

/** Said when the server can be reached, so that an operator need not wait for the first user whose sessions are to end. */
function warnOfEvictions(client: MemcachedClient, log: StoreLog): void {
  for (const server of client.servers) {
    server.settings().then(
      ({ evicts }) => {
        if (evicts !== false) log.error(evictsMessage(server.name));
      },
      // The connection has said already that there is none.
      () => undefined,
    );
  }
}
