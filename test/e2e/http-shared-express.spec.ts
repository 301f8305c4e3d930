import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type INestApplication, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express, { type Express } from 'express';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuthService, CurrentUser, Session, SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import { startApp, testSecret } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { CookieJar } from '../support/jar.js';
import { isNest12 } from '../support/nest-version.js';
import { notRun } from '../support/not-run.js';
import { commits } from './http-table.js';

@Controller()
class CountController {
  constructor(private readonly auth: AuthService) {}

  @Get('count')
  count(@Session() session: Session) {
    session.set('n', Number(session.get('n', 0)) + 1);
    return { n: session.get('n') };
  }

  @Get('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 'ada');
    return {};
  }

  @Get('me')
  me(@CurrentUser() user: { id: unknown } | null) {
    return { user: user?.id ?? null };
  }
}

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listen(instance: Express): Promise<CookieJar> {
  const server: Server = createServer(instance).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return new CookieJar(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
}

/** An application with sessions among others on an instance of Express, under a prefix of its own. */
async function tenant(
  instance: Express | FastifyAdapter,
  prefix: string,
  session: SessionModuleOptions,
  logger: LoggerService | false = false,
): Promise<INestApplication> {
  @Module({
    imports: [
      SessionModule.forRoot({
        secretKey: testSecret,
        type: 'memory',
        userLoader: (id: unknown) => ({ id }),
        ...session,
      }),
    ],
    controllers: [CountController],
  })
  class TenantModule {}

  const isFastify = instance instanceof FastifyAdapter;
  const adapter = isFastify ? instance : new ExpressAdapter(instance);
  const app = await NestFactory.create(TenantModule, adapter, { logger, abortOnError: false });
  // A context of Fastify brings its prefix along.
  if (!isFastify) app.setGlobalPrefix(prefix);
  await app.init();
  closing.push(() => app.close());
  return app;
}

// The adapter of Nest 11 answers all that an application does not know with its own 404: nothing comes through to the second one.
if (!isNest12) notRun('two applications on one instance of Express', 'this version of Nest serves the first one alone');

(isNest12 ? describe : describe.skip).each(commits)(
  'two applications on one instance of Express, commit: %s',
  (commit) => {
    it.each<[string, SessionModuleOptions, SessionModuleOptions]>([
      ['with names of their own', { cookie: { name: 'one' } }, { cookie: { name: 'two' } }],
      ['with paths of their own', { cookie: { path: '/one' } }, { cookie: { path: '/two' } }],
      ['one of which is eager', { eager: true, cookie: { name: 'one' } }, { cookie: { name: 'two' } }],
      ['both of which are', { eager: true, cookie: { name: 'one' } }, { eager: true, cookie: { name: 'two' } }],
    ])('have a session each: %s', async (_how, one, two) => {
      const instance = express();
      await tenant(instance, 'one', { commit, ...one });
      await tenant(instance, 'two', { commit, ...two });
      const jar = await listen(instance);
      // The jar knows no paths, and need not: each prefix has a browser of its own where they tell the cookies apart.
      const other = one.cookie?.path === undefined ? jar : jar.copy();
      for (const n of [1, 2]) {
        expect(await jar.json('/one/count')).toEqual({ n });
        expect(await other.json('/two/count')).toEqual({ n });
      }
      await jar.fetch('/one/login');
      expect(await jar.json('/one/me')).toEqual({ user: 'ada' });
      expect(await other.json('/two/me')).toEqual({ user: null });
      await other.fetch('/two/login');
      expect(await other.json('/two/me')).toEqual({ user: 'ada' });
    });
  },
);

describe('two applications on one instance of Express', () => {
  it.each<SessionModuleOptions>([{}, { cookie: { name: 'shop', path: '/shop' } }])(
    'are refused where both have a cookie of the same name and path: %j',
    async (session) => {
      const instance = express();
      const first = await tenant(instance, 'one', session);
      await expect(tenant(instance, 'two', session)).rejects.toMatchObject({
        code: 'SESSION_CONFIG_INVALID',
        message: expect.stringMatching(/cookie\.name: another application .*SESSION_COOKIE_NAME.*SESSION_COOKIE_PATH/),
      });
      // Once it is closed, its cookie is free.
      await first.close();
      await tenant(instance, 'three', session);
    },
  );
});

describe('the other cookies of two applications on one instance of Express', () => {
  it('are told of where they have the same name, which matters to those who make use of them', async () => {
    const instance = express();
    const logger = new CapturedLogger();
    await tenant(instance, 'one', { cookie: { name: 'one' } }, logger);
    const told = (): string[] => logger.at('warn').filter((line) => line.includes('Another application'));
    expect(told()).toEqual([]);
    await tenant(instance, 'two', { cookie: { name: 'two' } }, logger);
    expect(told()).toEqual([
      expect.stringMatching(/"remember_token" \(REMEMBER_COOKIE_NAME.*"known_device" \(SESSION_COOKIE_PATH/),
    ]);
    const three = { cookie: { path: '/three' }, remember: { cookieName: 'three_remember' } };
    await tenant(instance, 'three', three, logger);
    expect(told()).toHaveLength(1);
  });

  it.each<[RegExp, SessionModuleOptions]>([
    [/remember\.cookieName: another application/, { remember: { cookieName: 'remembered' } }],
    [/cookie\.name: another application/, { cookie: { name: 'remembered' } }],
    [/remember\.cookieName: another application/, { remember: { cookieName: 'one' } }],
  ])('are refused where somebody has named them so: %s', async (message, session) => {
    const instance = express();
    await tenant(instance, 'one', { cookie: { name: 'one' }, remember: { cookieName: 'remembered' } });
    const second = tenant(instance, 'two', { cookie: { name: 'two' }, ...session });
    await expect(second).rejects.toMatchObject({
      code: 'SESSION_CONFIG_INVALID',
      message: expect.stringMatching(message),
    });
  });
});

describe('two applications on one Fastify, in a context each', () => {
  async function both(one: SessionModuleOptions, two: SessionModuleOptions): Promise<CookieJar> {
    const instance = new FastifyAdapter().getInstance();
    closing.push(() => instance.close());
    for (const [prefix, session] of Object.entries({ one, two })) {
      instance.register(
        async (context) => {
          await tenant(new FastifyAdapter(context), prefix, session);
        },
        { prefix },
      );
    }
    return new CookieJar(await instance.listen({ host: '127.0.0.1', port: 0 }));
  }

  it.each([false, true])('have a session each, eager: %s', async (eager) => {
    const jar = await both({ eager, cookie: { name: 'one' } }, { eager, cookie: { name: 'two' } });
    for (const path of ['/one/login', '/two/count']) await jar.fetch(path);
    expect(await jar.json('/one/me')).toEqual({ user: 'ada' });
    expect(await jar.json('/two/me')).toEqual({ user: null });
    expect(await jar.json('/one/count')).toEqual({ n: 1 });
    expect(await jar.json('/two/count')).toEqual({ n: 2 });
  });

  it('are refused where both have a cookie of the same name and path', async () => {
    await expect(both({}, {})).rejects.toThrow(/cookie\.name: another application/);
  });
});

describe('an Express that is called as a function', () => {
  it.each(commits)('and passes a request on, leaves it its session, commit: %s', async (commit) => {
    const former = express();
    former.get('/former', (_request, response) => void response.end('former'));
    const running = await startApp({
      controllers: [CountController],
      session: { commit },
      prepare: (app) => {
        app.use((request: express.Request, response: express.Response, next: express.NextFunction) => {
          former(request, response, next);
        });
      },
    });
    try {
      const jar = running.jar();
      expect(await (await jar.fetch('/former')).text()).toBe('former');
      for (const n of [1, 2]) expect(await jar.json('/count')).toEqual({ n });
    } finally {
      await running.close();
    }
  });
});
