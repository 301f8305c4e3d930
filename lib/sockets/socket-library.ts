import type { IncomingMessage } from 'node:http';
import type { RawRequest } from '../http/platforms/raw.js';
import type { ConnectionRefusal } from './refusal.js';

/** The parts of a request that the session of a message needs, and those that a request loader may ask for. */
export type Handshake = Pick<RawRequest, 'method' | 'url' | 'headers' | 'socket'>;

/** What becomes of a handshake. */
export type Admission<Connection> = { readonly refusal: ConnectionRefusal } | { readonly connection: Connection };

/** Where the sockets of a server are checked and known. */
export interface SocketGate<Connection> {
  /** Checks a handshake. Never rejects. @param client that of the library; null: it has none yet. */
  check(request: IncomingMessage, client: object | null): Promise<Admission<Connection>>;
  /** The client of an accepted handshake. */
  accepted(client: object, connection: Connection): void;
}

/** The differences between the libraries under Nest's adapters. */
export interface SocketLibrary {
  /** Checks every connection of a server before it is accepted. */
  guard<Connection>(server: object, gate: SocketGate<Connection>): void;
  /** Whether the response to a handshake is a script, which a page of any origin can load and read. */
  isAnsweredByScript(request: IncomingMessage): boolean;
  /** What is kept of the request: as little as possible, unless the library keeps it anyway. */
  handshakeOf(request: IncomingMessage): Handshake;
  /** Whether the client is gone, or going. */
  isGone(client: object): boolean;
  /** Calls `closed` when the client is gone. */
  onClose(client: object, closed: () => void): void;
  /** Sends an event in the form that Nest uses there. */
  tell(client: object, event: string, data: object): void;
  close(client: object, code: number, reason: string): void;
}
