import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  Catch,
  Controller,
  Get,
  Injectable,
  Module,
  ParseIntPipe,
  Post,
  Query,
  Sse,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestInterceptor,
  type NestMiddleware,
  type NestModule,
  type PipeTransform,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { json } from 'express';
import {
  AuthService,
  CurrentUser,
  Session,
  SessionAuthGuard,
  SessionService,
  SessionUnreachableError,
  type SessionUser,
} from 'nestjs-session-auth';
import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { Observable } from 'rxjs';
import { startApp, type AppSetup, type RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import { callsDuring, servers } from './http-table.js';

const post = { method: 'POST' };

function postJson(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** Knows of no request: what a repository, or a subscriber of an ORM, is. */
@Injectable()
class Notes {
  readonly #seen: string[] = [];

  constructor(
    private readonly sessions: SessionService,
    private readonly auth: AuthService,
  ) {}

  /** Notes who is there, by the name that the session has. */
  async see(where: string): Promise<void> {
    await turn();
    const session = await this.sessions.current();
    this.#seen.push(`${where}: ${String(session === null ? null : session.get('name'))}`);
  }

  taken(): string[] {
    return this.#seen.splice(0);
  }

  async name(): Promise<unknown> {
    return (await this.sessions.current())?.get('name') ?? null;
  }

  async write(name: string): Promise<void> {
    const session = await this.sessions.current();
    session?.set('name', name);
  }

  user(): Promise<SessionUser | null> {
    return this.auth.current();
  }
}

@Injectable()
class SeeingMiddleware implements NestMiddleware {
  constructor(private readonly notes: Notes) {}

  use(_request: unknown, _response: unknown, next: (error?: unknown) => void): void {
    this.notes.see('middleware').then(() => next(), next);
  }
}

@Injectable()
class SeeingEverywhere implements CanActivate, NestInterceptor, PipeTransform, ExceptionFilter {
  constructor(
    private readonly notes: Notes,
    private readonly host: HttpAdapterHost,
  ) {}

  async canActivate(): Promise<boolean> {
    await this.notes.see('guard');
    return true;
  }

  async intercept(_context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    await this.notes.see('interceptor');
    return next.handle();
  }

  async transform(value: unknown): Promise<unknown> {
    await this.notes.see('pipe');
    return value;
  }

  async catch(error: Error, host: ArgumentsHost): Promise<void> {
    await this.notes.see('filter');
    const { httpAdapter } = this.host;
    httpAdapter.reply(host.switchToHttp().getResponse(), { message: error.message, seen: this.notes.taken() }, 418);
  }
}
Catch()(SeeingEverywhere);

/** Handlers that wait for each other. */
class Meeting {
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly size: number) {}

  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === this.size) for (const go of this.#waiting) go();
    });
  }
}

let meeting = new Meeting(1);

@Controller()
class PlaceController {
  constructor(
    private readonly notes: Notes,
    private readonly auth: AuthService,
  ) {}

  @Post('name')
  async write(@Query('name') name: string): Promise<object> {
    await this.notes.write(name);
    return {};
  }

  @Get('untouched')
  untouched(): object {
    return {};
  }

  @Get('name')
  async read(): Promise<object> {
    return { name: await this.notes.name() };
  }

  @Get('slow-name')
  async slow(): Promise<object> {
    await meeting.pass();
    return { name: await this.notes.name() };
  }

  @Post('body')
  @UseGuards(SeeingEverywhere)
  @UseInterceptors(SeeingEverywhere)
  @UsePipes(SeeingEverywhere)
  async body(@Body() body: object): Promise<object> {
    await this.notes.see('handler');
    return { body, seen: this.notes.taken() };
  }

  @Get('failing')
  @UseFilters(SeeingEverywhere)
  failing(@Query('n', ParseIntPipe) n: number): number {
    throw new Error(`failed with ${String(n)}`);
  }

  @Sse('events')
  events(): Observable<{ data: string }> {
    return new Observable((subscriber) => {
      setImmediate(() => {
        void this.notes.name().then((name) => {
          subscriber.next({ data: String(name) });
          subscriber.complete();
        });
      });
    });
  }

  @Post('login')
  async login(@Session() session: Session, @Query('id', ParseIntPipe) id: number): Promise<object> {
    await this.auth.login(session, id);
    return {};
  }

  @Get('who')
  async who(): Promise<object> {
    return { user: await this.notes.user() };
  }

  @Get('guarded')
  @UseGuards(SessionAuthGuard)
  async guarded(@CurrentUser() user: SessionUser): Promise<object> {
    return { isSame: (await this.notes.user()) === user };
  }
}

@Module({ providers: [Notes, SeeingMiddleware], exports: [Notes, SeeingMiddleware] })
class NotesModule {}

@Module({ imports: [NotesModule] })
class MiddlewareModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(SeeingMiddleware).forRoutes('body');
  }
}

function start(setup: AppSetup): Promise<RunningApp> {
  return startApp({
    controllers: [PlaceController],
    providers: [SeeingEverywhere],
    ...setup,
    imports: [NotesModule, ...(setup.imports ?? [])],
    session: { requestContext: true, ...setup.session },
  });
}

describe.each(servers)('the request context on %s', (platform) => {
  let running: RunningApp;
  let store: FailingStore;

  async function restart(setup: AppSetup = {}): Promise<void> {
    await running.close();
    running = await start({ platform, ...setup, session: { store, ...setup.session } });
  }

  beforeEach(async () => {
    store = new FailingStore();
    running = await start({ platform, session: { store } });
  });

  afterEach(() => running.close());

  it('gives services the session of the request, and saves what they change', async () => {
    const jar = running.jar();
    await jar.fetch('/name?name=ann', post);
    expect(await jar.json('/name')).toEqual({ name: 'ann' });
    expect(await running.jar().json('/name')).toEqual({ name: null });
  });

  it('saves what services change when the response is sent, commit: response', async () => {
    await restart({ session: { commit: 'response' } });
    const jar = running.jar();
    await jar.fetch('/name?name=ann', post);
    expect(await jar.json('/name')).toEqual({ name: 'ann' });
  });

  it('leaves a request alone that does not use its session', async () => {
    const jar = running.jar();
    await jar.fetch('/name?name=ann', post);
    const calls = await callsDuring(store, async () => {
      const response = await jar.fetch('/untouched');
      expect([response.headers.get('cache-control'), response.headers.get('vary')]).toEqual([null, null]);
    });
    expect(calls).toEqual({ read: 0, write: 0, touch: 0, delete: 0 });
  });

  it('reads the session once, however often it is asked for', async () => {
    const jar = running.jar();
    await jar.fetch('/name?name=ann', post);
    const calls = await callsDuring(store, () => jar.fetch('/failing?n=1'));
    expect(calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
  });

  it('does not mix up requests that run at the same time', async () => {
    const jars = await Promise.all(
      ['ann', 'ben', 'cleo'].map(async (name) => {
        const jar = running.jar();
        await jar.fetch(`/name?name=${name}`, post);
        return jar;
      }),
    );
    meeting = new Meeting(3);
    expect(await Promise.all(jars.map((jar) => jar.json('/slow-name')))).toEqual([
      { name: 'ann' },
      { name: 'ben' },
      { name: 'cleo' },
    ]);
  });

  it('reaches exception filters', async () => {
    const jar = running.jar();
    await jar.fetch('/name?name=ann', post);
    expect(await jar.json('/failing?n=1')).toEqual({ message: 'failed with 1', seen: ['filter: ann'] });
  });

  it('reaches what a stream of events runs later', async () => {
    const jar = running.jar();
    await jar.fetch('/name?name=ann', post);
    expect(await (await jar.fetch('/events')).text()).toContain('data: ann');
  });

  it('gives the user, as @CurrentUser() does', async () => {
    const jar = running.jar();
    expect(await jar.json('/who')).toEqual({ user: null });
    await jar.fetch('/login?id=7', post);
    expect(await jar.json('/who')).toEqual({ user: { id: 7 } });
    expect(await jar.json('/guarded')).toEqual({ isSame: true });
  });

  it('gives the anonymous user, and one whom a loader finds by id and request', async () => {
    const seen: unknown[] = [];
    await restart({
      session: {
        anonymousUser: () => ({ id: 0 }),
        userLoader: (id, context) => {
          seen.push(context.getType(), context.switchToHttp().getRequest<{ url: string }>().url);
          return { id, name: 'Ann' };
        },
      },
    });
    const jar = running.jar();
    expect(await jar.json('/who')).toEqual({ user: { id: 0 } });
    await jar.fetch('/login?id=7', post);
    expect(await jar.json('/who')).toEqual({ user: { id: 7, name: 'Ann' } });
    expect(seen).toEqual(['http', '/who']);
  });

  it('is null outside of requests', async () => {
    const notes = running.app.get(Notes, { strict: false });
    expect([await notes.name(), await notes.user()]).toEqual([null, null]);
    await running.jar().fetch('/name?name=ann', post);
    expect([await notes.name(), await notes.user()]).toEqual([null, null]);
  });

  it('is off unless it is turned on, and says so', async () => {
    await restart({ session: { requestContext: false } });
    const { app } = running;
    await expect(app.get(SessionService).current()).rejects.toThrow(SessionUnreachableError);
    await expect(app.get(AuthService).current()).rejects.toThrow(/requestContext: true \(SESSION_REQUEST_CONTEXT\)/);
    expect((await running.jar().fetch('/name')).status).toBe(500);
  });

  it('does not let an application see the requests of another one in the process', async () => {
    const other = await start({ platform, session: { secretKey: 'another secret of at least 32 bytes' } });
    try {
      const { app } = other;
      const notes = app.get(Notes, { strict: false });
      let seen: unknown = 'nothing';
      await restart({
        session: {
          userLoader: async (id) => {
            seen = [await notes.name(), await notes.user()];
            return { id };
          },
        },
      });
      const jar = running.jar();
      await jar.fetch('/login?id=7', post);
      expect(await jar.json('/who')).toEqual({ user: { id: 7 } });
      expect(seen).toEqual([null, null]);
    } finally {
      await other.close();
    }
  });
});

const everywhere = ['middleware: ann', 'guard: ann', 'interceptor: ann', 'pipe: ann', 'handler: ann'];

describe.each(['express', 'fastify'] as const)('the request context of a request with a body on %s', (platform) => {
  it.each([false, true])('reaches all that handles the request, eager: %s', async (eager) => {
    const running = await start({ platform, imports: [MiddlewareModule], session: { eager } });
    try {
      const jar = running.jar();
      await jar.fetch('/name?name=ann', post);
      expect(await jar.json('/body', postJson({ a: 1 }))).toEqual({ body: { a: 1 }, seen: everywhere });
    } finally {
      await running.close();
    }
  });

  it('reaches requests that arrive by another server, as in functions', async () => {
    const running = await start({ platform, imports: [MiddlewareModule] });
    const handler: unknown = running.app.getHttpAdapter().getInstance();
    const listener = typeof handler === 'function' ? handler : (Reflect.get(Object(handler), 'routing') as () => void);
    const server = createServer(listener as RequestListener);
    try {
      const jar = running.jar();
      await jar.fetch('/name?name=ann', post);
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as AddressInfo;
      const there = jar.copy(`http://127.0.0.1:${String(port)}`);
      expect(await there.json('/body', postJson({ a: 1 }))).toEqual({ body: { a: 1 }, seen: everywhere });
    } finally {
      server.closeAllConnections();
      server.close();
      await running.close();
    }
  });

  it('reaches middleware that the application adds by hand', async () => {
    const seen: unknown[] = [];
    const running = await start({
      platform,
      prepare: (app) => {
        const notes = app.get(Notes, { strict: false });
        app.use((_request: unknown, _response: unknown, next: (error?: unknown) => void) => {
          notes.name().then((name) => {
            seen.push(name);
            next();
          }, next);
        });
      },
    });
    try {
      const jar = running.jar();
      await jar.fetch('/name?name=ann', post);
      await jar.fetch('/untouched');
      expect(seen).toEqual([null, 'ann']);
    } finally {
      await running.close();
    }
  });
});

it('sends a cookie for HTTPS behind a trusted proxy, on Fastify', async () => {
  const running = await start({
    adapter: new FastifyAdapter({ trustProxy: true }),
    session: { cookie: { secure: 'auto' } },
  });
  try {
    const response = await running
      .jar()
      .fetch('/name?name=ann', { ...post, headers: { 'x-forwarded-proto': 'https' } });
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/; Secure/)]);
  } finally {
    await running.close();
  }
});

it('gives each of two applications its own session, where one is mounted in the other', async () => {
  const inner = await start({ session: { cookie: { name: 'inner' } } });
  const outer = await start({
    session: { cookie: { name: 'outer' } },
    prepare: (app) => {
      app.use('/inner', inner.app.getHttpAdapter().getInstance() as (...args: never[]) => void);
    },
  });
  try {
    const jar = outer.jar();
    await jar.fetch('/name?name=ann', post);
    await jar.fetch('/inner/name?name=ben', post);
    expect([await jar.json('/name'), await jar.json('/inner/name')]).toEqual([{ name: 'ann' }, { name: 'ben' }]);
  } finally {
    await outer.close();
    await inner.close();
  }
});

it.each(['express', 'fastify'] as const)(
  'survives code that continues a request from the context of another one, on %s',
  async (platform) => {
    const bus = new EventEmitter();
    const wait = (next: () => void): void => {
      bus.once('go', next);
    };
    const running = await start({
      platform,
      prepare: (app) => {
        if (platform === 'fastify') {
          (app.getHttpAdapter() as FastifyAdapter)
            .getInstance()
            .addHook('preParsing', (_request, _reply, _payload, done) => wait(done));
        } else app.use((_request: unknown, _response: unknown, next: () => void) => wait(next));
      },
    });
    const atOnce = async (answers: readonly Promise<unknown>[]): Promise<unknown[]> => {
      while (bus.listenerCount('go') < answers.length) await turn();
      bus.emit('go');
      return Promise.all(answers);
    };
    try {
      const jars = [running.jar(), running.jar()];
      await atOnce(jars.map((jar, index) => jar.json(`/name?name=${String(index)}`, post)));
      expect(await atOnce(jars.map((jar) => jar.json('/name')))).toEqual([{ name: '0' }, { name: '1' }]);
    } finally {
      await running.close();
    }
  },
);

it('reaches what runs after a body parser of the application, on Express', async () => {
  const running = await start({
    nest: { bodyParser: false },
    imports: [MiddlewareModule],
    prepare: (app) => {
      app.use(json());
    },
  });
  try {
    const jar = running.jar();
    await jar.fetch('/name?name=ann', post);
    expect(await jar.json('/body', postJson([1]))).toEqual({ body: [1], seen: everywhere });
  } finally {
    await running.close();
  }
});
