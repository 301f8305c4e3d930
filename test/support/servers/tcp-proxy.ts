import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and can keep the server's answers to itself, or put them in other words. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private readonly forgotten = new WeakSet<Socket>();
  private isSilent = false;

  private constructor(
    readonly port: number,
    private readonly server: Server,
    private readonly reword: (answer: Buffer) => Buffer,
  ) {}

  static async start(targetPort: number, reword: (answer: Buffer) => Buffer = (answer) => answer): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new TcpProxy(address.port, server, reword);
    server.on('connection', (client) => {
      proxy.join(client, connect(targetPort, '127.0.0.1'));
    });
    return proxy;
  }

  /** From now on what the client sends arrives, and what the server answers does not. */
  swallowAnswers(): void {
    this.isSilent = true;
  }

  /** As a firewall that has forgotten the connections that there are: nothing comes through any more, either way. */
  silence(): void {
    for (const socket of this.sockets) this.forgotten.add(socket);
  }

  /** Cuts all connections; new ones are answered again. */
  cut(): void {
    this.isSilent = false;
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket, upstream: Socket): void {
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (!this.forgotten.has(client)) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!this.isSilent && !this.forgotten.has(client)) client.write(this.reword(chunk));
    });
  }
}
