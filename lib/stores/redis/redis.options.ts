import { instance, url } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { isRedisClient, type RedisClient } from './redis.client.js';

export const redisOptions = group("The Redis store: `type: 'redis'`.", {
  url: option<string | null>({
    env: 'SESSION_REDIS',
    kind: url(['redis', 'rediss'], { nullable: true }),
    default: (environment) => (environment === 'production' ? null : 'redis://127.0.0.1:6379'),
    defaultText: 'redis://127.0.0.1:6379, in production none',
    meaning: 'The Redis server, as redis://user:password@host:port/database; rediss:// for TLS. Redis store only.',
    secret: true,
  }),
  client: option<RedisClient | null>({
    env: null,
    kind: instance<RedisClient>(
      'an ioredis client (Redis or Cluster), which returns replies as bytes',
      (value): value is RedisClient => isRedisClient(value),
    ),
    default: null,
    meaning: 'Your ioredis client: it is used as it is, and never closed. Takes precedence over the URL.',
  }),
});
