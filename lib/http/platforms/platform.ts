import type { RawResponse } from '../../response/raw-response.js';
import type { RawRequest } from './raw.js';

/** What an application has bound to its requests. */
export type Values = Map<symbol, object>;

/** Where a request keeps what the application has bound to whose server it came, or to whose routes. */
export const ARRIVED_AT = Symbol('nestjs-session-auth application');

/** What differs between the servers that Nest runs on. */
export interface Platform {
  /** Makes `request[key]` give `value` for every request of this server, at no cost for one that does not ask. */
  bind(key: symbol, value: object): void;
  /** Lets `session` of the platform's requests be that of Node's, where a middleware has put one; needed where the two differ. */
  exposeSession?(): void;
  /** Makes it cheap to set `request[slot]` of Node's requests later. */
  reserve(slot: symbol): void;
  /** Node's request behind the platform's. */
  rawRequest(request: object): RawRequest;
  /** Node's response behind the platform's; null: there is none, as in a WebSocket handshake. */
  rawResponse(response: unknown): RawResponse | null;
  /** Whether the client speaks HTTPS, as far as the platform's trust in proxies goes. */
  isHttps(request: object): boolean;
  /** The client's network address, as far as the platform's trust in proxies goes; empty where it is not known. */
  addressOf(request: object): string;
  /** Whether the platform believes what the other end of the connection says of the request: it is a proxy that it trusts. */
  trustsSender(request: object): boolean;
  /** Whether an `end` with these arguments, right after `writeHead`, is the platform's own, so that nobody was in between. */
  endsAtOnce(args: readonly unknown[]): boolean;
}
