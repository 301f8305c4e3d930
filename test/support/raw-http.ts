import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Header lines as they came. */
  readonly head: string;
  readonly body: string;
}

/** Sends bytes to a server as they are, and reads the one answer until the server ends the connection. */
export async function sendRaw(url: string, request: Buffer | string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
  socket.write(request);
  await once(socket, 'close');
  const [head = '', ...rest] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? Number.NaN);
  return { status, head, body: rest.join('\r\n\r\n') };
}

/** A GET with a Cookie header of any bytes, none of which is checked on the way out. */
export function getWithCookie(path: string, cookie: Buffer | string): Buffer {
  return Buffer.concat([
    Buffer.from(`GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nCookie: `),
    Buffer.from(cookie),
    Buffer.from('\r\n\r\n'),
  ]);
}

/** Sends `count` GETs over one connection without waiting for each answer, and gives the statuses. */
export async function pipeline(url: string, path: string, count: number): Promise<number[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const last = `GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`.repeat(count - 1) + last);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  await once(socket, 'close');
  return Array.from(text.matchAll(/HTTP\/1\.1 (\d{3})/g), ([, status]) => Number(status));
}

/** A request with these headers and no others: Node's `fetch` adds some that say that it is no browser. */
export async function ask(
  url: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<{ readonly status: number | undefined; readonly headers: IncomingHttpHeaders; readonly body: string }> {
  const outgoing = request(url, { method, headers, agent: false }).end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}
