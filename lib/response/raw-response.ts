import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';

/** Node's own response, HTTP/1 or the compatibility API of HTTP/2, or an adapter's imitation of it. */
export type RawResponse = ServerResponse | (Http2ServerResponse & Pick<ServerResponse, 'flushHeaders'>);

/** An adapter's response may lack either, and its request may be minimal. */
interface Connected {
  readonly socket?: unknown;
  readonly req?: { readonly socket?: unknown; readonly httpVersionMajor?: number };
}

export function isHttp2(response: Connected): boolean {
  return response.req?.httpVersionMajor === 2;
}

/** Whether its client is connected. Adapters for cloud functions and test doubles read the response from the object itself. */
export function isOnConnection(response: Connected): boolean {
  // A pipelined response that is not first on its connection has no socket yet.
  return isHttp2(response) || (response.socket ?? response.req?.socket) instanceof Socket;
}
