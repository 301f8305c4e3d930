import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  Header,
  Injectable,
  Res,
  ServiceUnavailableException,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { Session, SessionAuthGuard, SessionService, SessionStoreUnavailableError } from 'nestjs-session-auth';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { combinations } from '../support/combinations.js';
import { startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import { until } from '../support/until.js';
import { callsDuring, commits, rawResponse, servers, sessionCookies, type Commit } from './http-table.js';

@Injectable()
class ReadingGuard implements CanActivate {
  constructor(private readonly sessions: SessionService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return (await this.sessions.get(context)).keys().length >= 0;
  }
}

/** What the application says of a session that could not be saved. */
@Catch(ServiceUnavailableException)
class SorryFilter extends BaseExceptionFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {
    super(host.httpAdapter);
  }

  override catch(error: ServiceUnavailableException, host: ArgumentsHost): void {
    const isStore = error.cause instanceof SessionStoreUnavailableError;
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { sorry: isStore }, 503);
  }
}

const sources: Readable[] = [];

@Controller()
class FailureController {
  @Get('read')
  read(@Session() session: Session) {
    return { data: session };
  }

  @Get('write')
  @Header('Content-Language', 'en')
  @Header('X-Frame-Options', 'DENY')
  write(@Session() session: Session) {
    session.set('n', Number(session.get('n', 0)) + 1);
    return { secret: 'what the handler found out' };
  }

  @Get('raw')
  raw(@Session() session: Session, @Res() response: object): void {
    session.set('n', 1);
    rawResponse(response)
      .writeHead(200, {
        'Content-Type': 'text/plain',
        ETag: '"x"',
        'X-Frame-Options': 'DENY',
        'Set-Cookie': 'theme=dark',
      })
      .end('what the handler found out');
  }

  @Get('piped')
  piped(@Session() session: Session, @Res() response: object): void {
    session.set('n', 1);
    const source = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1024);
      })(),
    );
    sources.push(source);
    source.pipe(rawResponse(response));
  }

  @Get('callbacks')
  async callbacks(@Session() session: Session, @Res() response: object): Promise<void> {
    session.set('n', 1);
    const raw = rawResponse(response);
    await new Promise((resolve) => raw.write('a', resolve));
    if (!raw.write('b')) await once(raw, 'drain');
    await new Promise<void>((resolve) => void raw.end('c', resolve));
    called.push('all');
  }

  @Get('late')
  async late(@Session() session: Session, @Res() response: object): Promise<void> {
    const raw = rawResponse(response);
    raw.write('first ');
    await Promise.resolve();
    session.set('late', true);
    raw.end('last');
  }

  @Get('unsavable')
  unsavable(@Session() session: Session) {
    session.set('fn', () => 1);
    return {};
  }

  @Get('explicit')
  async explicit(@Session() session: Session) {
    session.set('n', 1);
    await session.commit();
    return {};
  }

  @Get('guarded')
  @UseGuards(SessionAuthGuard)
  guarded() {
    return {};
  }

  @Get('asked')
  @UseGuards(ReadingGuard)
  asked() {
    return {};
  }

  @Get('view')
  view(@Session({ readonly: true }) session: Session) {
    return { isNew: session.isNew, idLength: session.id.length > 0 };
  }

  @Get('try-to-write')
  tryToWrite(@Session() session: Session) {
    try {
      session.set('n', 1);
    } catch (error) {
      return { refused: error instanceof SessionStoreUnavailableError };
    }
    return {};
  }
}

const called: string[] = [];
const nestBody = {
  statusCode: 503,
  error: 'Service Unavailable',
  message: 'Sessions are not available at the moment. Try again.',
};

for (const { platform, commit } of combinations({ platform: servers, commit: commits })) {
  describe(`on ${platform}, commit: ${commit}`, () => {
    async function withApp(
      setup: Parameters<typeof startApp>[0],
      work: (running: RunningApp, store: FailingStore) => Promise<void>,
    ): Promise<void> {
      const store = new FailingStore();
      const session = { store, commit, ...setup.session };
      const running = await startApp({ controllers: [FailureController], ...setup, platform, session });
      try {
        await work(running, store);
      } finally {
        await running.close();
      }
    }

    it('answers a failed commit with 503, and gives nothing of the answer that was meant to go out', () =>
      withApp({}, async (running, store) => {
        store.fail();
        const response = await running.jar().fetch('/write');
        expect(response.status).toBe(503);
        expect(await response.json()).toEqual(nestBody);
        expect(response.headers.getSetCookie()).toEqual([]);
        expect(response.headers.get('content-type')).toMatch(/^application\/json/);
        expect(response.headers.get('cache-control')).toBe('no-store');
        expect(response.headers.get('x-frame-options')).toBe('DENY');
      }));

    it('lets an exception filter of the application answer a failed commit, where the interceptor commits', () =>
      withApp({ providers: [{ provide: APP_FILTER, useClass: SorryFilter }] }, async (running, store) => {
        store.fail();
        const response = await running.jar().fetch('/write');
        expect(response.status).toBe(503);
        const expected: Record<Commit, object> = { interceptor: { sorry: true }, response: nestBody };
        expect(await response.json()).toEqual(expected[commit]);
      }));

    it('answers a failed commit of a hand-written answer with 503, without what described its body', () =>
      withApp({}, async (running, store) => {
        store.fail();
        const response = await running.jar().fetch('/raw');
        expect(response.status).toBe(503);
        expect(response.statusText).toBe('Service Unavailable');
        expect(await response.json()).toEqual(nestBody);
        expect(response.headers.get('etag')).toBeNull();
        expect(response.headers.get('x-frame-options')).toBe('DENY');
        expect(response.headers.getSetCookie()).toEqual(['theme=dark']);
      }));

    it('closes what was piped into an answer that is not sent', () =>
      withApp({}, async (running, store) => {
        store.fail();
        expect((await running.jar().fetch('/piped')).status).toBe(503);
        await until('the source is closed', () => sources.at(-1)?.destroyed === true);
      }));

    it('calls back whoever waits for an answer that is not sent', () =>
      withApp({}, async (running, store) => {
        store.fail();
        called.length = 0;
        expect((await running.jar().fetch('/callbacks')).status).toBe(503);
        await until('the handler has ended', () => called.includes('all'));
      }));

    it('completes an answer whose head is out when a save fails, and logs the failure', () => {
      const logger = new CapturedLogger();
      return withApp({ logger }, async (running, store) => {
        const jar = running.jar();
        await jar.fetch('/write');
        await jar.fetch('/read');
        const response = await jar.fetch('/late');
        expect(await response.text()).toBe('first last');
        expect(await jar.json('/read')).toEqual({ data: { n: 1, late: true } });

        const write = store.write.bind(store);
        store.write = () => Promise.reject(new SessionStoreUnavailableError('The store went away.'));
        await jar.fetch('/late');
        expect(logger.at('error')).toEqual([]);
        const other = running.jar();
        store.write = write;
        await other.fetch('/write');
        store.write = () => Promise.reject(new SessionStoreUnavailableError('The store went away.'));
        expect(await (await other.fetch('/late')).text()).toBe('first last');
        expect(logger.at('error').join()).toContain('The store went away.');
      });
    });

    it('tells the operator why a session could not be saved, and the client only that', () => {
      const logger = new CapturedLogger();
      return withApp({ logger }, async (running) => {
        const response = await running.jar().fetch('/unsavable');
        expect(response.status).toBe(500);
        expect(await response.text()).not.toContain('session.fn');
        expect(logger.at('error').filter((line) => line.includes('session.fn'))).toHaveLength(1);
      });
    });

    it('answers 503 where a session cannot be loaded, for handlers and guards', () =>
      withApp({}, async (running, store) => {
        const jar = running.jar();
        await jar.fetch('/write');
        const cookie = jar.get('session');
        store.fail();
        for (const path of ['/read', '/write', '/guarded', '/asked']) {
          const response = await jar.fetch(path);
          expect(response.status).toBe(503);
          expect(await response.json()).toEqual(nestBody);
          expect(response.headers.getSetCookie()).toEqual([]);
        }
        store.recover();
        expect(jar.get('session')).toBe(cookie);
        expect(await jar.json('/read')).toEqual({ data: { n: 1 } });
      }));

    it('ASVS 13.1.3, 16.5.2: answers 503 where the store does not answer in time', () =>
      withApp({ session: { storeTimeout: '50ms' } }, async (running, store) => {
        store.hang();
        expect((await running.jar().fetch('/write')).status).toBe(503);
      }));

    it('counts every call that failed once', () => {
      const heard = new HeardEvents();
      return withApp({ session: { observer: heard.observer } }, async (running, store) => {
        const jar = running.jar();
        await jar.fetch('/write');
        store.fail();
        await jar.fetch('/read');
        expect(heard.of('storeError')).toHaveLength(1);
        await running.jar().fetch('/write');
        expect(heard.of('storeError')).toHaveLength(2);
      });
    });

    it('goes on without a session where onStoreError is anonymous', () =>
      withApp({ session: { onStoreError: 'anonymous' } }, async (running, store) => {
        const jar = running.jar();
        await jar.fetch('/write');
        const cookie = jar.get('session');
        store.fail();
        const calls = await callsDuring(store, async () => {
          const response = await jar.fetch('/read');
          expect(response.status).toBe(200);
          expect(await response.json()).toEqual({ data: {} });
          expect(response.headers.get('cache-control')).toBe('no-store');
          expect(sessionCookies(response)).toEqual([]);
        });
        expect(calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
        expect(await jar.json('/try-to-write')).toEqual({ refused: true });
        expect((await jar.fetch('/write')).status).toBe(503);
        expect(await jar.json('/view')).toEqual({ isNew: true, idLength: true });
        expect((await jar.fetch('/guarded')).status).toBe(401);
        store.recover();
        expect(jar.get('session')).toBe(cookie);
        expect(await jar.json('/read')).toEqual({ data: { n: 1 } });
      }));

    it('answers 503 where session.commit() fails in a handler, and tells the operator', () => {
      const logger = new CapturedLogger();
      return withApp({ logger }, async (running, store) => {
        store.fail();
        const response = await running.jar().fetch('/explicit');
        expect(response.status).toBe(503);
        expect(await response.json()).toEqual(nestBody);
        expect(logger.at('error').join()).toContain('The store of this test is down.');
      });
    });
  });
}
