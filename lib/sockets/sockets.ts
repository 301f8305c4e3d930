import type { ExecutionContext, WebSocketAdapter } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { Connection, type ConnectionKit } from './connection.js';
import { ConnectionCheck, type CheckKit } from './connection-check.js';
import { isSamePlace, placeOf, type Gateway } from './gateways.js';
import { socketContext } from './socket-context.js';
import type { Admission, SocketLibrary } from './socket-library.js';
import { isIoServer, socketIoLibrary } from './socket-io-library.js';
import { isWsServer, wsLibrary } from './ws-library.js';

export type SocketsKit = CheckKit & Pick<ConnectionKit, 'errorFor' | 'isUse'>;

/**
 * Puts sessions behind an application's gateways: it learns of their servers and of the handlers of their messages from the adapter
 * that Nest uses, whichever it is.
 */
export class Sockets {
  readonly #connections = new WeakMap<object, Connection>();
  readonly #guarded = new WeakSet<object>();
  readonly #adapters = new WeakSet<WebSocketAdapter>();

  constructor(
    private readonly kit: SocketsKit,
    private readonly gateways: readonly Gateway[],
  ) {}

  /** Call it before Nest connects the gateways. */
  attach(application: Pick<ApplicationConfig, 'setIoAdapter'>): void {
    const set = application.setIoAdapter.bind(application);
    application.setIoAdapter = (adapter) => {
      this.#join(adapter);
      set(adapter);
    };
  }

  #join(adapter: WebSocketAdapter): void {
    if (this.#adapters.has(adapter)) return;
    this.#adapters.add(adapter);
    const create = adapter.create.bind(adapter);
    const bindMessageHandlers = adapter.bindMessageHandlers.bind(adapter);
    adapter.create = (port: number, options?: unknown): unknown => {
      const server: unknown = create(port, options);
      if (typeof server === 'object' && server !== null) this.#guard(server, port, options);
      return server;
    };
    adapter.bindMessageHandlers = (client: object, handlers, transform): unknown => {
      const connection = this.#connections.get(client);
      connection?.open(client);
      const own = handlers.map((handler) => {
        const { callback } = handler;
        if (connection === undefined) return handler;
        // Nest takes the message of an ended socket as one without a reply.
        return {
          ...handler,
          callback: (...args: unknown[]) => connection.handle(client, () => callback(...args)) ?? Promise.resolve(),
        };
      });
      return bindMessageHandlers(client, own, transform);
    };
  }

  #guard(server: object, port: number, options: unknown): void {
    if (this.#guarded.has(server)) return;
    const library = libraryOf(server);
    if (library === null) {
      this.kit.runtime.notices.once(
        'socket-adapter',
        'The WebSocket adapter is neither of socket.io nor of ws, so connections are not checked, and messages have no session: use IoAdapter, WsAdapter, or a subclass of one.',
      );
      return;
    }
    this.#guarded.add(server);
    const place = placeOf(port, options);
    const gateways = this.gateways.filter((gateway) => isSamePlace(gateway.place, place));
    const [first] = gateways;
    // The server of a namespace has one for `/`, which no gateway need use.
    if (first === undefined) return;
    const check = new ConnectionCheck(this.kit, gateways);
    const { runtime, errorFor, isUse } = this.kit;
    const contextOf = (client: object): ExecutionContext => socketContext(client, first.type);
    const kit = { runtime, library, errorFor, isUse, contextOf };
    library.guard(server, {
      check: async (request: IncomingMessage, client): Promise<Admission<Connection>> => {
        const checked = await check.of(request, client, library.isAnsweredByScript(request));
        return 'state' in checked
          ? { connection: new Connection(kit, library.handshakeOf(request), checked.state) }
          : { refusal: checked };
      },
      accepted: (client, connection) => void this.#connections.set(client, connection),
    });
  }
}

function libraryOf(server: object): SocketLibrary | null {
  if (isWsServer(server)) return wsLibrary;
  return isIoServer(server) ? socketIoLibrary : null;
}
