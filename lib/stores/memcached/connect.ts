import { standaloneContext, type StoreLog } from '../store-context.js';
import { Connection, type OpenStream } from './connection.js';
import type { MemcachedClient } from './memcached.client.js';
import { parseAddress } from './server-address.js';

/** @publicApi */
export interface ConnectOptions {
  /** Receives a message when an outage of a server begins and when it ends. Default: process warnings. */
  readonly log?: StoreLog;
  /** Opens the stream to a server, e.g. with TLS: `({ host, port }) => tls.connect({ host, port })`. Default: TCP. */
  readonly open?: OpenStream;
}

/** A client whose connections you have to close. @publicApi */
export interface ConnectedClient extends MemcachedClient {
  close(): void;
}

/**
 * Connects to servers, without waiting: the application starts even if one is down. Logs once when an outage begins and once
 * when it ends.
 *
 * @param servers each as `host:port`
 * @throws TypeError for an invalid address, and for an empty array
 * @publicApi
 */
export function connectMemcached(servers: readonly string[], options: ConnectOptions = {}): ConnectedClient {
  const addresses = new Map(servers.map(parseAddress).map((address) => [address.name, address]));
  if (addresses.size === 0) throw new TypeError('expected at least one server, such as 127.0.0.1:11211');
  const { log = standaloneContext.log, open } = options;
  const connections = [...addresses.values()].map((address) => new Connection(address, log, open));
  return {
    servers: connections,
    close() {
      for (const connection of connections) connection.close();
    },
  };
}
