import type { MemcachedClient, MemcachedServer } from '../../../lib/stores/memcached/index.js';
import { Checkpoint } from '../checkpoint.js';

/** A client of which one command can be held back or lost, to see what comes between. */
export class StoppableClient implements MemcachedClient {
  readonly servers: readonly MemcachedServer[];
  private stop: { readonly command: RegExp; readonly at: () => Promise<void> } | null = null;

  constructor(client: MemcachedClient) {
    this.servers = client.servers.map((server) => ({
      name: server.name,
      request: async (command, body) => {
        const { stop } = this;
        if (stop?.command.test(command) === true) {
          this.stop = null;
          await stop.at();
        }
        return server.request(command, body);
      },
      settings: () => server.settings(),
      evictions: () => server.evictions(),
    }));
  }

  /** The next command like this waits until it is let go on. */
  hold(command: RegExp): Checkpoint {
    const checkpoint = new Checkpoint();
    this.stop = { command, at: () => checkpoint.pass() };
    return checkpoint;
  }

  /** The next command like this does not arrive. */
  lose(command: RegExp): void {
    this.stop = { command, at: () => Promise.reject(new Error('the process has ended')) };
  }
}
