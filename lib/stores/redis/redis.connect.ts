import { importPeer } from '../import-peer.js';
import type { StoreLog } from '../store-context.js';
import { isReadOnly, withoutSecrets } from './redis.errors.js';
import type { OwnedClient } from './redis.store.js';

/** How long a goodbye may take before the connection is cut. */
const goodbyeLimitMs = 500;

/**
 * Makes a client for `url` and begins to connect, without waiting: the application starts while Redis is down. Trouble is
 * logged once per outage, and so is its end.
 */
export async function connect(url: string, log: StoreLog): Promise<OwnedClient> {
  const { Redis } = await importPeer('ioredis', 'The Redis store', () => import('ioredis'));
  const client = new Redis(url, {
    enableAutoPipelining: true,
    // A command waits for the connection attempt that is under way, and fails with it. It is never sent a second time: an
    // answer that was lost leaves open whether a write took place, and only the caller can find out.
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * attempt, 500),
    connectTimeout: 5_000,
    // A server that went away without a word (a pulled plug, a failover behind one address) is noticed.
    socketTimeout: 5_000,
    disconnectTimeout: 200,
    // Behind one address another server may have become the master.
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
        'need a session fail until it is back; the connection is tried again and again.',
    );
  });
  client.on('ready', () => {
    if (isOut) log.warn(`Redis at ${server} (SESSION_REDIS) is back.`);
    isOut = false;
  });
  return {
    client,
    secrets,
    async close() {
      let limit: NodeJS.Timeout | undefined;
      const tooLate = new Promise<false>((resolve) => {
        limit = setTimeout(() => {
          resolve(false);
        }, goodbyeLimitMs);
      });
      // A goodbye is refused where there is no connection to say it over.
      const goodbye = client.quit().then(
        () => true,
        () => false,
      );
      if (!(await Promise.race([goodbye, tooLate]))) client.disconnect();
      clearTimeout(limit);
    },
  };
}

/** The server for a message: no user, no password, no query. */
function addressOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** The password in the spellings that may turn up, and the URL that holds it. */
function secretsOf(url: string): string[] {
  const { password } = new URL(url);
  const spellings = [url, password, decodeURIComponent(password)];
  return password === '' ? [] : [...new Set(spellings)].filter((spelling) => spelling !== '');
}
