import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';

/** Node's own response, HTTP/1 or the compatibility API of HTTP/2, or what an adapter has made to look like one. */
export type RawResponse = ServerResponse | (Http2ServerResponse & Pick<ServerResponse, 'flushHeaders'>);

const needed = ['writeHead', 'write', 'end', 'setHeader', 'getHeader', 'removeHeader', 'once', 'emit'] as const;

/**
 * Whether an answer can be given by it at all. A WebSocket handshake has no response, and middleware is handed `undefined`, an
 * empty object, or something with a few methods in its place.
 */
export function isResponse(value: unknown): value is RawResponse {
  if (typeof value !== 'object' || value === null) return false;
  return needed.every((method) => typeof Reflect.get(value, method) === 'function');
}

/** What an adapter has made may lack either, and its request may be but a few facts. */
interface Connected {
  readonly socket?: unknown;
  readonly req?: { readonly socket?: unknown; readonly httpVersionMajor?: number };
}

export function isHttp2(response: Connected): boolean {
  return response.req?.httpVersionMajor === 2;
}

/**
 * Whether its client is at the other end of a connection. Adapters for functions in a cloud, and test doubles, take the answer
 * out of the response itself.
 */
export function isOnConnection(response: Connected): boolean {
  // One that waits for its turn, behind others on its connection, has no socket yet.
  return isHttp2(response) || (response.socket ?? response.req?.socket) instanceof Socket;
}
