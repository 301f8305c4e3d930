import type { RawResponse } from '../../response/raw-response.js';
import type { RawRequest } from './raw.js';

/** The values that an application has bound to its requests. */
export type Values = Map<symbol, object>;

/** The key on a request for the values bound by the application whose server, or whose routes, it has reached. */
export const ARRIVED_AT = Symbol('nestjs-session-auth application');

/** The context of a request, for the code that serves it. */
export interface RequestContext {
  /** From now on, the running code serves this request. */
  enter(request: object, response: unknown): void;
  /** Calls `next` as code that serves this request; at once if the running code already does. */
  run(request: object, response: unknown, next: () => void): void;
}

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
  /**
   * A request of Node that reaches no route, such as a handshake, as routes would get it: with what the platform knows of proxies.
   * Omitted: the platform knows no more than Node.
   */
  unrouted?(request: RawRequest): object;
  /** Remembers the response of every request for {@link responseTo}; needed if requests do not lead to theirs. */
  keepResponses?(): void;
  /** Node's response to a platform's request; null: unknown. */
  responseTo?(request: object): RawResponse | null;
  /** Puts each request into a context, as soon as it arrives. */
  putInContext(context: RequestContext): void;
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
