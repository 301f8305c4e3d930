import type { ResolvedOptions } from '../../config/option.js';
import { SessionConfigError } from '../../errors.js';
import { standaloneContext, type StoreContext } from '../store-context.js';
import { connect } from './connect.js';
import { parseMongoDbUrl } from './mongodb-url.js';
import type { mongodbOptions } from './mongodb.options.js';
import { MongoDbStore } from './mongodb.store.js';

/** The database of a URL that names none. The driver would take `test`. */
const defaultDatabase = 'sessions';

/**
 * Makes the store from the module's options: with the client that was handed in, or one that is made from the URL and closed
 * with the store.
 *
 * @throws SessionPeerMissingError where a client is to be made and mongodb is not installed
 */
export async function create(
  options: ResolvedOptions<typeof mongodbOptions>,
  context: StoreContext = standaloneContext,
): Promise<MongoDbStore> {
  const { url, client, database, collection } = options;
  if (client !== null) {
    return new MongoDbStore({ client, collection, ...(database === null ? {} : { database }) }, context);
  }
  const address = url === null ? null : parseMongoDbUrl(url);
  if (url === null || address === null) {
    throw new SessionConfigError([
      {
        setting: 'SESSION_MONGODB (mongodb.url)',
        problem:
          'the MongoDB store needs the URL of its server, such as mongodb://127.0.0.1:27017/sessions, or a client ' +
          '(mongodb.client)',
      },
    ]);
  }
  const owned = await connect(url, address);
  const settings = { client: owned.client, collection, database: database ?? address.database ?? defaultDatabase };
  return new MongoDbStore(settings, context, owned);
}
