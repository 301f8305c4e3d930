import { connect, type Socket } from 'node:net';
import type { OpenStream } from '../../../lib/stores/memcached/index.js';

/** Opens connections to memcached, and counts what goes over them. */
export class MemcachedWire {
  /** How many lines with a command were sent. */
  commands = 0;
  /** How often something was sent: what goes out together counts as one. */
  packets = 0;

  readonly open: OpenStream = ({ host, port }) => {
    const socket = connect({ host, port });
    before(socket, 'write', (piece) => {
      if (typeof piece === 'string' && /^\S/.test(piece)) this.commands++;
    });
    for (const method of ['_write', '_writev']) before(socket, method, () => this.packets++);
    return socket;
  };

  /** How many commands were sent while `work` ran. */
  async countOf(work: () => Promise<unknown>): Promise<number> {
    const start = this.commands;
    await work();
    return this.commands - start;
  }
}

function before(socket: Socket, method: string, note: (first: unknown) => void): void {
  const original: unknown = Reflect.get(socket, method);
  if (typeof original !== 'function') throw new TypeError(`A socket has no ${method}.`);
  Reflect.set(socket, method, (...args: unknown[]): unknown => {
    note(args[0]);
    const result: unknown = Reflect.apply(original, socket, args);
    return result;
  });
}
