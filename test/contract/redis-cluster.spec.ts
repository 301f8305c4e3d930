import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import { RedisStore } from '../../lib/stores/redis/index.js';
import { RedisCluster } from '../support/servers/redis-cluster.js';
import { describeStore } from './describe-store.js';

let servers: RedisCluster;
const clients: Cluster[] = [];

describeStore('RedisStore on a cluster', {
  readsMany: true,
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

describe('RedisStore on a cluster and its owners', () => {
  const owner = 'session:owner:somebody';
  let cluster: RedisCluster;
  let client: Cluster;

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    client = new Cluster(cluster.addresses);
  });

  afterAll(async () => {
    await client.quit();
    await cluster.stop();
  });

  it('end records on all servers, each by a command of its own, all sent at once', async () => {
    const keys = Array.from({ length: 300 }, (_, index) => `session:${String(index)}`);
    let underWay = 0;
    let most = 0;
    const counting = new Proxy(client, {
      get(target, name): unknown {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'del') return value.bind(target);
        return async (...args: string[]) => {
          expect(args).toHaveLength(1);
          most = Math.max(most, ++underWay);
          return target.del(...args).finally(() => underWay--);
        };
      },
    });
    const store = new RedisStore({ client: counting });
    await Promise.all(keys.map((key) => store.write(key, Buffer.from('1'), 60_000, 'absent', owner)));
    for (const node of cluster.nodes) expect(await node.administer((node) => node.dbsize())).toBeGreaterThan(50);
    expect(await store.deleteOwnedBy(owner, 'session:0')).toBe(299);
    expect(most).toBe(299);
    expect(await client.zrange(owner, '0', '-1')).toEqual(['session:0']);
    expect(await store.read('session:0')).not.toBeNull();
    expect(await store.deleteOwnedBy(owner)).toBe(1);
  });
});
