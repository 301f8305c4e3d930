import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { types } from 'node:util';
import session, { type SessionOptions, type WithSession } from 'nestjs-session-auth/express';

declare module 'nestjs-session-auth/express' {
  interface SessionData {
    user?: string | { name?: string; cookie?: number };
    hits?: number;
    keys?: Record<string, boolean>;
    list?: string[];
  }
}

/** A request as the middleware leaves it. */
export type Request = IncomingMessage & WithSession & { secret?: string; secure?: boolean; originalUrl?: string };
export type Handler = (req: Request, res: ServerResponse) => unknown;

/** A cookie that a response sets. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** By their names in lower case; a flag is ''. */
  readonly attributes: Readonly<Record<string, string>>;
}

export class DropInServer {
  /** What the middleware has passed on. */
  readonly errors: unknown[] = [];
  #waiting: (() => void)[] = [];

  private constructor(
    readonly origin: string,
    private readonly stop: () => Promise<void>,
  ) {}

  /** A server of `node:http` with nothing but the middleware. @param before what other middleware has done first. */
  static async start(
    given: SessionOptions = {},
    handler: Handler = end,
    before: Handler = noop,
  ): Promise<DropInServer> {
    const options = { secret: 'keyboard cat', cookie: { maxAge: 60_000 }, resave: true, saveUninitialized: true };
    const middleware = session({ ...options, ...given });
    return DropInServer.listen((server) => (incoming, res) => {
      const req = incoming as Request;
      before(req, res);
      middleware(req, res, (error) => {
        if (error === undefined) return void handler(req, res);
        server().#note(error);
        if (res.headersSent) return;
        res.statusCode = statusOf(error);
        res.end(types.isNativeError(error) ? error.message : 'no error');
      });
    });
  }

  static async listen(listener: (server: () => DropInServer) => RequestListener): Promise<DropInServer> {
    let started: DropInServer | null = null;
    const server = createServer(
      listener(() => {
        if (started === null) throw new Error('It has not begun.');
        return started;
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('It has no port.');
    started = new DropInServer(`http://127.0.0.1:${String(address.port)}`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return started;
  }

  async get(path = '/', headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return fetch(new URL(path, this.origin), { headers, method, redirect: 'manual' });
  }

  /** With the cookie that a response has set. */
  async again(before: Response, path = '/', method = 'GET'): Promise<Response> {
    return this.get(path, { cookie: cookieHeader(before) }, method);
  }

  /** The next error that the middleware passes on, or one that it has passed on. */
  async error(): Promise<unknown> {
    if (this.errors.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.errors[0];
  }

  async close(): Promise<void> {
    await this.stop();
  }

  #note(error: unknown): void {
    this.errors.push(error);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** What a response sets, the session's cookie first. */
export function setCookies(response: Response): SetCookie[] {
  return response.headers.getSetCookie().map((line) => {
    const [pair = '', ...attributes] = line.split('; ');
    const [name, value] = split(pair);
    const entries = attributes.map(split).map(([key, text]) => [key.toLowerCase(), text] as const);
    return { name, value, attributes: Object.fromEntries(entries) };
  });
}

export function sessionCookie(response: Response, name = 'connect.sid'): SetCookie | undefined {
  return setCookies(response).find((cookie) => cookie.name === name);
}

/** The session id in a cookie. */
export function sidIn(response: Response, name = 'connect.sid'): string {
  const value = decodeURIComponent(sessionCookie(response, name)?.value ?? '');
  return value.slice(2, value.lastIndexOf('.'));
}

export function cookieHeader(response: Response): string {
  return setCookies(response)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
}

export const end: Handler = (_req, res) => res.end();

function noop(): void {}

function split(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function statusOf(error: unknown): number {
  return types.isNativeError(error) && 'status' in error ? Number(error.status) : 500;
}
