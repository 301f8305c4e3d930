import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { SessionRuntime } from '../../../lib/http/session-runtime.js';
import type { RunningApp } from '../../support/app.js';
import type { CookieJar } from '../../support/jar.js';
import { until } from '../../support/until.js';
import {
  connect,
  connectAs,
  post,
  Refused,
  socketServers,
  startSockets,
  users,
  type ConnectOptions,
  type SocketClient,
} from './sockets-app.js';

describe.each(socketServers)('gateways with $library on $platform', (server) => {
  let running: RunningApp;
  const clients: SocketClient[] = [];

  beforeEach(async () => {
    running = await startSockets(server);
    users.clear();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await running.close();
  });

  async function loggedIn(path = '/login'): Promise<CookieJar> {
    const jar = running.jar();
    await jar.fetch(path, post);
    return jar;
  }

  async function open(place: string, options: ConnectOptions = {}): Promise<SocketClient> {
    const client = await connect(server, running, place, options);
    clients.push(client);
    return client;
  }

  async function openAs(place: string, jar: CookieJar): Promise<SocketClient> {
    return open(place, { cookie: jar.header });
  }

  async function refusal(place: string, options: ConnectOptions = {}): Promise<Record<string, unknown>> {
    const error: unknown = await open(place, options).catch((reason: unknown) => reason);
    if (!(error instanceof Refused)) throw new Error('The connection was not refused.', { cause: error });
    return error.said;
  }

  describe('at the connection', () => {
    it('a guard of the class refuses a client without a session, and says why', async () => {
      expect(await refusal('members')).toMatchObject({ statusCode: 401, code: 'UNAUTHENTICATED' });
    });

    it('refuses a forged and an ended cookie', async () => {
      const jar = await loggedIn();
      const forged = jar.header.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
      expect(await refusal('members', { cookie: forged })).toMatchObject({ code: 'UNAUTHENTICATED' });
      const { header: cookie } = jar;
      await jar.fetch('/logout', post);
      expect(await refusal('members', { cookie })).toMatchObject({ code: 'UNAUTHENTICATED' });
    });

    it('accepts a login, and knows it in handlers', async () => {
      const client = await openAs('members', await loggedIn());
      expect(await client.ask('who')).toEqual({ id: 'ann', isNew: false, count: null });
      const other = await openAs('members', await loggedIn('/login/bob'));
      expect(await other.ask('who')).toMatchObject({ id: 'bob' });
      expect(await client.ask('who')).toMatchObject({ id: 'ann' });
    });

    it('applies the roles of the class', async () => {
      users.set('ann', { id: 'ann', roles: [] }).set('bob', { id: 'bob', roles: ['admin'] });
      const [ann, bob] = [await loggedIn(), await loggedIn('/login/bob')];
      expect(await refusal('administrators', { cookie: ann.header })).toMatchObject({
        statusCode: 403,
        code: 'FORBIDDEN',
      });
      expect(await (await openAs('administrators', bob)).ask('who')).toMatchObject({ id: 'bob' });
    });

    it('gives handlers the session and the user of the request context', async () => {
      await running.close();
      running = await startSockets(server, { session: { requestContext: true } });
      const client = await openAs('open', await loggedIn());
      expect(await client.ask('current')).toEqual({ id: 'ann', count: 1 });
      expect(await client.ask('current')).toEqual({ id: 'ann', count: 2 });
      const other = await openAs('open', await loggedIn('/login/bob'));
      expect(await other.ask('current')).toEqual({ id: 'bob', count: 1 });
    });

    it('accepts anybody at a gateway without a guard', async () => {
      expect(await (await open('open')).ask('who')).toEqual({ id: null, isNew: true, count: null });
    });

    it.each(['https://evil.example', 'null'])(
      'refuses pages of the origin %s, whoever is logged in',
      async (origin) => {
        const { header: cookie } = await loggedIn();
        for (const place of ['members', 'open']) {
          expect(await refusal(place, { cookie, origin })).toMatchObject({ statusCode: 403, code: 'FOREIGN_ORIGIN' });
        }
      },
    );

    it('accepts pages of its own origin, and of any origin where nobody is logged in and the gateway is open', async () => {
      const { header: cookie } = await loggedIn();
      await open('members', { cookie, origin: running.url });
      await open('open', { origin: 'https://elsewhere.example' });
      expect(await refusal('members', { origin: 'https://elsewhere.example' })).toMatchObject({
        code: 'FOREIGN_ORIGIN',
      });
    });
  });

  describe('in handlers of messages', () => {
    it('saves changes after the handler, merged with those of requests', async () => {
      const jar = await loggedIn();
      const client = await openAs('members', jar);
      const both = Array.from({ length: 8 }, () => [client.ask('count'), jar.fetch('/count', post)]);
      await Promise.all(both.flat());
      expect(await client.ask('who')).toMatchObject({ count: 16 });
    });

    it('has saved a change when the reply arrives', async () => {
      const jar = await loggedIn();
      const client = await openAs('members', jar);
      expect(await client.ask('count')).toBe(1);
      expect(await jar.json('/count', post)).toEqual({ count: 2 });
    });

    it('saves what a handler changes that returns an Observable', async () => {
      const client = await openAs('members', await loggedIn());
      expect([await client.ask('stream'), await client.next(), await client.next()]).toEqual([
        'first',
        { event: 'reply', data: 'second' },
        { event: 'reply', data: 'third' },
      ]);
    });

    it('saves what a handler changes that fails', async () => {
      const client = await openAs('members', await loggedIn());
      expect(await client.ask('fail')).toMatchObject({ status: 'error', message: 'Internal server error' });
      expect(await client.ask('who')).toMatchObject({ count: 1 });
    });

    it('refuses by a guard of the method with a code, and keeps the connection', async () => {
      const client = await open('open');
      expect(await client.ask('secret')).toMatchObject({ status: 'error', code: 'UNAUTHENTICATED' });
      const member = await openAs('members', await loggedIn());
      expect(await member.ask('administration')).toMatchObject({ status: 'error', code: 'FORBIDDEN' });
      expect(await client.ask('echo', 'still here')).toBe('still here');
      expect(await (await openAs('open', await loggedIn())).ask('secret')).toBe('for ann');
    });

    it.each(['login', 'confirm', 'regenerate'])('cannot %s, and names HTTP', async (what) => {
      const client = await openAs('members', await loggedIn());
      expect(await client.ask('impossible', what)).toContain('HTTP');
    });

    it('cannot begin a session', async () => {
      const client = await open('open');
      expect(await client.ask('count')).toMatchObject({ status: 'error' });
      expect(await client.ask('who')).toMatchObject({ isNew: true });
    });

    it('logs out, which closes the socket', async () => {
      const jar = await loggedIn();
      const client = await openAs('members', jar);
      client.send('logout');
      expect(await client.closed).toMatchObject({ code: 4401 });
      expect(await refusal('members', { cookie: jar.header })).toMatchObject({ code: 'UNAUTHENTICATED' });
    });
  });

  it('holds nothing of clients that leave, before the check is done or after it', async () => {
    const jar = await loggedIn();
    const { heldLogins } = running.app.get(SessionRuntime);
    const client = await openAs('members', jar);
    await until('it is held', () => heldLogins.size === 1);
    const { port } = new URL(running.url);
    const early = connectTcp(Number(port), '127.0.0.1');
    await once(early, 'connect');
    early.write(
      `GET /members HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nCookie: ${jar.header}\r\n\r\n`,
    );
    early.destroy();
    await client.close();
    await until('nothing is held', () => heldLogins.size === 0);
    expect(await (await connectAs(server, running, 'members', jar)).close()).toBeUndefined();
  });
});
