import type { MongoClientOptions } from 'mongodb';
import { SessionConfigError } from '../../errors.js';
import { importPeer } from '../import-peer.js';
import type { MongoDbUrl } from './mongodb-url.js';
import { withoutSecrets } from './mongodb.errors.js';
import type { OwnedClient } from './mongodb.store.js';

/** What holds where the URL says nothing else. The driver's own patience is half a minute, and for some things endless. */
const defaults: MongoClientOptions = {
  appName: 'nestjs-session-auth',
  // Shorter than the limit of a store's call, so that the reason is heard and not only that it took too long.
  serverSelectionTimeoutMS: 1_500,
  connectTimeoutMS: 1_500,
  waitQueueTimeoutMS: 2_000,
  // A server that went away without a word is noticed.
  socketTimeoutMS: 10_000,
};

/**
 * Makes a client for `url`, which connects when it is first used, and again whenever it has to.
 *
 * @throws SessionConfigError for what the driver does not take
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
