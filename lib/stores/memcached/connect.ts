import { standaloneContext, type StoreLog } from '../store-context.js';
import { Connection, type OpenStream } from './connection.js';
import type { MemcachedClient } from './memcached.client.js';
import { parseAddress } from './server-address.js';

/** @publicApi */
export interface ConnectOptions {
  /** Where trouble with a server is told, once an outage, and its end. Default: process warnings. */
  readonly log?: StoreLog;
  /** Opens the stream to a server, e.g. by TLS: `({ host, port }) => tls.connect({ host, port })`. Default: TCP. */
  readonly open?: OpenStream;
}

/** A client with connections that somebody has to close. @publicApi */
export interface ConnectedClient extends MemcachedClient {
  close(): void;
}

/**
 * Connects to servers, without waiting: the application starts while one is down. Trouble is logged once per outage, and
 * so is its end.
 *
 * @param servers `host:port` each
 * @throws TypeError for what is no address, and for an empty list
 * @publicApi
 */
export function connectMemcached(servers: readonly string[], options: ConnectOptions = {}): ConnectedClient {
  const addresses = new Map(servers.map(parseAddress).map((address) => [address.name, address]));
  if (addresses.size === 0) throw new TypeError('expected a server at least, such as 127.0.0.1:11211');
  const { log = standaloneContext.log, open } = options;
  const connections = [...addresses.values()].map((address) => new Connection(address, log, open));
  return {
    servers: connections,
    close() {
      for (const connection of connections) connection.close();
    },
  };
}
