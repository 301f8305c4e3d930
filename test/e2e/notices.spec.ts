import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Post,
  Session as NestSession,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  AuthService,
  CurrentUser,
  Permissions,
  RequestLoader,
  Roles,
  Session,
  UserLoader,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { startApp, type AppSetup, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { CollectedLog } from '../support/collected-log.js';
import { withEnvironment } from '../support/environment.js';

let running: RunningApp | null = null;
let logger: CapturedLogger;
afterEach(async () => {
  await running?.close();
  running = null;
});

async function start(setup: AppSetup): Promise<RunningApp> {
  logger = new CapturedLogger();
  return (running = await startApp({ logger, ...setup }));
}

const said = (text: string): string[] => logger.at('warn').filter((line) => line.includes(text));

describe('at the start, one line says', () => {
  @Controller()
  class NestController {
    @Get('one')
    one(@NestSession() session: unknown) {
      return { session };
    }

    @Get('two')
    two(@NestSession() session: unknown) {
      return { session };
    }

    @Get('own')
    own(@Session() session: Session) {
      return session;
    }
  }

  it("that a route uses Nest's own @Session(), and names it", async () => {
    await start({ controllers: [NestController] });
    expect(said('@Session() of @nestjs/common')).toEqual([
      expect.stringContaining('NestController.one(), NestController.two() uses'),
    ]);
  });

  it('nothing of that where request.session is the session', async () => {
    await start({ controllers: [NestController], session: { eager: true } });
    expect(said('@Session() of @nestjs/common')).toEqual([]);
  });

  /** As that of @nestjs/cache-manager: known by its name. */
  @Injectable()
  class CacheInterceptor implements NestInterceptor {
    intercept(_context: ExecutionContext, next: CallHandler) {
      return next.handle();
    }

    protected trackBy(context: ExecutionContext): string | undefined {
      return context.getClass().name;
    }
  }

  @Injectable()
  class CacheByUser extends CacheInterceptor {
    protected override trackBy(): string {
      return 'user';
    }
  }

  @Controller()
  class CachedController {
    @Get('mine')
    @UseInterceptors(CacheInterceptor)
    mine(@CurrentUser() user: unknown) {
      return { user };
    }

    @Get('keyed')
    @UseInterceptors(CacheByUser)
    keyed(@Session() session: Session) {
      return session;
    }

    @Get('public')
    @UseInterceptors(CacheInterceptor)
    public() {
      return {};
    }
  }

  it('that CacheInterceptor caches what depends on who asks', async () => {
    await start({ controllers: [CachedController] });
    expect(said('CacheInterceptor')).toEqual([expect.stringContaining('CachedController.mine() depends on the user')]);
  });

  it('the same of one that caches every route', async () => {
    await start({
      controllers: [CachedController],
      providers: [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }],
    });
    expect(said('CacheInterceptor')).toEqual([
      expect.stringContaining('CachedController.mine(), CachedController.keyed() depends'),
    ]);
  });

  @Controller()
  class AskingController {
    @Get('roles')
    @Roles('admin')
    roles() {
      return {};
    }

    @Get('permissions')
    @Permissions('delete')
    permissions() {
      return {};
    }
  }

  it.each<[string, SessionModuleOptions, string[]]>([
    ['without a user loader', {}, ['@Roles()', '@Permissions()']],
    ['with rolesOf alone', { rolesOf: () => [] }, ['@Permissions()']],
    ['with a user loader', { userLoader: (id) => ({ id }) }, []],
  ])('that nobody will have the roles that are asked for: %s', async (_how, session, expected) => {
    await start({ controllers: [AskingController], session });
    const lines = said('no user will have any');
    expect(lines).toHaveLength(expected.length);
    for (const [index, decorator] of expected.entries()) expect(lines[index]).toContain(decorator);
  });

  @Injectable()
  class AccountUserLoader {
    load() {
      return null;
    }
  }

  @Injectable()
  class KeyUserLoader {
    @RequestLoader()
    load() {
      return null;
    }
  }

  it('that a provider looks like a loader of users, and is none', async () => {
    await start({ providers: [AccountUserLoader] });
    expect(said('looks like a user loader')).toEqual([
      expect.stringContaining('AccountUserLoader looks like a user loader'),
    ]);
  });

  it('nothing of that where it is one, or one by request, or there is another', async () => {
    @UserLoader()
    class MarkedUserLoader extends AccountUserLoader {}
    for (const setup of [
      { providers: [MarkedUserLoader] },
      { providers: [KeyUserLoader] },
      { providers: [AccountUserLoader], session: { userLoader: () => null } },
    ]) {
      await start(setup);
      expect(said('looks like a user loader')).toEqual([]);
      await running?.close();
    }
    running = null;
  });

  it.each<[string, SessionModuleOptions, number]>([
    ['refuse', {}, 1],
    ['refuse and a short idle timeout', { idleTimeout: '30m' }, 0],
    ['refuse and cookies that outlive the browser', { permanent: true }, 0],
    ['end-oldest', { maxSessionsPerUser: { max: 1, onTooMany: 'end-oldest' } }, 0],
  ])('that a closed browser keeps its place: %s', async (_what, session, count) => {
    await start({ session: { maxSessionsPerUser: { max: 1, onTooMany: 'refuse' }, ...session } });
    expect(said("maxSessionsPerUser.onTooMany is 'refuse'")).toHaveLength(count);
  });
});

class Money {
  constructor(readonly amount: string) {}
}

describe('once, at a request', () => {
  @Controller()
  class LoginController {
    constructor(private readonly auth: AuthService) {}

    @Post('login')
    async login(@Session() session: Session) {
      await this.auth.login(session, 7);
      return {};
    }

    @Post('money')
    money(@Session() session: Session) {
      session.set('price', new Money('secret amount'));
      return {};
    }

    @Get('me')
    me(@CurrentUser() user: unknown) {
      return { user };
    }
  }

  it('a line says that the loader finds nobody for a login that was made just now, without the id', async () => {
    await start({
      controllers: [LoginController],
      session: { userLoader: (id) => (id === '7' ? { id } : null) },
    });
    for (let round = 0; round < 2; round++) {
      const jar = running!.jar();
      await jar.fetch('/login', { method: 'POST' });
      expect(await jar.json('/me')).toEqual({ user: null });
    }
    const lines = said('found nobody');
    expect(lines).toEqual([expect.stringContaining('a login that was made just now, a number')]);
    expect(lines.join()).not.toContain('7');
  });

  it.each(['msgpack', 'json'] as const)(
    'a line says that a class comes back as plain data, in %s',
    async (serializer) => {
      await start({ controllers: [LoginController], session: { serializer } });
      for (let round = 0; round < 2; round++) await running!.jar().fetch('/money', { method: 'POST' });
      const lines = said('instance of the class');
      expect(lines).toEqual([expect.stringContaining('an instance of the class Money')]);
      expect(lines.join()).not.toContain('secret amount');
      await running?.close();

      await start({ controllers: [LoginController], session: { serializer } });
      const jar = running!.jar();
      await jar.fetch('/login', { method: 'POST' });
      expect(said('instance of the class')).toEqual([]);
    },
  );

  it('nothing is said of a user who has gone since', async () => {
    let now = Date.now();
    let isGone = false;
    await start({
      controllers: [LoginController],
      session: { clock: () => now, userLoader: (id) => (isGone ? null : { id }) },
    });
    const jar = running!.jar();
    await jar.fetch('/login', { method: 'POST' });
    now += 120_000;
    isGone = true;
    expect(await jar.json('/me')).toEqual({ user: null });
    expect(said('found nobody')).toEqual([]);
  });

  const inProduction = { NODE_ENV: 'production' };
  const store = new MemoryStore({ maxSessions: 100 }, { log: new CollectedLog(), now: Date.now });

  async function ask(setup: AppSetup, headers: Record<string, string>, environment = inProduction): Promise<void> {
    await withEnvironment(environment, async () => {
      await start({
        controllers: [LoginController],
        ...setup,
        session: { store, secretKey: 'Jd8sK2mQ0vX7bN4tR9yW1zC6hF3gL5pA', ...setup.session },
      });
      for (let round = 0; round < 2; round++) await fetch(`${running!.url}/me`, { headers });
    });
  }

  it.each(['express', 'fastify', 'node'] as const)('a line says that %s trusts no proxy', async (platform) => {
    await ask({ platform }, { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' });
    expect(said('does not trust')).toHaveLength(1);
  });

  it('nothing is said of a proxy that is trusted, in development, nor of a request that needs no session', async () => {
    const forwarded = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' };
    const prepare = (app: unknown): void => void (app as NestExpressApplication).set('trust proxy', 'loopback');
    await ask({ prepare }, forwarded);
    expect(said('prox')).toEqual([]);
    await running?.close();
    await ask({}, forwarded, { NODE_ENV: 'development' });
    expect(said('prox')).toEqual([]);
    await running?.close();
    await ask({}, {});
    expect(said('plain HTTP')).toEqual([]);
  });
});
