import { bool, instance, list, nullable, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { isMemcachedClient, type MemcachedClient } from './memcached.client.js';
import { addressPattern } from './server-address.js';

export const memcachedOptions = group("The memcached store: `type: 'memcached'`.", {
  servers: option<readonly string[] | null>({
    env: 'SESSION_MEMCACHED',
    kind: nullable(list(text({ pattern: addressPattern, expected: 'host:port, such as 127.0.0.1:11211' }))),
    default: (environment) => (environment === 'production' ? null : ['127.0.0.1:11211']),
    defaultText: '127.0.0.1:11211, in production none',
    meaning: 'The memcached servers, each as host:port, separated by commas. Every process needs the same list.',
  }),
  owners: option<boolean>({
    env: 'SESSION_MEMCACHED_OWNERS',
    kind: bool(),
    default: false,
    meaning:
      "Whether the memcached store keeps an owner index, so that a user's sessions can be listed and ended. " +
      'The servers must be started with -M, so that they evict nothing.',
  }),
  client: option<MemcachedClient | null>({
    env: null,
    kind: instance<MemcachedClient>(
      'a client with servers that take meta commands, such as from connectMemcached()',
      (value): value is MemcachedClient => isMemcachedClient(value),
    ),
    default: null,
    meaning: 'Your memcached client: it is used as it is, and never closed. Takes precedence over the servers.',
  }),
});
