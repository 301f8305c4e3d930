import { describe, expect, it } from '@jest/globals';
import {
  Body,
  Catch,
  Controller,
  Get,
  HttpException,
  Injectable,
  Inject,
  ParseIntPipe,
  Scope,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type ArgumentsHost,
  type ArgumentMetadata,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_INTERCEPTOR, APP_PIPE, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { Session, SessionReadonlyError, SessionService } from 'nestjs-session-auth';
import { tap, type Observable } from 'rxjs';
import { combinations } from '../support/combinations.js';
import { startApp } from '../support/app.js';
import { callsDuring, commits, onEveryServer, servers, sessionCookies } from './http-table.js';

@Injectable()
class RefusingGuard implements CanActivate {
  constructor(private readonly sessions: SessionService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const session = await this.sessions.get(context);
    session.set('refusals', (session.get('refusals', 0) as number) + 1);
    throw new UnauthorizedException();
  }
}

@Injectable()
class AskingGuard implements CanActivate {
  constructor(private readonly sessions: SessionService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return (await this.sessions.get(context)).get('n') === 1;
  }
}

@Injectable()
class AskingInterceptor implements NestInterceptor {
  constructor(private readonly sessions: SessionService) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    expect((await this.sessions.get(context)).get('n')).toBe(1);
    return next.handle();
  }
}

/** Global and registered before the module's own, so that it goes on after the commit. */
@Injectable()
class OuterInterceptor implements NestInterceptor {
  constructor(private readonly sessions: SessionService) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { url } = context.switchToHttp().getRequest<{ url: string }>();
    if (!url.startsWith('/outer')) return next.handle();
    const session = await this.sessions.get(context);
    return next.handle().pipe(tap(() => session.set('outer', true)));
  }
}

@Catch()
class ChangingFilter extends BaseExceptionFilter implements ExceptionFilter {
  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    super(host.httpAdapter);
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<{ remembered?: Session; raw?: { remembered?: Session } }>();
    (request.remembered ?? request.raw?.remembered)?.set('failed', true);
    super.catch(error, host);
  }
}

class SuspiciousPipe implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    return type === 'custom' ? value : { piped: value };
  }
}

@Controller({ scope: Scope.REQUEST })
class PerRequestController {
  @Get('scoped')
  scoped(@Session() session: Session) {
    session.set('scoped', true);
    return { seen: session.keys() };
  }
}

@Controller()
class TouchController {
  @Get('untouched')
  untouched() {
    return { ok: true };
  }

  @Get('read')
  read(@Session() session: Session) {
    return { data: session };
  }

  @Get('write')
  write(@Session() session: Session) {
    session.set('n', 1);
    return {};
  }

  @Get('many-commits')
  async manyCommits(@Session() session: Session) {
    for (const n of [1, 2, 3]) {
      session.set('n', n);
      await session.commit();
    }
    session.set('n', 4);
    return {};
  }

  @Get('outer')
  outer(@Session() session: Session) {
    session.set('inner', true);
    return {};
  }

  @Get('refused')
  @UseGuards(RefusingGuard)
  refused() {
    return {};
  }

  @Get('throws-http')
  throwsHttp(@Session() session: Session) {
    session.set('attempts', 1);
    throw new HttpException('no', 418);
  }

  @Get('throws')
  throws(@Session() session: Session) {
    session.set('attempts', 2);
    throw new Error('broken');
  }

  @Get('filtered')
  @UseFilters(ChangingFilter)
  filtered(@Session() session: Session) {
    session.set('tried', true);
    Object.assign(currentRequest.value ?? {}, { remembered: session });
    throw new HttpException('no', 418);
  }

  @Get('asked')
  @UseGuards(AskingGuard)
  @UseInterceptors(AskingInterceptor)
  asked(
    @Session() a: Session,
    @Session() b: Session,
    @Session('n') n: unknown,
    @Session({ readonly: true }) view: Session,
  ) {
    return { same: a === b, n, view: view.get('n') };
  }

  @Get('key')
  key(@Session('n') n: unknown, @Session('nothing') nothing: unknown, @Session('n', ParseIntPipe) parsed: number) {
    return { n, nothing: nothing === undefined, parsed };
  }

  @Get('readonly')
  readonly(@Session({ readonly: true }) session: Session) {
    try {
      session.set('n', 99);
    } catch (error) {
      return { n: session.get('n'), refused: error instanceof SessionReadonlyError };
    }
    return {};
  }

  @Get('piped')
  piped(@Session() session: Session, @Body() body: unknown) {
    session.set('piped', true);
    return { isSession: typeof session.commit === 'function', body: typeof body };
  }
}

/** How a filter finds the session of its request: by a middleware that marks the request which is under way. */
const currentRequest: { value: object | null } = { value: null };

const setup = {
  controllers: [TouchController, PerRequestController],
  providers: [
    { provide: APP_INTERCEPTOR, useClass: OuterInterceptor },
    { provide: APP_PIPE, useClass: SuspiciousPipe },
  ],
};

onEveryServer(
  {
    ...setup,
    prepare: (app) => {
      app.use((request: object, response: { setHeader(name: string, value: string): void }, next: () => void) => {
        currentRequest.value = request;
        const { url } = request as { url: string };
        const vary = new URL(url, 'http://test').searchParams.get('vary');
        if (vary !== null) response.setHeader('Vary', vary);
        const cache = new URL(url, 'http://test').searchParams.get('cache');
        if (cache !== null) response.setHeader('Cache-Control', cache);
        next();
      });
    },
  },
  (row) => {
    it('leaves an answer alone whose handler did not touch the session, and asks no store', async () => {
      const { running, store } = row();
      const jar = running.jar();
      await jar.fetch('/write');
      const calls = await callsDuring(store, async () => {
        const { headers } = await jar.fetch('/untouched');
        expect(headers.getSetCookie()).toEqual([]);
        expect(headers.get('vary')).toBeNull();
        expect(headers.get('cache-control')).toBeNull();
      });
      expect(calls).toEqual({ read: 0, write: 0, touch: 0, delete: 0 });
    });

    it('ASVS 14.2.2, 14.3.2: reads a session once, sets no cookie, and says that the answer is for this client', async () => {
      const { running, store } = row();
      const jar = running.jar();
      await jar.fetch('/write');
      const calls = await callsDuring(store, async () => {
        const response = await jar.fetch('/read');
        expect(await response.json()).toEqual({ data: { n: 1 } });
        expect(sessionCookies(response)).toEqual([]);
        expect(response.headers.get('vary')).toBe('Cookie');
        expect(response.headers.get('cache-control')).toBe('private');
      });
      expect(calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
    });

    it('ASVS 7.6.2: reading begins no session for a client without a cookie, or with a forged one', async () => {
      const { running, store } = row();
      const jar = running.jar();
      const calls = await callsDuring(store, async () => {
        for (const headers of [{}, { cookie: 'session=forged.abc.def' }]) {
          expect((await jar.fetch('/read', { headers })).headers.getSetCookie()).toEqual([]);
        }
      });
      expect(calls).toEqual({ read: 0, write: 0, touch: 0, delete: 0 });
    });

    it.each([
      ['Origin', 'Origin, Cookie'],
      ['origin, COOKIE', 'origin, COOKIE'],
      ['*', '*'],
    ])('merges Cookie once into Vary: %s', async (vary, merged) => {
      const response = await row()
        .running.jar()
        .fetch(`/read?vary=${encodeURIComponent(vary)}`);
      expect(response.headers.get('vary')).toBe(merged);
    });

    it('ASVS 14.2.2, 14.3.2: keeps the Cache-Control of a handler that only reads, and forbids storing where a cookie is set', async () => {
      const jar = row().running.jar();
      expect((await jar.fetch('/read?cache=max-age%3D60')).headers.get('cache-control')).toBe('max-age=60');
      expect((await jar.fetch('/write?cache=max-age%3D60')).headers.get('cache-control')).toBe('no-store');
    });

    it('ASVS 14.2.2, 14.3.2: sets one cookie and forbids storing where a session is begun', async () => {
      const { running, store } = row();
      const jar = running.jar();
      const calls = await callsDuring(store, async () => {
        const response = await jar.fetch('/write');
        expect(sessionCookies(response)).toHaveLength(1);
        expect(response.headers.get('cache-control')).toBe('no-store');
        expect(response.headers.get('vary')).toBe('Cookie');
      });
      expect(calls).toEqual({ read: 0, write: 1, touch: 0, delete: 0 });
    });

    it('RFC 6265bis: sets one cookie however often a request commits', async () => {
      const { running, store } = row();
      const jar = running.jar();
      const calls = await callsDuring(store, async () => {
        const response = await jar.fetch('/many-commits');
        expect(response.headers.getSetCookie()).toHaveLength(1);
      });
      expect(calls.write).toBe(4);
      expect(await jar.json('/read')).toEqual({ data: { n: 4 } });
    });

    it('saves what an interceptor outside of its own has changed after the handler', async () => {
      const jar = row().running.jar();
      const response = await jar.fetch('/outer');
      expect(response.headers.getSetCookie()).toHaveLength(1);
      expect(await jar.json('/read')).toEqual({ data: { inner: true, outer: true } });
    });

    it('saves what an exception filter has changed', async () => {
      const jar = row().running.jar();
      const response = await jar.fetch('/filtered');
      expect(response.status).toBe(418);
      expect(response.headers.getSetCookie()).toHaveLength(1);
      expect(await jar.json('/read')).toEqual({ data: { tried: true, failed: true } });
    });

    it('saves what a guard has changed before it refused', async () => {
      const jar = row().running.jar();
      for (const refusals of [1, 2]) {
        expect((await jar.fetch('/refused')).status).toBe(401);
        expect(await jar.json('/read')).toEqual({ data: { refusals } });
      }
    });

    it.each([
      ['/throws-http', 418, 1],
      ['/throws', 500, 2],
    ])('saves what a handler has changed before it threw: %s', async (path, status, attempts) => {
      const jar = row().running.jar();
      expect((await jar.fetch(path)).status).toBe(status);
      expect(await jar.json('/read')).toEqual({ data: { attempts } });
    });

    it('loads a session once, however many ask for it', async () => {
      const { running, store } = row();
      const jar = running.jar();
      await jar.fetch('/write');
      const calls = await callsDuring(store, async () => {
        expect(await jar.json('/asked')).toEqual({ same: true, n: 1, view: 1 });
      });
      expect(calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
    });

    it('injects one value of a session, with pipes', async () => {
      const jar = row().running.jar();
      await jar.fetch('/write');
      expect(await jar.json('/key')).toEqual({ n: 1, nothing: true, parsed: 1 });
    });

    it('refuses changes of a session that was asked for as readonly', async () => {
      const { running, store } = row();
      const jar = running.jar();
      await jar.fetch('/write');
      const calls = await callsDuring(store, async () => {
        const response = await jar.fetch('/readonly');
        expect(await response.json()).toEqual({ n: 1, refused: true });
        expect(sessionCookies(response)).toEqual([]);
        expect(response.headers.get('vary')).toBe('Cookie');
      });
      expect(calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
    });

    it('works in a controller that is made for each request', async () => {
      const jar = row().running.jar();
      expect(await jar.json('/scoped')).toEqual({ seen: ['scoped'] });
      expect(await jar.json('/read')).toEqual({ data: { scoped: true } });
    });

    it('is left alone by global pipes for what a client sends', async () => {
      const jar = row().running.jar();
      expect(await jar.json('/piped')).toEqual({ isSession: true, body: 'object' });
      expect(await jar.json('/read')).toEqual({ data: { piped: true } });
    });
  },
);

for (const { platform, commit } of combinations({ platform: servers, commit: commits })) {
  describe(`with commitOnError: false, on ${platform}, commit: ${commit}`, () => {
    it.each(['/throws-http', '/throws', '/refused'])('drops what was changed before the error: %s', async (path) => {
      const running = await startApp({ ...setup, platform, session: { commit, commitOnError: false } });
      try {
        const jar = running.jar();
        const response = await jar.fetch(path);
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(sessionCookies(response)).toEqual([]);
        expect(await jar.json('/read')).toEqual({ data: {} });

        await jar.fetch('/write');
        await jar.fetch(path);
        expect(await jar.json('/read')).toEqual({ data: { n: 1 } });
      } finally {
        await running.close();
      }
    });
  });
}
