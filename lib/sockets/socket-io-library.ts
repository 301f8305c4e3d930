import type { IncomingMessage } from 'node:http';
import type { SocketGate, SocketLibrary } from './socket-library.js';

/** The parts of a socket of socket.io that are used. */
interface IoSocket {
  readonly request: IncomingMessage;
  readonly connected: boolean;
  on(event: 'disconnect', listener: () => void): unknown;
  emit(event: string, data: object): unknown;
  disconnect(isWhole: boolean): unknown;
}

type Middleware = (socket: IoSocket, next: (error?: Error) => void) => void;

/** A server or a namespace of socket.io, as far as it is used. */
interface IoServer {
  use(middleware: Middleware): unknown;
  /** The options of a server. */
  readonly opts?: IoOptions;
  /** The server of a namespace. */
  readonly server?: { readonly opts?: IoOptions };
}

interface IoOptions {
  readonly connectionStateRecovery?: { skipMiddlewares?: boolean };
}

export function isIoServer(server: object): server is IoServer {
  return 'use' in server && typeof server.use === 'function' && 'emit' in server && typeof server.emit === 'function';
}

/** socket.io, under `IoAdapter`: the client of a refused connection gets `connect_error`, with the reason in `data`. */
export const socketIoLibrary: SocketLibrary = {
  guard<Connection>(server: object, gate: SocketGate<Connection>): void {
    if (!isIoServer(server)) return;
    const recovery = (server.opts ?? server.server?.opts)?.connectionStateRecovery;
    // A client that comes back may have been logged out in the meantime.
    if (recovery !== undefined) recovery.skipMiddlewares = false;
    server.use((socket, next) => {
      void gate.check(socket.request, socket).then((admission) => {
        if ('refusal' in admission) {
          const { message, ...data } = admission.refusal;
          next(Object.assign(new Error(message), { data }));
          return;
        }
        gate.accepted(socket, admission.connection);
        next();
      });
    });
  },

  /** Polling by JSONP: engine.io still answers it, though its clients no longer use it. */
  isAnsweredByScript({ url = '' }) {
    const { searchParams } = new URL(url, 'http://localhost');
    return searchParams.get('transport') !== 'websocket' && searchParams.has('j');
  },

  handshakeOf: (request) => request,

  isGone: (client) => !(client as IoSocket).connected,

  onClose(client, closed): void {
    (client as IoSocket).on('disconnect', closed);
  },

  tell(client, event, data): void {
    (client as IoSocket).emit(event, data);
  },

  close(client): void {
    (client as IoSocket).disconnect(true);
  },
};
