import { hash } from 'node:crypto';
import type { MemcachedServer } from './memcached.client.js';

/**
 * Which server has a key: the one whose name hashes highest with it. The order of the servers does not matter, and adding or
 * removing a server moves only its own keys.
 */
export function serverOf(servers: readonly MemcachedServer[], key: string): MemcachedServer {
  let best: MemcachedServer | undefined = servers[0];
  if (best === undefined) throw new TypeError('There is no memcached server to choose from.');
  if (servers.length === 1) return best;
  let highest = '';
  for (const server of servers) {
    const score = hash('sha256', `${server.name}\0${key}`, 'hex');
    if (score > highest) [highest, best] = [score, server];
  }
  return best;
}
