import { Cluster } from 'ioredis';
import { RedisStore } from '../../lib/stores/redis/index.js';
import { RedisCluster } from '../support/servers/redis-cluster.js';
import { describeStore } from './describe-store.js';

let servers: RedisCluster;
const clients: Cluster[] = [];

describeStore('RedisStore on a cluster', {
  open: () => {
    const client = new Cluster(servers.addresses, { enableAutoPipelining: true });
    clients.push(client);
    return new RedisStore({ client });
  },
  lacks: ['prune', 'keys'],
  start: async () => {
    servers = await RedisCluster.start();
  },
  stop: async () => {
    for (const client of clients) await client.quit();
    await servers.stop();
  },
});
