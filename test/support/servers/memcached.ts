import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { until } from '../until.js';
import { freePort, ServerProcess } from './server-process.js';

export interface MemcachedServerOptions {
  readonly port?: number;
  /** Further arguments, e.g. `-M`. The largest item is 2 MB without them. */
  readonly args?: readonly string[];
}

/** A memcached of ours, on a port of its own. What it holds is gone when it is killed. */
export class MemcachedServerProcess {
  private constructor(
    readonly port: number,
    private readonly process: ServerProcess,
  ) {}

  static async start(options: MemcachedServerOptions = {}): Promise<MemcachedServerProcess> {
    const port = options.port ?? (await freePort());
    const own = ['-l', '127.0.0.1', '-p', String(port), '-U', '0', '-vv', '-I', '2m'];
    // It refuses to run as root without being told to.
    const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
    const server = new MemcachedServerProcess(
      port,
      new ServerProcess({
        program: 'memcached',
        args: [...user, ...own, ...(options.args ?? [])],
        ready: /server listening/,
        install: 'apt-get install memcached',
      }),
    );
    await server.process.start();
    return server;
  }

  /** As SESSION_MEMCACHED has it. */
  get address(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  /** The server stands still, with all of its threads. */
  async pause(): Promise<void> {
    this.process.pause();
    const tasks = `/proc/${String(this.process.pid)}/task`;
    await until('the server stands still', () =>
      readdirSync(tasks).every((task) => /^State:\s+T/m.test(readFileSync(`${tasks}/${task}/status`, 'utf8'))),
    );
  }

  resume(): void {
    this.process.resume();
  }

  /** Ends the server without a word, as a crash does. */
  kill(): Promise<void> {
    return this.process.kill();
  }

  /** Starts it again on the same port, with nothing in it. */
  restart(): Promise<void> {
    return this.process.start();
  }

  stop(): Promise<void> {
    return this.process.kill();
  }

  /** Sends lines as they stand, and gives the answer up to the word that ends it. */
  async send(lines: string, last: RegExp): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.write(lines, 'latin1');
      let answer = '';
      for await (const piece of socket) {
        answer += (piece as Buffer).toString('latin1');
        if (last.test(answer)) break;
      }
      return answer;
    } finally {
      socket.destroy();
    }
  }

  async stats(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.send('stats\r\n', /END\r\n$/);
    return new Map([...answer.matchAll(/^STAT (\S+) (.*)\r$/gm)].map(([, name = '', value = '']) => [name, value]));
  }
}
