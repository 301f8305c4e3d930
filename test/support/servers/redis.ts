import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { serverFolder } from './server-folder.js';
import { freePort, ServerProcess } from './server-process.js';

export const installRedis = 'apt-get install redis-server, or see https://redis.io/docs/install';

/** What a connection sends on its own account. */
const housekeeping = new Set(['info', 'hello', 'auth', 'select', 'client|setinfo', 'config|resetstat', 'ping', 'quit']);

/** A private redis-server on a free port of 127.0.0.1, in a temporary folder, that keeps nothing. */
export class RedisServer {
  private constructor(
    readonly port: number,
    private readonly dir: string,
    private readonly server: ServerProcess,
    private readonly password: string | undefined,
  ) {}

  static async start(
    options: { args?: readonly string[]; password?: string; port?: number } = {},
  ): Promise<RedisServer> {
    const port = options.port ?? (await freePort());
    const dir = await serverFolder('redis-server');
    const server = new ServerProcess({
      program: 'redis-server',
      args: [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
        ...(options.password === undefined ? [] : ['--requirepass', options.password]),
        ...(options.args ?? []),
      ],
      ready: /Ready to accept connections/,
      install: installRedis,
    });
    const redis = new RedisServer(port, dir, server, options.password);
    try {
      await server.start();
    } catch (error) {
      await redis.stop();
      throw error;
    }
    return redis;
  }

  get url(): string {
    const login = this.password === undefined ? '' : `:${encodeURIComponent(this.password)}@`;
    return `redis://${login}127.0.0.1:${String(this.port)}`;
  }

  pause(): void {
    this.server.pause();
  }

  resume(): void {
    this.server.resume();
  }

  async kill(): Promise<void> {
    await this.server.kill();
  }

  /** Starts it again on the same port after {@link kill}; it has forgotten everything. */
  async restart(): Promise<void> {
    await this.server.kill();
    await this.server.start();
  }

  async stop(): Promise<void> {
    await this.server.kill();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Runs `work` with a client of the server's own. */
  async administer<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url);
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  /** How often the server ran each command while `work` ran, scripts' inner commands included. */
  async commandCounts(work: () => Promise<unknown>): Promise<Record<string, number>> {
    return this.administer(async (client) => {
      await client.config('RESETSTAT');
      await work();
      const stats = await client.info('commandstats');
      const counts: Record<string, number> = {};
      for (const [, name = '', calls] of stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
        if (!housekeeping.has(name)) counts[name] = Number(calls);
      }
      return counts;
    });
  }
}
