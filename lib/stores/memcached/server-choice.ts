import { hash } from 'node:crypto';
import type { MemcachedServer } from './memcached.client.js';

/**
 * Which server has a key: the one whose name makes the highest number with it. The order of the list does not matter, and
 * a server that comes or goes moves no keys but its own.
 */
export function serverOf(servers: readonly MemcachedServer[], key: string): MemcachedServer {
  let best: MemcachedServer | undefined = servers[0];
  if (best === undefined) throw new TypeError('There is no memcached server to choose.');
  if (servers.length === 1) return best;
  let highest = '';
  for (const server of servers) {
    const score = hash('sha256', `${server.name}\0${key}`, 'hex');
    if (score > highest) [highest, best] = [score, server];
  }
  return best;
}
