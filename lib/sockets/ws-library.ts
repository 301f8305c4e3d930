import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionRefusal } from './refusal.js';
import type { SocketGate, SocketLibrary } from './socket-library.js';

type Upgraded = (client: WsClient, request: IncomingMessage) => void;

/** The parts of a server of ws that are used. */
interface WsServer {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, callback: Upgraded): void;
}

/** The parts of a socket of ws that are used. */
interface WsClient {
  readonly readyState: number;
  on(event: 'close', listener: () => void): WsClient;
  on(event: 'exception', listener: (this: WsClient, data: object) => void): WsClient;
  send(text: string): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

const OPEN = 1;
/** How long a client may take to answer a close, in ms: until then it holds a connection. */
const CLOSES_WITHIN = 1_000;

/** Headers that have done their work once the socket is open. */
const ofUpgrade: ReadonlySet<string> = new Set([
  'accept-encoding',
  'cache-control',
  'connection',
  'pragma',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-version',
  'upgrade',
]);

export function isWsServer(server: object): server is WsServer {
  return 'handleUpgrade' in server && typeof server.handleUpgrade === 'function';
}

/** ws, under `WsAdapter`: a connection is refused by a response to its upgrade. */
export const wsLibrary: SocketLibrary = {
  guard<Connection>(server: object, gate: SocketGate<Connection>): void {
    if (!isWsServer(server)) return;
    const upgrade = server.handleUpgrade.bind(server);
    server.handleUpgrade = (request, socket, head, callback) => {
      // Without a listener, the end of a client that does not wait would be an error of the process.
      const ignore = (): void => undefined;
      socket.on('error', ignore);
      void gate.check(request, null).then((admission) => {
        if (socket.destroyed) return;
        if ('refusal' in admission) {
          refuse(socket, admission.refusal);
          return;
        }
        socket.off('error', ignore);
        upgrade(request, socket, head, (client, ...rest) => {
          gate.accepted(client, admission.connection);
          callback(client, ...rest);
        });
      });
    };
  },

  isAnsweredByScript: () => false,

  handshakeOf({ method, url, headers, socket }) {
    const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !ofUpgrade.has(name)));
    return { method, url, headers: kept, socket };
  },

  isGone: (client) => (client as WsClient).readyState > OPEN,

  onClose(client, closed): void {
    (client as WsClient).on('close', closed).on('exception', sendException);
  },

  tell(client, event, data): void {
    send(client as WsClient, event, data);
  },

  close(client, code, reason): void {
    const socket = client as WsClient;
    const late = setTimeout(() => {
      socket.terminate();
    }, CLOSES_WITHIN).unref();
    socket.on('close', () => {
      clearTimeout(late);
    });
    socket.close(code, reason);
  },
};

function send(client: WsClient, event: string, data: object): void {
  if (client.readyState === OPEN) client.send(JSON.stringify({ event, data }));
}

/** Nest 11 emits its errors at the socket itself, as if it were one of socket.io, so that no client of ws would hear of them. */
function sendException(this: WsClient, data: object): void {
  send(this, 'exception', data);
}

/** The upgrade is answered as a request would be. */
function refuse(socket: Duplex, { statusCode, ...said }: ConnectionRefusal): void {
  const error = STATUS_CODES[statusCode] ?? '';
  const body = JSON.stringify({ statusCode, error, ...said });
  const head = [
    `HTTP/1.1 ${String(statusCode)} ${error}`,
    'Connection: close',
    'Cache-Control: no-store',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
