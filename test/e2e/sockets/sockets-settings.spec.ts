import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  Injectable,
  UseGuards,
  type ExecutionContext,
  type INestApplication,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  CurrentUser,
  Public,
  RequestLoader,
  Session,
  SessionAuthGuard,
  SessionListener,
  type SessionEventOf,
} from 'nestjs-session-auth';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { SessionRuntime } from '../../../lib/http/session-runtime.js';
import { startApp, type AppSetup, type RunningApp } from '../../support/app.js';
import { CapturedLogger } from '../../support/captured-logger.js';
import { FailingStore } from '../../support/failing-store.js';
import { HeldStore } from '../../support/held-store.js';
import type { CookieJar } from '../../support/jar.js';
import { scaled } from '../../support/patience.js';
import { freePort } from '../../support/servers/server-process.js';
import { until } from '../../support/until.js';
import {
  AccountController,
  connect,
  gatewaysOf,
  post,
  Refused,
  startSockets,
  users,
  type ConnectOptions,
  type LibraryName,
  type SocketClient,
} from './sockets-app.js';

const libraries: readonly LibraryName[] = ['ws', 'socket.io'];
const apps: RunningApp[] = [];
const clients: SocketClient[] = [];

beforeEach(() => {
  users.clear();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const running of apps.splice(0)) await running.close();
});

async function loggedIn(running: RunningApp): Promise<CookieJar> {
  const jar = running.jar();
  await jar.fetch('/login', post);
  return jar;
}

describe.each(libraries)('with %s,', (library) => {
  async function start(setup: AppSetup = {}): Promise<RunningApp> {
    const running = await startSockets({ library }, setup);
    apps.push(running);
    return running;
  }

  async function open(
    running: Pick<RunningApp, 'url'>,
    place: string,
    options: ConnectOptions = {},
  ): Promise<SocketClient> {
    const client = await connect({ library }, running, place, options);
    clients.push(client);
    return client;
  }

  async function refusal(running: RunningApp, place: string, options: ConnectOptions = {}): Promise<unknown> {
    const error: unknown = await open(running, place, options).catch((reason: unknown) => reason);
    return error instanceof Refused ? error.said : 'accepted';
  }

  const at = (place: string) => (library === 'ws' ? { path: `/${place}` } : { namespace: place });

  describe('use of the session by messages', () => {
    it.each([
      { countAsUse: false, writes: [0, 0, 0] },
      { countAsUse: true, writes: [1, 1, 2] },
    ])('counts if so set, as rarely as that by requests: %p', async ({ countAsUse, writes }) => {
      let time = Date.now();
      const store = new FailingStore();
      const running = await start({
        session: { store, clock: () => time, idleTimeout: '20m', sockets: { countAsUse } },
      });
      const { header: cookie } = await loggedIn(running);
      const [one, other] = [await open(running, 'members', { cookie }), await open(running, 'members', { cookie })];
      const before = store.calls.write + store.calls.touch;
      const counts: number[] = [];
      for (const wait of [120_000, 0, 120_000]) {
        time += wait;
        for (const client of [one, one, other, other]) await client.ask('who');
        counts.push(store.calls.write + store.calls.touch - before);
      }
      expect(counts).toEqual(writes);
    });

    it('reads the store once for each message that needs the session, and never for others', async () => {
      const store = new FailingStore();
      const running = await start({ session: { store } });
      const { header: cookie } = await loggedIn(running);
      const client = await open(running, 'open', { cookie });
      await client.ask('who');
      const before = { ...store.calls };
      await client.ask('who');
      expect(store.calls).toEqual({ ...before, read: before.read + 1 });
      await client.ask('echo', 1);
      expect(store.calls).toEqual({ ...before, read: before.read + 1 });
    });

    it('does not extend the cookie, so the client is told before that ends, and renews it by a request', async () => {
      const running = await start({
        session: { permanent: true, idleTimeout: `${String(scaled(400))}ms`, sockets: { countAsUse: true } },
      });
      const jar = await loggedIn(running);
      const client = await open(running, 'members', { cookie: jar.header });
      expect(await client.next()).toEqual({ event: 'session-expiring', data: { expiresAt: expect.any(Number) } });
      await client.ask('who');
      const response = await jar.fetch('/count', post);
      // Within a second of the former one, it has the same value.
      expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^session=/)]);
    });
  });

  describe('sessions in cookies', () => {
    it('can be read in handlers, and not be changed', async () => {
      const logger = new CapturedLogger();
      const running = await start({ session: { type: 'cookie' }, logger });
      const { header: cookie } = await loggedIn(running);
      const client = await open(running, 'members', { cookie });
      expect(await client.ask('who')).toMatchObject({ id: 'ann' });
      expect(await client.ask('count')).toMatchObject({ status: 'error' });
      expect(await client.ask('who')).toMatchObject({ count: null });
      expect(logger.at('error').join()).toContain('only the response of an HTTP request can replace');
      expect(logger.at('warn').join()).toContain('SESSION_SEALED_REVOCATIONS');
    });

    it('close their sockets when they expire', async () => {
      const running = await start({ session: { type: 'cookie', idleTimeout: `${String(scaled(400))}ms` } });
      const { header: cookie } = await loggedIn(running);
      const client = await open(running, 'members', { cookie });
      expect(await client.closed).toMatchObject({ code: 4401 });
    });

    it('close their sockets by a logout, if their ends are noted or it is in this process', async () => {
      for (const revocations of ['memory', null] as const) {
        const running = await start({ session: { type: 'cookie', sealed: { revocations } } });
        const jar = await loggedIn(running);
        const client = await open(running, 'members', { cookie: jar.header });
        await jar.fetch('/logout', post);
        expect(await client.closed).toMatchObject({ code: 4401 });
      }
    });
  });

  describe('guards', () => {
    it('of gateways that share a place all have to admit a client', async () => {
      @WebSocketGateway(at('shared'))
      class OpenGateway {}
      @WebSocketGateway(at('shared'))
      @UseGuards(SessionAuthGuard)
      class GuardedGateway {}
      const running = await start({ providers: [OpenGateway, GuardedGateway] });
      expect(await refusal(running, 'shared')).toMatchObject({ code: 'UNAUTHENTICATED' });
      const { header: cookie } = await loggedIn(running);
      expect(await refusal(running, 'shared', { cookie })).toBe('accepted');
    });

    it('of the whole application admit to a gateway, unless it is public', async () => {
      @WebSocketGateway(at('private'))
      class PrivateGateway {}
      @WebSocketGateway(at('public'))
      @Public()
      class PublicGateway {}
      const guard = { provide: APP_GUARD, useExisting: SessionAuthGuard };
      const running = await start({ providers: [PrivateGateway, PublicGateway, guard] });
      expect(await refusal(running, 'private')).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await refusal(running, 'public')).toBe('accepted');
    });

    it('of the application’s own decide, and get the gateway in their context', async () => {
      const seen: unknown[] = [];
      @Injectable()
      class OwnGuard extends SessionAuthGuard {
        override async canActivate(context: ExecutionContext): Promise<boolean> {
          seen.push([context.getType(), context.getClass().name, context.getHandler().name]);
          await super.canActivate(context);
          return false;
        }
      }
      @WebSocketGateway(at('own'))
      @UseGuards(OwnGuard)
      class OwnGateway {
        handleConnection(): void {
          seen.push('connected');
        }
      }
      const running = await start({ providers: [OwnGateway] });
      const { header: cookie } = await loggedIn(running);
      expect(await refusal(running, 'own', { cookie })).toMatchObject({ statusCode: 403, code: 'FORBIDDEN' });
      expect(seen).toEqual([['ws', 'OwnGateway', 'handleConnection']]);
    });

    it('of a handler apply to one that overrides it', async () => {
      class Base {
        @SubscribeMessage('secret')
        @UseGuards(SessionAuthGuard)
        secret() {
          return { event: 'reply', data: 'secret' };
        }
      }
      @WebSocketGateway(at('overriding'))
      class OverridingGateway extends Base {
        @SubscribeMessage('secret')
        override secret() {
          return { event: 'reply', data: 'still secret' };
        }
      }
      const running = await start({ providers: [OverridingGateway] });
      const client = await open(running, 'overriding');
      expect(await client.ask('secret')).toMatchObject({ code: 'UNAUTHENTICATED' });
    });

    it('admit by a request loader, which gets the handshake', async () => {
      @RequestLoader()
      @Injectable()
      class ApiKeys {
        load({ headers }: { headers: Record<string, unknown> }) {
          return headers['x-api-key'] === 'let me in' ? { id: 'machine' } : null;
        }
      }
      @WebSocketGateway(at('machines'))
      @UseGuards(SessionAuthGuard)
      class MachinesGateway {
        @SubscribeMessage('who')
        who(@CurrentUser('id') id: string) {
          return { event: 'reply', data: id };
        }
      }
      const running = await start({ providers: [ApiKeys, MachinesGateway] });
      expect(await refusal(running, 'machines', { headers: { 'x-api-key': 'guessed' } })).toMatchObject({
        code: 'UNAUTHENTICATED',
      });
      const client = await open(running, 'machines', { headers: { 'x-api-key': 'let me in' } });
      expect(await client.ask('who')).toBe('machine');
    });
  });

  describe('origins', () => {
    const listed = 'https://app.example';

    it.each([
      { sockets: { allowedOrigins: [listed] } },
      { csrf: { trustedOrigins: [listed] } },
      { publicUrl: `${listed}/shop` },
    ])('are accepted that the application names: %p', async (session) => {
      const running = await start({ session });
      const { header: cookie } = await loggedIn(running);
      expect(await refusal(running, 'members', { cookie, origin: listed })).toBe('accepted');
      expect(await refusal(running, 'members', { cookie, origin: `${listed}.evil.example` })).toMatchObject({
        code: 'FOREIGN_ORIGIN',
      });
    });

    it.each(['express', 'fastify'] as const)('are those that a trusted proxy names (%s)', async (platform) => {
      const behind = {
        express: { adapter: new ExpressAdapter() },
        fastify: { adapter: new FastifyAdapter({ trustProxy: 'loopback' }) },
      }[platform];
      const running = await start({
        ...behind,
        prepare: (app: INestApplication) => {
          if (platform === 'express') (app as NestExpressApplication).set('trust proxy', 'loopback');
        },
      });
      const { header: cookie } = await loggedIn(running);
      const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' };
      const origin = 'https://shop.example';
      expect(await refusal(running, 'members', { cookie, origin, headers })).toBe('accepted');
      expect(await refusal(running, 'members', { cookie, origin: 'http://shop.example', headers })).toMatchObject({
        code: 'FOREIGN_ORIGIN',
      });
    });

    it('that are refused are reported, with the address of the client', async () => {
      const heard: unknown[] = [];
      @SessionListener()
      @Injectable()
      class Listener {
        refused(event: SessionEventOf<'refused'>): void {
          heard.push(event);
        }
      }
      @WebSocketGateway(at('members'))
      @UseGuards(SessionAuthGuard)
      class MembersGateway {}
      const running = await start({ providers: [Listener, MembersGateway] });
      await refusal(running, 'members', { origin: 'https://evil.example' });
      await refusal(running, 'members');
      expect(heard).toEqual([
        expect.objectContaining({ reason: 'csrf', address: expect.stringContaining('127.0.0.1') }),
        expect.objectContaining({ reason: 'login', userId: null }),
      ]);
    });
  });

  it('a page of another origin cannot use a login that a request loader finds in a cookie', async () => {
    @RequestLoader()
    @Injectable()
    class Tokens {
      load({ headers }: { headers: Record<string, unknown> }) {
        return headers['cookie'] === 'jwt=for-ann' ? { id: 'ann' } : null;
      }
    }
    const running = await start({ providers: [Tokens, ...gatewaysOf(library)] });
    const cookie = 'jwt=for-ann';
    expect(await refusal(running, 'open', { cookie, origin: 'https://evil.example' })).toMatchObject({
      code: 'FOREIGN_ORIGIN',
    });
    const client = await open(running, 'open', { cookie, origin: running.url });
    expect(await client.ask('secret')).toBe('for ann');
  });

  it('a gateway with a port of its own is checked, too', async () => {
    const port = await freePort();
    @WebSocketGateway(port, at('own'))
    @UseGuards(SessionAuthGuard)
    class PortGateway {
      @SubscribeMessage('who')
      who(@CurrentUser('id') id: string, @Session() session: Session) {
        session.set('seen', true);
        return { event: 'reply', data: id };
      }
    }
    const running = await start({ providers: [PortGateway] });
    const there = { ...running, url: `http://127.0.0.1:${String(port)}` };
    expect(await refusal(there, 'own')).toMatchObject({ code: 'UNAUTHENTICATED' });
    const jar = await loggedIn(running);
    expect(await (await open(there, 'own', { cookie: jar.header })).ask('who')).toBe('ann');
  });

  it('the type of a parameter that is named like its decorator is hidden from pipes', async () => {
    const types: unknown[] = [];
    const pipe: PipeTransform = {
      transform: (value: unknown, { metatype }) => {
        types.push(metatype);
        return value;
      },
    };
    @WebSocketGateway(at('typed'))
    class TypedGateway {
      @SubscribeMessage('typed')
      typed(@Session(pipe) session: Session) {
        return { event: 'reply', data: session.isNew };
      }
    }
    const running = await start({ providers: [TypedGateway] });
    expect(await (await open(running, 'typed')).ask('typed')).toBe(true);
    expect(types).toEqual([Object]);
  });

  it('a client that handleConnection() disconnects at once is not held', async () => {
    @WebSocketGateway(at('closing'))
    class ClosingGateway {
      handleConnection(client: { disconnect?: (isWhole: boolean) => void; terminate?: () => void }): void {
        client.disconnect?.(true);
        client.terminate?.();
      }
      @SubscribeMessage('say')
      say() {
        return { event: 'reply', data: 'said' };
      }
    }
    const running = await start({ providers: [ClosingGateway, ...gatewaysOf(library)] });
    const { header: cookie } = await loggedIn(running);
    await connect({ library }, running, 'closing', { cookie }).then(({ closed }) => closed);
    const client = await open(running, 'members', { cookie });
    await client.ask('who');
    expect(running.app.get(SessionRuntime).heldLogins.size).toBe(1);
  });

  it('an application closes with open sockets', async () => {
    const running = await start();
    const { header: cookie } = await loggedIn(running);
    const client = await open(running, 'members', { cookie });
    await running.app.close();
    await client.closed;
  });

  it('a handler that fails drops its changes if so set', async () => {
    const running = await start({ session: { commitOnError: false } });
    const { header: cookie } = await loggedIn(running);
    const client = await open(running, 'members', { cookie });
    await client.ask('fail');
    expect(await client.ask('who')).toMatchObject({ count: null });
  });

  it.each([
    { onStoreError: 'fail', open: { statusCode: 503, code: 'SERVICE_UNAVAILABLE' } },
    { onStoreError: 'anonymous', open: 'accepted' },
  ] as const)('a store that is down is the reason of a refusal, or nobody is logged in: %p', async (row) => {
    const store = new FailingStore();
    const running = await start({ session: { store, onStoreError: row.onStoreError } });
    const { header: cookie } = await loggedIn(running);
    store.fail();
    expect(await refusal(running, 'open', { cookie })).toEqual(
      row.open === 'accepted' ? row.open : expect.objectContaining(row.open),
    );
    expect(await refusal(running, 'members', { cookie })).not.toBe('accepted');
  });
});

/** The bytes of an upgrade, and of a first message that does not wait for its response. */
function impatient(path: string, cookie: string, message: string): Buffer {
  const text = Buffer.from(message);
  const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
  const head = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...(cookie === '' ? [] : [`Cookie: ${cookie}`]),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), frame]);
}

describe('a message that is sent before the check is done', () => {
  const handled: unknown[] = [];

  @WebSocketGateway({ path: '/impatient' })
  @UseGuards(SessionAuthGuard)
  class WsGateway {
    @SubscribeMessage('say')
    say(@MessageBody() body: unknown, @CurrentUser('id') id: string) {
      handled.push([body, id]);
      return { event: 'reply', data: body };
    }
  }

  beforeEach(() => void handled.splice(0));

  it('waits for it with ws, and is handled after it', async () => {
    const store = new HeldStore();
    const running = await startSockets({ library: 'ws' }, { providers: [WsGateway], session: { store } });
    apps.push(running);
    const { header: cookie } = await loggedIn(running);
    const checkpoint = store.holdNext('read');
    const socket = connectTcp(Number(new URL(running.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.write(impatient('/impatient', cookie, JSON.stringify({ event: 'say', data: 'early' })));
    await checkpoint.reached;
    expect([text, handled]).toEqual(['', []]);
    checkpoint.release();
    await until('it is answered', () => text.includes('early'));
    expect(handled).toEqual([['early', 'ann']]);
    socket.destroy();
  });

  it('is not handled with ws if the connection is refused', async () => {
    const running = await startSockets({ library: 'ws' }, { providers: [WsGateway] });
    apps.push(running);
    const socket = connectTcp(Number(new URL(running.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.write(impatient('/impatient', '', JSON.stringify({ event: 'say', data: 'early' })));
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(handled).toEqual([]);
  });

  it('ends the connection with socket.io', async () => {
    @WebSocketGateway()
    @UseGuards(SessionAuthGuard)
    class IoGateway {
      @SubscribeMessage('say')
      say(@MessageBody() body: unknown) {
        handled.push(body);
      }
    }
    const store = new HeldStore();
    const running = await startSockets({ library: 'socket.io' }, { providers: [IoGateway], session: { store } });
    apps.push(running);
    const { header: cookie } = await loggedIn(running);
    const checkpoint = store.holdNext('read');
    const url = `${running.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url, { headers: { cookie } });
    await once(socket, 'open');
    socket.send('40');
    await checkpoint.reached;
    socket.send('42["say","early"]');
    await once(socket, 'close');
    checkpoint.release();
    expect(handled).toEqual([]);
  });

  it('leaves nothing of a client that has gone in the meantime', async () => {
    const store = new HeldStore();
    const running = await startSockets({ library: 'ws' }, { providers: [WsGateway], session: { store } });
    apps.push(running);
    const { header: cookie } = await loggedIn(running);
    const checkpoint = store.holdNext('read');
    const socket = new WebSocket(`${running.url.replace('http', 'ws')}/impatient`, { headers: { cookie } });
    socket.on('error', () => undefined);
    await checkpoint.reached;
    socket.terminate();
    checkpoint.release();
    const { app } = running;
    const client = await connect({ library: 'ws' }, running, 'impatient', { cookie });
    await client.ask('say', 'later');
    expect(app.get(SessionRuntime).heldLogins.size).toBe(1);
    await client.close();
  });
});

it('a handshake that is not completed leaves no timer', async () => {
  const session = { permanent: true, idleTimeout: '400s', sockets: { countAsUse: true } };
  const running = await startSockets({ library: 'ws' }, { session });
  apps.push(running);
  const { header: cookie } = await loggedIn(running);
  const timers = jest.spyOn(globalThis, 'setTimeout');
  // A minute before the cookie ends.
  const tells = () => timers.mock.calls.filter(([, delay = 0]) => delay > 300_000 && delay <= 340_000).length;
  try {
    const socket = connectTcp(Number(new URL(running.url).port), '127.0.0.1');
    socket.resume();
    const unknownVersion = impatient('/members', cookie, '').toString('latin1').replace('-Version: 13', '-Version: 99');
    socket.write(unknownVersion, 'latin1');
    await once(socket, 'close');
    expect(tells()).toBe(0);
    const client = await connect({ library: 'ws' }, running, 'members', { cookie });
    clients.push(client);
    await client.ask('who');
    expect(tells()).toBe(1);
  } finally {
    timers.mockRestore();
  }
});

it.each(['polling', 'websocket'])('the adapter that Nest uses by default is checked (%s)', async (transport) => {
  @WebSocketGateway({ namespace: 'members' })
  @UseGuards(SessionAuthGuard)
  class MembersGateway {
    @SubscribeMessage('who')
    who(@CurrentUser('id') id: string) {
      return id;
    }
  }
  const running = await startApp({ controllers: [AccountController], providers: [MembersGateway] });
  apps.push(running);
  const { header: cookie } = await loggedIn(running);
  const server = { library: 'socket.io' } as const;
  const transports = [transport];
  await expect(connect(server, running, 'members', { transports })).rejects.toThrow(Refused);
  const client = await connect(server, running, 'members', { cookie, transports });
  clients.push(client);
  expect(await (client.raw as ReturnType<typeof io>).emitWithAck('who')).toBe('ann');
});

/** Connects to a namespace as a page does by scripts and forms alone. @returns the packets of the namespace */
async function connectByPolling(
  { url }: RunningApp,
  { query = '', headers }: { readonly query?: string; readonly headers: Record<string, string> },
): Promise<string> {
  const polled = `${url}/socket.io/?EIO=4&transport=polling${query}`;
  const opened = await (await fetch(polled, { headers })).text();
  // An id may begin with a hyphen; JSONP escapes the quotation marks around it.
  const sid = /"sid\\?":\\?"([\w-]+)/.exec(opened)?.[1] ?? '';
  const packet = '40/members,';
  const isForm = query !== '';
  await fetch(`${polled}&sid=${sid}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'text/plain' },
    body: isForm ? new URLSearchParams({ d: packet }).toString() : packet,
  });
  return (await fetch(`${polled}&sid=${sid}`, { headers })).text();
}

it.each([
  { query: '&j=0', headers: { 'sec-fetch-site': 'cross-site' } },
  { query: '&j=0', headers: { 'sec-fetch-site': 'same-site' } },
  { query: '&j=0', headers: {} },
  { headers: { 'sec-fetch-site': 'cross-site' } },
])('a page of another origin cannot poll with the cookies of a user: %j', async ({ query, headers }) => {
  const running = await startSockets({ library: 'socket.io' });
  apps.push(running);
  const { header: cookie } = await loggedIn(running);
  const sent = { 'user-agent': 'node', cookie };
  const answer = await connectByPolling(running, { ...(query && { query }), headers: { ...sent, ...headers } });
  expect(answer).toContain('FOREIGN_ORIGIN');
  const own = await connectByPolling(running, { headers: { ...sent, 'sec-fetch-site': 'same-origin' } });
  expect(own).toMatch(/40\/members,\{.*sid/);
});

it('a client whose connection socket.io recovers is checked again', async () => {
  @WebSocketGateway({ namespace: 'members', connectionStateRecovery: {} })
  @UseGuards(SessionAuthGuard)
  class MembersGateway {
    @SubscribeMessage('who')
    who(@CurrentUser('id') id: string) {
      return { event: 'reply', data: id };
    }
  }
  const running = await startSockets({ library: 'socket.io' }, { providers: [MembersGateway] });
  apps.push(running);
  const { heldLogins } = running.app.get(SessionRuntime);
  const jar = await loggedIn(running);
  const client = await connect({ library: 'socket.io' }, running, 'members', { cookie: jar.header });
  const socket = client.raw as ReturnType<typeof io>;
  /** Drops the transport, and connects again. @returns why that was refused; null: it was not */
  async function comeBack(meanwhile: () => Promise<unknown>): Promise<unknown> {
    // Only a client that has received something can be recovered.
    expect(await client.ask('who')).toBe('ann');
    socket.io.engine.close();
    await until('the server has noticed', () => heldLogins.size === 0);
    await meanwhile();
    const outcome = new Promise((resolve) => {
      socket.once('connect', () => {
        resolve(null);
      });
      socket.once('connect_error', (error: Error & { data?: unknown }) => {
        resolve(error.data);
      });
    });
    socket.connect();
    return outcome;
  }
  try {
    expect(await comeBack(() => Promise.resolve())).toBeNull();
    expect(socket.recovered).toBe(true);
    expect(await comeBack(() => jar.fetch('/logout', post))).toMatchObject({ code: 'UNAUTHENTICATED' });
  } finally {
    socket.close();
  }
});
