import type { MongoClientOptions } from 'mongodb';
import { SessionConfigError } from '../../errors.js';
import { importPeer } from '../import-peer.js';
import type { MongoDbUrl } from './mongodb-url.js';
import { withoutSecrets } from './mongodb.errors.js';
import type { OwnedClient } from './mongodb.store.js';

/** Used unless the URL says otherwise. The driver's own limits are half a minute, or infinite. */
const defaults: MongoClientOptions = {
  appName: 'nestjs-session-auth',
  // Shorter than the store's time limit, so that the cause is reported rather than a timeout.
  serverSelectionTimeoutMS: 1_500,
  connectTimeoutMS: 1_500,
  waitQueueTimeoutMS: 2_000,
  // Detects a server that disappeared silently.
  socketTimeoutMS: 10_000,
};

/**
 * Creates a client for `url`, which connects on first use and reconnects as needed.
 *
 * @throws SessionConfigError for a URL that the driver rejects
 */
export async function connect(url: string, { secrets, settings }: MongoDbUrl): Promise<OwnedClient> {
  const { MongoClient } = await importPeer('mongodb', 'The MongoDB store', () => import('mongodb'));
  const unsaid = Object.entries(defaults).filter(([name]) => !settings.has(name.toLowerCase()));
  try {
    const client = new MongoClient(url, Object.fromEntries(unsaid));
    return { client, secrets, close: () => client.close() };
  } catch (error) {
    throw new SessionConfigError([
      { setting: 'SESSION_MONGODB (mongodb.url)', problem: withoutSecrets(error, secrets).message },
    ]);
  }
}
