import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { RedisStore as ConnectRedisStore } from 'connect-redis';
import express, { type ErrorRequestHandler } from 'express';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import passport from 'passport';
import { createClient } from 'redis';
import { Strategy } from 'passport-local';
import session, { type SessionOptions } from 'nestjs-session-auth/express';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { FailingStore } from '../../support/failing-store.js';
import { CookieJar } from '../../support/jar.js';
import { RedisServer } from '../../support/servers/redis.js';
import type { Request } from './drop-in-server.js';

const quiet = { secret: 'keyboard cat', resave: false, saveUninitialized: false };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listen(app: express.Express): Promise<CookieJar> {
  const server: Server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return new CookieJar(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
}

/** The declarations of express-session, which other tests bring along, know other data. */
function hit(req: express.Request): number {
  const { session } = req as Pick<Request, 'session'>;
  return (session.hits = (session.hits ?? 0) + 1);
}

const login = { method: 'POST', headers: { 'content-type': 'application/json' } };
const stores: [string, () => SessionOptions['store']][] = [
  ['its own memory store', () => undefined],
  ['a store of this package', () => new MemoryStore()],
];

describe.each(stores)('an Express application with Passport, over %s', (_name, makeStore) => {
  async function start(): Promise<CookieJar> {
    const { Passport } = passport as typeof passport & { Passport: new () => typeof passport };
    const authenticator = new Passport();
    authenticator.use(
      new Strategy((username, password, done) => done(null, password === 'right' ? { id: username } : false)),
    );
    authenticator.serializeUser<string>((user, done) => done(null, (user as { id: string }).id));
    authenticator.deserializeUser<string>((id, done) => done(null, { id }));
    const app = express();
    app.use(express.json());
    app.use(session({ ...quiet, store: makeStore() }));
    app.use(authenticator.session() as express.RequestHandler);
    app.post(
      '/login',
      authenticator.authenticate('local') as express.RequestHandler,
      (req, res) => void res.json(req.user),
    );
    app.post('/logout', (req, res, next) => req.logout((error) => (error ? next(error) : res.end())));
    app.get('/me', (req, res) => void res.json(req.user ?? null));
    app.get('/hits', (req, res) => {
      res.json(hit(req));
    });
    return listen(app);
  }

  it('logs in, under another id, stays logged in, and logs out', async () => {
    const jar = await start();
    expect(await jar.json('/hits')).toBe(1);
    const before = jar.get('connect.sid');
    const refused = await jar.fetch('/login', { ...login, body: '{"username":"ada","password":"wrong"}' });
    expect([refused.status, await jar.json('/me')]).toEqual([401, null]);
    const answer = await jar.json('/login', { ...login, body: '{"username":"ada","password":"right"}' });
    expect([answer, await jar.json('/me')]).toEqual([{ id: 'ada' }, { id: 'ada' }]);
    expect(jar.get('connect.sid')).not.toBe(before);
    expect(await jar.json('/hits')).toBe(1);
    const thief = jar.copy();
    await jar.fetch('/logout', { method: 'POST' });
    expect([await jar.json('/me'), await thief.json('/me')]).toEqual([null, null]);
  });
});

describe('an Express application', () => {
  it('works with connect-redis', async () => {
    const redis = await RedisServer.start();
    closing.push(() => redis.stop());
    const client = createClient({ url: redis.url });
    await client.connect();
    closing.push(() => Promise.resolve(client.destroy()));
    const app = express();
    const store = new ConnectRedisStore({ client });
    app.use(session({ ...quiet, store, cookie: { maxAge: 60_000 } }));
    app.get('/hits', (req, res) => {
      res.json(hit(req));
    });
    app.get('/end', (req, res) => req.session.destroy(() => res.json(typeof req.session)));
    app.get('/again', (req, res, next) => {
      req.session.regenerate((error) => (error ? next(error) : res.json(Object.keys(req.session))));
    });
    const jar = await listen(app);
    expect([await jar.json('/hits'), await jar.json('/hits')]).toEqual([1, 2]);
    expect(await client.keys('sess:*')).toHaveLength(1);
    expect([await jar.json('/again'), await jar.json('/hits')]).toEqual([['cookie'], 1]);
    expect(await jar.json('/end')).toBe('undefined');
    expect(await client.keys('sess:*')).toEqual([]);
  });

  it('answers 503 by its own error handler where a store of this package is away', async () => {
    const store = new FailingStore();
    const app = express();
    app.use(session({ ...quiet, store }));
    app.get('/hits', (req, res) => {
      hit(req);
      store.fail();
      res.json({ sent: false });
    });
    const onError: ErrorRequestHandler = (error: { status: number; code: string }, _req, res, _next) => {
      res.status(error.status).json({ code: error.code });
    };
    app.use(onError);
    const answer = await (await listen(app)).fetch('/hits');
    expect([answer.status, await answer.json()]).toEqual([503, { code: 'SESSION_STORE_UNAVAILABLE' }]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('may be mounted in another one: the session is that of the outer', async () => {
    const [outer, inner] = [express(), express()];
    outer.use(session(quiet));
    inner.use(session({ ...quiet, name: 'inner' }));
    inner.get('/hits', (req, res) => {
      res.json(hit(req));
    });
    outer.use('/inner', inner);
    const jar = await listen(outer);
    expect([await jar.json('/inner/hits'), await jar.json('/inner/hits')]).toEqual([1, 2]);
    expect(jar.get('inner')).toBeUndefined();
  });
});

@Controller()
class HitsController {
  @Get('hits')
  hits(@Req() req: express.Request): { hits: number } {
    return { hits: hit(req) };
  }

  @Post('end')
  async end(@Req() req: express.Request): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      req.session.destroy((error: unknown) => (error instanceof Error ? reject(error) : resolve()));
    });
  }
}

@Module({ controllers: [HitsController] })
class HitsModule {}

describe.each(stores)('a Nest application on Express, over %s', (_name, makeStore) => {
  async function start(store = makeStore()): Promise<CookieJar> {
    const app = await NestFactory.create<NestExpressApplication>(HitsModule, { logger: false });
    app.use(session({ ...quiet, store }));
    await app.listen(0, '127.0.0.1');
    closing.push(() => app.close());
    return new CookieJar(await app.getUrl());
  }

  it('has the session in its handlers', async () => {
    const jar = await start();
    expect([await jar.json('/hits'), await jar.json('/hits')]).toEqual([{ hits: 1 }, { hits: 2 }]);
    expect((await jar.fetch('/end', { method: 'POST' })).status).toBe(201);
    expect(await jar.json('/hits')).toEqual({ hits: 1 });
  });

  it('answers 503 where a store of this package is away', async () => {
    const store = new FailingStore();
    const jar = await start(store);
    await jar.fetch('/hits');
    store.fail();
    expect((await jar.fetch('/hits')).status).toBe(503);
    store.recover();
    expect(await jar.json('/hits')).toEqual({ hits: 2 });
  });
});
