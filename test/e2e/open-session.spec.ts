import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  AuthService,
  CsrfService,
  Session,
  SessionNeedsHttpError,
  SessionReadonlyError,
  SessionService,
  SessionStoreUnavailableError,
  type OpenSession,
  type SessionClient,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { platforms, startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { combinations } from '../support/combinations.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { RedisServer } from '../support/servers/redis.js';
import { storedKeys } from '../support/stored-keys.js';

const post = { method: 'POST' };
const agent = { 'user-agent': 'browser of Ada' };
const many = Array.from({ length: 20 }, (_, index) => `key${String(index)}`);

@Controller()
class OpenController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session): object {
    return { data: session.toJSON(), user: this.auth.userId(session) };
  }

  @Post('set')
  @HttpCode(204)
  set(@Session() session: Session, @Body() data: Record<string, unknown>): void {
    session.update(data);
  }

  @Post('login')
  @HttpCode(204)
  async login(@Session() session: Session, @Body() { remember = false }: { remember?: boolean }): Promise<void> {
    await this.auth.login(session, { id: 'ada' }, { remember });
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
  }

  @Post('regenerate')
  @HttpCode(204)
  async regenerate(@Session() session: Session): Promise<void> {
    await session.regenerate();
  }
}

interface Running extends RunningApp {
  readonly heard: HeardEvents;
  readonly auth: AuthService;
  open(jar: CookieJar | string | undefined, client?: SessionClient): Promise<OpenSession>;
}

let redis: RedisServer;

beforeAll(async () => {
  redis = await RedisServer.start();
});

afterAll(() => redis.stop());

async function within(
  platform: PlatformName,
  session: SessionModuleOptions,
  work: (running: Running) => Promise<void>,
): Promise<void> {
  const heard = new HeardEvents();
  const { observer } = heard;
  const running = await startApp({ platform, controllers: [OpenController], session: { observer, ...session } });
  const sessions = running.app.get(SessionService);
  const auth = running.app.get(AuthService);
  const open: Running['open'] = (jar, client) => sessions.open(typeof jar === 'object' ? jar.header : jar, client);
  try {
    await work({ ...running, heard, auth, open });
  } finally {
    await running.close();
  }
}

async function send(jar: CookieJar, path: string, body: object = {}): Promise<void> {
  const headers = { 'content-type': 'application/json', ...agent };
  const response = await jar.fetch(path, { ...post, headers, body: JSON.stringify(body) });
  expect(response.status).toBe(204);
}

async function loggedIn(running: Running, body: object = {}): Promise<CookieJar> {
  const jar = running.jar();
  await send(jar, '/login', body);
  return jar;
}

const stores = ['memory', 'redis'] as const;

describe.each(combinations({ platform: platforms, store: stores }))('a session without a response: %j', (where) => {
  const go = (work: (running: Running) => Promise<void>, more: SessionModuleOptions = {}): Promise<void> =>
    within(
      where.platform,
      where.store === 'redis' ? { type: 'redis', redis: { url: redis.url }, ...more } : { type: 'memory', ...more },
      work,
    );

  it('is what requests of the client read and write', () =>
    go(async (running) => {
      const jar = await loggedIn(running);
      await send(jar, '/set', { cart: 1 });
      const open = await running.open(jar);
      expect([open.userId, open.session.get('cart')]).toEqual(['ada', 1]);
      open.session.set('seen', true);
      await open.commit();
      expect(await jar.json('/read')).toEqual({ data: { cart: 1, seen: true }, user: 'ada' });
    }));

  it('loses nothing beside requests that change the same session', () =>
    go(async (running) => {
      const jar = await loggedIn(running);
      const opened = await Promise.all(many.map(() => running.open(jar)));
      const ofSockets = opened.map(async (open, index) => {
        open.session.set(`socket${String(index)}`, true);
        open.session.mutate('n', (n) => Number(n ?? 0) + 1);
        await open.commit();
      });
      await Promise.all([...ofSockets, ...many.map((key) => send(jar.copy(), '/set', { [key]: true }))]);
      const { data } = (await jar.json('/read')) as { data: Record<string, unknown> };
      expect(Object.keys(data)).toHaveLength(2 * many.length + 1);
      expect(data['n']).toBe(many.length);
    }));

  it('notices a logout by HTTP when it is read again, and does not revive the session', () =>
    go(async (running) => {
      const jar = await loggedIn(running);
      const [late, open] = [await running.open(jar), await running.open(jar)];
      await send(jar, '/logout');
      expect(await open.reload()).toBe(false);
      expect([open.userId, open.session.isNew]).toEqual([null, true]);
      late.session.set('late', true);
      await late.commit();
      expect(running.heard.of('lateWrite')).toHaveLength(1);
      expect((await running.open(jar)).session.isNew).toBe(true);
      if (where.store === 'memory') expect(await storedKeys(running.app)).toEqual([]);
    }));

  it('ends, with its login, for requests as well', () =>
    go(async (running) => {
      const [one, two] = [await loggedIn(running), await loggedIn(running)];
      await (await running.open(one)).end();
      await running.auth.logout((await running.open(two)).session);
      expect(await one.json('/read')).toEqual({ data: {}, user: null });
      expect(await two.json('/read')).toEqual({ data: {}, user: null });
      expect(running.heard.of('logout')).toHaveLength(1);
    }));

  it('sees a logout of all users when it is read again', () =>
    go(async (running) => {
      const open = await running.open(await loggedIn(running));
      await running.auth.logoutAllUsers();
      expect(await open.reload()).toBe(false);
    }));

  it('refuses what would need a cookie, and leaves the session as it was', () =>
    go(async (running) => {
      const jar = await loggedIn(running);
      const { auth } = running;
      const open = await running.open(jar);
      for (const attempt of [
        () => open.session.regenerate(),
        () => auth.login(open.session, { id: 'bob' }),
        () => auth.login(open.session, { id: 'ada' }),
        () => auth.confirm(open.session),
      ]) {
        await expect(attempt()).rejects.toThrow(SessionNeedsHttpError);
        await expect(attempt()).rejects.toThrow(/HTTP/);
      }
      expect(await jar.json('/read')).toEqual({ data: {}, user: 'ada' });
      expect(running.heard.of('login')).toHaveLength(1);
    }));

  it('cannot begin for a client without one, whose cookie nobody would get', () =>
    go(async (running) => {
      for (const cookie of [undefined, 'session=forged', running.jar()]) {
        const open = await running.open(cookie);
        expect([open.session.isNew, open.userId]).toEqual([true, null]);
        await open.commit();
        open.session.set('cart', 1);
        await expect(open.commit()).rejects.toThrow(SessionNeedsHttpError);
        await expect(open.session.commit()).rejects.toThrow(SessionNeedsHttpError);
        expect(() => running.app.get(CsrfService).token(open.session)).toThrow(SessionNeedsHttpError);
      }
      expect(running.heard.of('created')).toEqual([]);
    }));

  it('cannot begin again once it has ended', () =>
    go(async (running) => {
      const open = await running.open(await loggedIn(running));
      await open.end();
      open.session.set('cart', 1);
      await expect(open.commit()).rejects.toThrow(SessionNeedsHttpError);
      expect(running.heard.of('created')).toHaveLength(1);
    }));

  it('leaves a rotation that is due to the next request', () => {
    let time = Date.now();
    return go(
      async (running) => {
        const jar = await loggedIn(running);
        const before = jar.header;
        time += 61_000;
        const open = await running.open(jar);
        open.session.set('seen', 1);
        await open.commit();
        expect(running.heard.of('rotated')).toEqual([]);
        expect(await jar.json('/read')).toEqual({ data: { seen: 1 }, user: 'ada' });
        expect(running.heard.of('rotated')).toHaveLength(1);
        expect(jar.header).not.toBe(before);
        expect((await running.open(before)).userId).toBe('ada');
      },
      { rotateEvery: '1m', clock: () => time },
    );
  });

  it('is the live one of several cookies of the name, whichever comes first', () =>
    go(async (running) => {
      const [ended, live] = [await loggedIn(running), await loggedIn(running)];
      await send(ended.copy(), '/logout');
      const cookies = [ended.header, 'session=forged', live.header];
      for (const header of [cookies.join('; '), cookies.reverse().join('; ')]) {
        expect((await running.open(header)).userId).toBe('ada');
      }
    }));

  it('does not follow a new id that only the new cookie of the client leads to', () =>
    go(async (running) => {
      const jar = await loggedIn(running);
      const open = await running.open(jar);
      await send(jar, '/regenerate');
      expect(await open.reload()).toBe(false);
      expect((await running.open(jar)).userId).toBe('ada');
    }));
});

describe.each(platforms)('a session without a response, on %s', (platform) => {
  it('is opened by the upgrade request of a socket', () =>
    within(platform, {}, async (running) => {
      const server = running.app.getHttpServer() as Server;
      server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
        void running.open(request.headers.cookie).then(
          ({ userId }) =>
            socket.end(
              `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nX-User: ${String(userId)}\r\n\r\n`,
              () => socket.destroy(),
            ),
          (error: unknown) => socket.destroy(error as Error),
        );
      });
      const jar = await loggedIn(running);
      for (const [cookie, user] of [
        [jar.header, 'ada'],
        ['', 'null'],
      ] as const) {
        const headers = { connection: 'Upgrade', upgrade: 'websocket', cookie };
        const sent = httpRequest(`${running.url}/socket`, { headers }).end();
        const [response, socket] = (await once(sent, 'upgrade')) as [IncomingMessage, Duplex];
        socket.destroy();
        expect(response.headers['x-user']).toBe(user);
      }
    }));

  it('is a snapshot where sessions are in cookies, and says why it cannot be changed', () =>
    within(platform, { type: 'cookie', sealed: { revocations: 'memory' } }, async (running) => {
      const jar = await loggedIn(running);
      await send(jar, '/set', { cart: 1 });
      const open = await running.open(jar);
      expect([open.userId, open.session.get('cart')]).toEqual(['ada', 1]);
      expect(() => open.session.set('cart', 2)).toThrow(SessionReadonlyError);
      expect(() => open.session.set('cart', 2)).toThrow(/cookie.*HTTP/);
      await open.commit();
      await open.end();
      expect(await jar.json('/read')).toEqual({ data: {}, user: null });
    }));

  it('cannot end a session in a cookie if ends are not noted', () =>
    within(platform, { type: 'cookie' }, async (running) => {
      const jar = await loggedIn(running);
      await expect((await running.open(jar)).end()).rejects.toThrow(SessionNeedsHttpError);
      expect(await jar.json('/read')).toEqual({ data: {}, user: 'ada' });
    }));

  it('is inspected as in a request: another client ends it with strong protection', () =>
    within(platform, { protection: { mode: 'strong' } }, async (running) => {
      const jar = await loggedIn(running);
      await expect(running.open(jar)).rejects.toThrow(/client.*open/);
      expect((await running.open(jar, { userAgent: agent['user-agent'] })).userId).toBe('ada');
      expect((await running.open(jar, { userAgent: 'a thief' })).userId).toBeNull();
      expect(running.heard.of('protected')).toEqual([expect.objectContaining({ protection: 'strong', userId: 'ada' })]);
      expect(await jar.json('/read', { headers: agent })).toEqual({ data: {}, user: null });
    }));

  it('is fresh only if its client is the one that logged in', () =>
    within(platform, { protection: { mode: 'basic' } }, async (running) => {
      const jar = await loggedIn(running);
      const isFresh = async (client?: SessionClient): Promise<boolean> =>
        running.auth.isFresh((await running.open(jar, client)).session, { id: 'ada' });
      expect(await isFresh()).toBe(false);
      expect(await isFresh({ userAgent: agent['user-agent'] })).toBe(true);
      expect(await isFresh({ userAgent: 'a thief' })).toBe(false);
    }));

  it('is fresh without a client if nothing compares clients', () =>
    within(platform, { protection: { mode: null } }, async (running) => {
      const { session } = await running.open(await loggedIn(running));
      expect(await running.auth.isFresh(session, { id: 'ada' })).toBe(true);
    }));

  it('ends the remembered login of the device with a logout', () =>
    within(platform, {}, async (running) => {
      const jar = await loggedIn(running, { remember: true });
      await running.auth.logout((await running.open(jar)).session);
      expect(await jar.json('/read')).toEqual({ data: {}, user: null });
    }));

  it('fails, or is empty, as a request would while the store is away', async () => {
    const store = new FailingStore();
    await within(platform, { store }, async (running) => {
      const jar = await loggedIn(running);
      store.fail();
      await expect(running.open(jar)).rejects.toThrow(SessionStoreUnavailableError);
      expect(running.heard.of('storeError')).toHaveLength(1);
    });
    const other = new FailingStore();
    await within(platform, { store: other, onStoreError: 'anonymous' }, async (running) => {
      const jar = await loggedIn(running);
      other.fail();
      const open = await running.open(jar);
      expect([open.session.isNew, open.userId]).toEqual([true, null]);
      expect(() => open.session.set('cart', 1)).toThrow(SessionStoreUnavailableError);
      await open.commit();
    });
  });
});
