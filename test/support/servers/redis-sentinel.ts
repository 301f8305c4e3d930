import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.js';
import { until } from '../until.js';
import { installRedis, RedisServer } from './redis.js';
import { freePort, ServerProcess } from './server-process.js';

/** A private master with a replica, and a sentinel that makes the replica the master when told to, or when it must. */
export class RedisSentinel {
  static readonly masterName = 'sessions';

  private constructor(
    readonly port: number,
    readonly master: RedisServer,
    readonly replica: RedisServer,
    private readonly sentinel: ServerProcess,
    private readonly folder: { remove(): void },
  ) {}

  static async start(): Promise<RedisSentinel> {
    const master = await RedisServer.start();
    const replica = await RedisServer.start({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    const port = await freePort();
    const folder = temporaryFolder('redis-sentinel');
    const config = join(folder.path, 'sentinel.conf');
    const name = RedisSentinel.masterName;
    await writeFile(
      config,
      [
        ...[`port ${String(port)}`, 'bind 127.0.0.1', `dir ${folder.path}`],
        `sentinel monitor ${name} 127.0.0.1 ${String(master.port)} 1`,
        `sentinel down-after-milliseconds ${name} 500`,
        `sentinel failover-timeout ${name} 3000`,
      ].join('\n'),
    );
    const process = new ServerProcess({
      program: 'redis-server',
      args: [config, '--sentinel'],
      ready: /\+monitor master/,
      install: installRedis,
    });
    const sentinel = new RedisSentinel(port, master, replica, process, folder);
    try {
      await process.start();
      await until('the replica follows the master', () =>
        replica.administer(async (client) => (await client.info('replication')).includes('master_link_status:up')),
      );
    } catch (error) {
      await sentinel.stop();
      throw error;
    }
    return sentinel;
  }

  async stop(): Promise<void> {
    await this.sentinel.kill();
    await this.replica.stop();
    await this.master.stop();
    this.folder.remove();
  }
}
