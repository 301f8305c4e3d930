import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { temporaryFolder } from '../temporary-folder.js';
import { until } from '../until.js';
import { installRedis, RedisServer } from './redis.js';
import { freePort, ServerProcess } from './server-process.js';

/** A private master with a replica, and a sentinel that makes the replica the master when told to, or when {@link killMaster} is called. */
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
        `sentinel down-after-milliseconds ${name} 3600000`,
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
      await until('the replica follows the master', () =>
        replica.administer(async (client) => (await client.info('replication')).includes('master_link_status:up')),
      );
      await process.start();
      await until('the sentinel knows the replica', async () => {
        const known = await sentinel.ask('REPLICAS', name);
        return Array.isArray(known) && known.length === 1;
      });
    } catch (error) {
      await sentinel.stop();
      throw error;
    }
    return sentinel;
  }

  /** Only now is the master taken for dead that does not answer: a machine that is busy kills none. */
  async killMaster(): Promise<void> {
    await this.master.kill();
    await this.ask('SET', RedisSentinel.masterName, 'down-after-milliseconds', '500');
  }

  private async ask(...words: readonly string[]): Promise<unknown> {
    const client = new Redis(this.port);
    try {
      return await client.call('SENTINEL', ...words);
    } finally {
      client.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.sentinel.kill();
    await this.replica.stop();
    await this.master.stop();
    this.folder.remove();
  }
}
