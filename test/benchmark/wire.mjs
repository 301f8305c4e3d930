/**
 * Stands between an application and a server, and counts round trips.
 *
 * A round trip begins where something is sent to the server by a connection that has not sent anything since the server's
 * last word on it. So a statement that goes out in several packets counts once, and so do commands that go out together;
 * who waits for an answer before the next question pays for both. To connect costs nothing here, to log in does.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Wire {
  #roundTrips = 0;
  #sockets = new Set();
  #server;

  /** Listens on a port of its own, before the server on `target`. */
  static async open(target) {
    const wire = new Wire();
    wire.#server = createServer((client) =>
      wire.#join(client, connect({ port: target, host: '127.0.0.1', noDelay: true })),
    );
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get port() {
    return this.#server.address().port;
  }

  /** How many there are while `work` runs. */
  async countDuring(work) {
    const before = this.#roundTrips;
    await work();
    return this.#roundTrips - before;
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client, server) {
    let isWaiting = false;
    client.setNoDelay(true);
    client.on('data', (bytes) => {
      if (!isWaiting) this.#roundTrips += 1;
      isWaiting = true;
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      isWaiting = false;
      client.write(bytes);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      this.#sockets.add(socket);
      // Either way it is closed, and the other with it: whoever used it notices by itself.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
