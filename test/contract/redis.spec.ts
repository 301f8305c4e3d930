import { standaloneContext } from '../../lib/stores/store-context.js';
import { create } from '../../lib/stores/redis/create.js';
import { RedisServer } from '../support/servers/redis.js';
import { describeStore } from './describe-store.js';

let server: RedisServer;

describeStore('RedisStore', {
  readsMany: true,
  open: () => create({ url: server.url, client: null }, standaloneContext),
  lacks: ['prune', 'keys'],
  start: async () => {
    server = await RedisServer.start();
  },
  stop: () => server.stop(),
});
