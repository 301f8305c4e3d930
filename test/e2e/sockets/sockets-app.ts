import { Controller, Injectable, Post, UseGuards, type Type } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthService,
  CurrentUser,
  Fresh,
  Public,
  Roles,
  Session,
  SessionAuthGuard,
  SessionService,
  type SessionUser,
} from 'nestjs-session-auth';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { concat, defer, from, type Observable } from 'rxjs';
import { io, type Socket as IoSocket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { startApp, type AppSetup, type PlatformName, type RunningApp } from '../../support/app.js';
import type { CookieJar } from '../../support/jar.js';
import { until } from '../../support/until.js';

export type LibraryName = 'ws' | 'socket.io';

export const post = { method: 'POST' };

/** Every library, and every platform. */
export const socketServers = [
  { library: 'ws', platform: 'express' },
  { library: 'socket.io', platform: 'express' },
  { library: 'ws', platform: 'fastify' },
  { library: 'socket.io', platform: 'fastify' },
] as const satisfies readonly { library: LibraryName; platform: PlatformName }[];

/** The users that the loader finds. */
export const users = new Map<string, Record<string, unknown>>();

@Controller()
export class AccountController {
  constructor(private readonly auth: AuthService) {}

  @Post('start')
  start(@Session() session: Session) {
    session.set('count', 0);
    return {};
  }

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, { id: 'ann' });
    return {};
  }

  @Post('login/bob')
  async loginBob(@Session() session: Session) {
    await this.auth.login(session, { id: 'bob' });
    return {};
  }

  @Post('confirm')
  async confirm(@Session() session: Session) {
    await this.auth.confirm(session);
    return {};
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }

  @Post('count')
  count(@Session() session: Session) {
    session.mutate('count', (count) => Number(count ?? 0) + 1);
    return { count: session.get('count') };
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }
}

const reply = (data: unknown) => ({ event: 'reply', data });

/** What handlers of messages do with a session. */
@Injectable()
class Handlers {
  constructor(
    protected readonly auth: AuthService,
    private readonly sessions: SessionService,
  ) {}

  @SubscribeMessage('current')
  async current() {
    const [session, user] = [await this.sessions.current(), await this.auth.current()];
    session?.mutate('count', (count) => Number(count ?? 0) + 1);
    const id: unknown = user && Reflect.get(user, 'id');
    return reply({ id, count: session?.get('count') ?? null });
  }

  @SubscribeMessage('who')
  who(@CurrentUser('id') id: string | null, @Session() session: Session) {
    return reply({ id, isNew: session.isNew, count: session.get('count') ?? null });
  }

  @SubscribeMessage('count')
  count(@Session() session: Session) {
    session.mutate('count', (count) => Number(count ?? 0) + 1);
    return reply(session.get('count'));
  }

  @SubscribeMessage('stream')
  stream(@Session() session: Session): Observable<unknown> {
    const step = (name: string) =>
      defer(() => {
        session.set(name, true);
        return from([reply(name)]);
      });
    return concat(step('first'), step('second'), step('third'));
  }

  @SubscribeMessage('fail')
  fail(@Session() session: Session) {
    session.mutate('count', (count) => Number(count ?? 0) + 1);
    throw new Error('the handler failed');
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() body: unknown) {
    return reply(body);
  }

  @SubscribeMessage('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return reply('out');
  }

  @SubscribeMessage('impossible')
  async impossible(@Session() session: Session, @MessageBody() what: string) {
    const ways: Record<string, () => Promise<unknown>> = {
      login: () => this.auth.login(session, { id: 'bob' }),
      confirm: () => this.auth.confirm(session),
      regenerate: () => session.regenerate(),
    };
    try {
      await ways[what]?.();
      return reply('done');
    } catch (error) {
      return reply(error instanceof Error ? error.message : 'no error');
    }
  }
}

/** Gateways at places of their own. */
export function gatewaysOf(library: LibraryName): Type[] {
  const at = (place: string) => (library === 'ws' ? { path: `/${place}` } : { namespace: place });

  @WebSocketGateway(at('open'))
  class OpenGateway extends Handlers {
    @SubscribeMessage('secret')
    @UseGuards(SessionAuthGuard)
    secret(@CurrentUser() user: SessionUser) {
      return reply(`for ${String(Reflect.get(user, 'id'))}`);
    }

    @SubscribeMessage('client')
    client(@ConnectedSocket() client: object) {
      return reply(typeof client);
    }
  }

  @WebSocketGateway(at('members'))
  @UseGuards(SessionAuthGuard)
  class MembersGateway extends Handlers {
    @SubscribeMessage('fresh')
    @Fresh({ within: 60 })
    fresh() {
      return reply('fresh');
    }

    @SubscribeMessage('administration')
    @Roles('admin')
    administration() {
      return reply('for administrators');
    }

    @SubscribeMessage('public')
    @Public()
    forAll() {
      return reply('for all');
    }
  }

  @WebSocketGateway(at('administrators'))
  @Roles('admin')
  class AdministratorsGateway extends Handlers {}
  return [OpenGateway, MembersGateway, AdministratorsGateway];
}

export interface SocketServer {
  readonly library: LibraryName;
  readonly platform?: PlatformName;
}

/** An application with gateways. */
export function startSockets({ library, platform }: SocketServer, setup: AppSetup = {}): Promise<RunningApp> {
  return startApp({
    ...(platform && { platform }),
    ...setup,

    session: { userLoader: (id) => users.get(String(id)) ?? { id }, ...setup.session },
    controllers: [AccountController, ...(setup.controllers ?? [])],
    providers: [...(setup.providers ?? gatewaysOf(library))],
    prepare: async (app) => {
      app.useWebSocketAdapter(library === 'ws' ? new WsAdapter(app) : new IoAdapter(app));
      await setup.prepare?.(app);
    },
  });
}

/** Why a connection was refused. */
export class Refused extends Error {
  constructor(readonly said: Record<string, unknown>) {
    super(JSON.stringify(said));
  }
}

interface Heard {
  readonly event: string;
  readonly data: unknown;
}

/** A client of either library. */
export class SocketClient {
  readonly heard: Heard[] = [];
  isClosed = false;
  #taken = 0;

  constructor(
    readonly raw: WebSocket | IoSocket,
    readonly closed: Promise<{ readonly code: unknown; readonly reason: string }>,
  ) {
    void closed.then(() => (this.isClosed = true));
  }

  send(event: string, data?: unknown): void {
    if (this.raw instanceof WebSocket) this.raw.send(JSON.stringify({ event, data }));
    else this.raw.emit(event, data);
  }

  /** The next event of the server. */
  async next(): Promise<Heard> {
    await until('the server says something', () => this.heard.length > this.#taken);
    return this.heard[this.#taken++] ?? { event: 'nothing', data: null };
  }

  async ask(event: string, data?: unknown): Promise<unknown> {
    this.send(event, data);
    return (await this.next()).data;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.raw.close();
    await this.closed;
  }
}

export interface ConnectOptions {
  readonly cookie?: string;
  readonly origin?: string;
  readonly headers?: Record<string, string>;
  readonly transports?: string[];
}

/** Connects a client. @throws Refused */
export function connect(
  { library }: SocketServer,
  { url }: Pick<RunningApp, 'url'>,
  place: string,
  { cookie, origin, headers, transports }: ConnectOptions = {},
): Promise<SocketClient> {
  // As `fetch()` says: another one would be another client, which takes the freshness of a login.
  const sent = { 'user-agent': 'node', ...(cookie && { cookie }), ...(origin && { origin }), ...headers };
  return library === 'ws'
    ? connectWs(`${url.replace('http', 'ws')}/${place}`, sent)
    : connectIo(`${url}/${place}`, sent, transports);
}

/** The same with the cookies of a browser. */
export function connectAs(
  server: SocketServer,
  running: Pick<RunningApp, 'url'>,
  place: string,
  jar: CookieJar,
): Promise<SocketClient> {
  return connect(server, running, place, { cookie: jar.header });
}

async function connectWs(url: string, headers: Record<string, string>): Promise<SocketClient> {
  const socket = new WebSocket(url, { headers });
  const closed = once(socket, 'close').then(([code, reason]: unknown[]) => ({ code, reason: String(reason) }));
  const client = new SocketClient(socket, closed);
  socket.on('message', (data: Buffer) => void client.heard.push(JSON.parse(data.toString()) as Heard));
  const refused = once(socket, 'unexpected-response').then(async ([, response]) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response as IncomingMessage) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    throw new Refused({ ...(JSON.parse(text) as object), status: (response as IncomingMessage).statusCode });
  });
  await Promise.race([once(socket, 'open'), refused]);
  socket.on('error', () => undefined);
  return client;
}

async function connectIo(
  url: string,
  headers: Record<string, string>,
  transports = ['websocket'],
): Promise<SocketClient> {
  const socket = io(url, { extraHeaders: headers, transports, reconnection: false, forceNew: true });
  const closed = new Promise<{ code: unknown; reason: string }>((resolve) => {
    socket.once('disconnect', (reason) => {
      const said = client.heard.find(({ event }) => event === 'session-ended')?.data as { code?: unknown } | undefined;
      resolve({ code: said?.code, reason });
    });
  });
  const client = new SocketClient(socket, closed);
  socket.onAny((event: string, data: unknown) => void client.heard.push({ event, data }));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error: Error & { data?: Record<string, unknown> }) => {
      socket.close();
      reject(new Refused({ ...error.data, message: error.message }));
    });
  });
  return client;
}
