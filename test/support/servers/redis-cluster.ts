import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from '../until.js';
import { RedisServer } from './redis.js';

/** Three private masters that share the keys among them. */
export class RedisCluster {
  private constructor(readonly nodes: readonly RedisServer[]) {}

  static async start(): Promise<RedisCluster> {
    const args = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '2000'];
    const nodes: RedisServer[] = [];
    const cluster = new RedisCluster(nodes);
    try {
      for (let count = 0; count < 3; count++) nodes.push(await RedisServer.start({ args }));
      const addresses = nodes.map(({ port }) => `127.0.0.1:${String(port)}`);
      await promisify(execFile)('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
      for (const node of nodes) {
        await until('the node knows the whole cluster', () =>
          node.administer(async (client) => (await client.cluster('INFO')).includes('cluster_state:ok')),
        );
      }
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get addresses(): { host: string; port: number }[] {
    return this.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) await node.stop();
  }
}
