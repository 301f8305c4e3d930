/** What an application costs Redis. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

/** What a client sends for its connection, not for a request. */
const CONNECTION_COMMANDS = new Set(['hello', 'client', 'ping', 'info', 'select', 'auth', 'command']);

export class RedisMeter {
  #redis;
  #monitor;

  constructor(port) {
    this.#redis = new Redis({ host: '127.0.0.1', port });
  }

  /**
   * The names of the commands that clients send while `work` runs. Listened to by MONITOR and not read from INFO's
   * commandstats, which count what a script calls inside the server as if a client had sent it.
   */
  async commandsDuring(work) {
    this.#monitor ??= await this.#redis.monitor();
    const commands = [];
    const fence = randomUUID();
    const complete = new Promise((resolve) => {
      const listener = (_time, [command, argument], source) => {
        if (argument === fence) {
          this.#monitor.off('monitor', listener);
          resolve();
        } else if (source !== 'lua' && !CONNECTION_COMMANDS.has(command.toLowerCase())) {
          commands.push(command.toUpperCase());
        }
      };
      this.#monitor.on('monitor', listener);
    });
    await work();
    await this.#redis.echo(fence);
    await complete;
    return commands;
  }

  /** Bytes that all the keys take together, with Redis' own overhead. */
  async memory() {
    const keys = await this.#redis.keys('*');
    const sizes = await Promise.all(keys.map((key) => this.#redis.memory('USAGE', key, 'SAMPLES', 0)));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Removes all keys, not the scripts. */
  flush() {
    return this.#redis.flushdb();
  }

  close() {
    this.#redis.disconnect();
    this.#monitor?.disconnect();
  }
}
