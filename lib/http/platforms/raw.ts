import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

/** Node's own request, HTTP/1 or the compatibility API of HTTP/2. */
export type RawRequest = IncomingMessage | Http2ServerRequest;

/** Puts a server's requests into a context before any other listener gets them. @param server undefined: unknown */
export function enterAtServer(
  server: EventEmitter | undefined,
  context: { enter(request: object, response: unknown): void },
): void {
  server?.prependListener('request', (request: object, response: object) => {
    context.enter(request, response);
  });
}

export function isEncrypted(request: RawRequest): boolean {
  return 'encrypted' in request.socket && request.socket.encrypted;
}

/** The remote address of the connection; empty if it has been closed. */
export function remoteAddress(request: RawRequest): string {
  return request.socket.remoteAddress ?? '';
}

const askedHost = 'believed.invalid';

/**
 * Whether a server that supports proxies would trust a header of this request's sender. It is asked with a header of its own,
 * since its proxy settings (addresses, a count, a function) cannot be read.
 */
export function wouldBelieveSender(request: object): boolean {
  const asked = Object.create(request, { headers: { value: { 'x-forwarded-host': askedHost } } }) as object;
  return Reflect.get(asked, 'hostname') === askedHost;
}
