import type { RawResponse } from '../../response/raw-response.js';
import type { RawRequest } from './raw.js';

/** The values that an application has bound to its requests. */
export type Values = Map<symbol, object>;

/** The key on a request for the values bound by the application whose server, or whose routes, it has reached. */
export const ARRIVED_AT = Symbol('nestjs-session-auth application');

/** The differences between the servers that Nest supports. */
export interface Platform {
  /** Makes `request[key]` return `value` for every request of this server, at no cost for requests that do not read it. */
  bind(key: symbol, value: object): void;
  /** Makes `session` of the platform's requests that of Node's, where a middleware has set it; needed if the two differ. */
  exposeSession?(): void;
  /** Makes it cheap to set `request[slot]` on Node's requests later. */
  reserve(slot: symbol): void;
  /** Node's request of a platform's request. */
  rawRequest(request: object): RawRequest;
  /** Node's response of a platform's response; null: there is none, as in a WebSocket handshake. */
  rawResponse(response: unknown): RawResponse | null;
  /** Whether the client uses HTTPS, according to the platform's trust in proxies. */
  isHttps(request: object): boolean;
  /** The client's network address, according to the platform's trust in proxies; empty if unknown. */
  addressOf(request: object): string;
  /** Whether the platform trusts the sender's headers: it is a trusted proxy. */
  trustsSender(request: object): boolean;
  /**
   * Whether an `end` with these arguments, right after `writeHead`, is the platform's own, so that no other code ran in
   * between.
   */
  endsAtOnce(args: readonly unknown[]): boolean;
}
