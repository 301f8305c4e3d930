import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** Node's own request, HTTP/1 or the compatibility API of HTTP/2. */
export type RawRequest = IncomingMessage | Http2ServerRequest;
/** Node's own response, HTTP/1 or the compatibility API of HTTP/2. */
export type RawResponse = ServerResponse | (Http2ServerResponse & Pick<ServerResponse, 'flushHeaders'>);

/** What differs between the servers that Nest runs on. */
export interface Platform {
  /** Makes `request[key]` give `value` for every request of this server, at no cost for one that does not ask. */
  bind(key: symbol, value: object): void;
  /** Node's request behind the platform's. */
  rawRequest(request: object): RawRequest;
  /** Node's response behind the platform's. */
  rawResponse(response: object): RawResponse;
  /** Whether the client speaks HTTPS, as far as the platform's trust in proxies goes. */
  isHttps(request: object): boolean;
  /** Whether the head and the end that are being written come from the platform itself, with nothing in between. */
  answersAtOnce(response: object): boolean;
}

export function isEncrypted(request: RawRequest): boolean {
  return 'encrypted' in request.socket && request.socket.encrypted === true;
}
