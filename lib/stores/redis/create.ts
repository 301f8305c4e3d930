import type { ResolvedOptions } from '../../config/option.js';
import { SessionConfigError } from '../../errors.js';
import { standaloneContext, type StoreContext } from '../store-context.js';
import { connect } from './redis.connect.js';
import type { redisOptions } from './redis.options.js';
import { RedisStore } from './redis.store.js';

/**
 * Makes the store from the module's options: with the client that was handed in, or one that is made from the URL and
 * closed with the store.
 *
 * @throws SessionPeerMissingError where a client is to be made and ioredis is not installed
 */
export async function create(
  options: ResolvedOptions<typeof redisOptions>,
  context: StoreContext = standaloneContext,
): Promise<RedisStore> {
  if (options.client !== null) return new RedisStore({ client: options.client }, context);
  if (options.url === null) {
    throw new SessionConfigError([
      {
        setting: 'SESSION_REDIS (redis.url)',
        problem:
          'the Redis store needs the URL of its server, such as redis://127.0.0.1:6379, or a client (redis.client)',
      },
    ]);
  }
  return new RedisStore(await connect(options.url, context.log), context);
}
