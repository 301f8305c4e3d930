import { setImmediate as turn } from 'node:timers/promises';
import { decoded } from '../../config/decoded.js';
import { closeOrCut } from '../close-or-cut.js';
import { importPeer } from '../import-peer.js';
import type { StoreLog } from '../store-context.js';
import { isReadOnly, withoutSecrets } from './redis.errors.js';
import type { OwnedClient } from './redis.store.js';

/**
 * Creates a client for `url` and starts connecting, without waiting: the application starts even if Redis is down. Logs once
 * when an outage begins and once when it ends.
 */
export async function connect(url: string, log: StoreLog): Promise<OwnedClient> {
  const { Redis } = await importPeer('ioredis', 'The Redis store', () => import('ioredis'));
  const client = new Redis(url, {
    enableAutoPipelining: true,
    // A command waits for the current connection attempt, and fails with it. It is never sent twice: if a reply was lost, only
    // the caller can find out whether the write took place.
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * attempt, 500),
    connectTimeout: 5_000,
    // Detects a server that disappeared silently (a pulled plug, a failover behind one address).
    socketTimeout: 5_000,
    disconnectTimeout: 200,
    // After a failover, another server may have become the master behind this address.
    reconnectOnError: isReadOnly,
  });
  const server = addressOf(url);
  const secrets = secretsOf(url);
  let isOut = false;
  client.on('error', (error: Error) => {
    if (isOut) return;
    isOut = true;
    log.error(
      `Redis at ${server} (SESSION_REDIS) cannot be reached: ${withoutSecrets(error, secrets).message}. Requests that ` +
        'need a session fail until it is back; the connection is being retried.',
    );
  });
  client.on('ready', () => {
    if (isOut) log.warn(`Redis at ${server} (SESSION_REDIS) is back.`);
    isOut = false;
  });
  return {
    client,
    secrets,
    close: () =>
      closeOrCut(
        // Pipelined commands, such as an announcement that nobody waits for, are sent at the end of the turn, and `quit` at once.
        turn()
          .then(() => client.quit())
          .then(() => undefined),
        () => client.disconnect(),
      ),
  };
}

/** The server's address for messages: no user, no password, no query. */
function addressOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** The password in every spelling that may occur, and the URL that contains it. */
function secretsOf(url: string): string[] {
  const { password } = new URL(url);
  const spellings = [url, password, decoded(password)];
  return password === '' ? [] : [...new Set(spellings)].filter((spelling) => spelling !== '');
}
