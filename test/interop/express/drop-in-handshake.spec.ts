import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import session, { MemoryStore as ConnectMemoryStore, type SessionOptions } from 'nestjs-session-auth/express';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { CookieJar } from '../../support/jar.js';
import { until } from '../../support/until.js';
import type { Request } from './drop-in-server.js';

let server: Server;

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

interface Handshakes {
  readonly jar: CookieJar;
  /** Asks for an upgrade, and gives what the server says of the session. */
  upgrade(path?: string): Promise<string>;
}

/** A server whose WebSocket handshakes run the middleware with `response` in place of a response. */
async function start(
  store: SessionOptions['store'],
  response: unknown,
  greet: (req: Request, socket: Socket) => void,
): Promise<Handshakes> {
  const middleware = session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store });
  server = createServer((incoming, res) => {
    const req = incoming as Request;
    middleware(req, res, () => {
      if (req.url === '/end') req.session.destroy(() => res.end('{}'));
      else {
        req.session.hits ??= 41;
        res.end(JSON.stringify(req.session));
      }
    });
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
    middleware(incoming, response as ServerResponse, (error) => {
      if (error !== undefined) socket.destroy();
      else greet(incoming as Request, socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const jar = new CookieJar(origin);
  return {
    jar,
    async upgrade(path = '/socket') {
      const headers = { cookie: jar.header, connection: 'upgrade', upgrade: 'websocket' };
      const outgoing = httpRequest(new URL(path, origin), { headers }).end();
      const [answer] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Socket];
      return String(answer.headers['x-session']);
    },
  };
}

const accept = (socket: Socket, text: string): void => {
  socket.end(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nX-Session: ${text}\r\n\r\n`,
  );
};

const stores: [string, () => SessionOptions['store']][] = [
  ['a store of express-session', () => new ConnectMemoryStore()],
  ['a store of this package', () => new MemoryStore()],
];

describe.each(stores)('a handshake without a response, over %s', (_name, makeStore) => {
  it.each([
    ['an empty object', {}],
    ['nothing', undefined],
    ['null', null],
    ['something with a few methods', { setHeader: () => undefined, getHeader: () => undefined, end: () => undefined }],
  ])('reads the session, where there is %s in its place', async (_what, response) => {
    const { jar, upgrade } = await start(makeStore(), response, (req, socket) => {
      accept(socket, String(req.session.hits));
    });
    await jar.fetch('/');
    expect(await upgrade()).toBe('41');
  });

  it('saves where it is told to', async () => {
    const { jar, upgrade } = await start(makeStore(), {}, (req, socket) => {
      req.session.hits = 42;
      req.session.save((error) => {
        accept(socket, String(error ?? 'saved'));
      });
    });
    await jar.fetch('/');
    expect(await upgrade()).toBe('saved');
    expect(await jar.json('/')).toMatchObject({ hits: 42 });
  });

  it('does not bring back a session that has ended while the connection was open', async () => {
    let open: (() => void) | null = null;
    const { jar, upgrade } = await start(makeStore(), {}, (req, socket) => {
      open = () => {
        req.session.hits = 43;
        req.session.save(() => {
          accept(socket, 'done');
        });
      };
    });
    await jar.fetch('/');
    const former = jar.copy();
    const upgraded = upgrade();
    await until('the connection is open', () => open !== null);
    await jar.fetch('/end');
    (open as (() => void) | null)?.();
    expect(await upgraded).toBe('done');
    expect(await former.json('/')).toMatchObject({ hits: 41 });
  });
});
