import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Req, Session as NestSession, type INestApplication } from '@nestjs/common';
import { AuthService, Session, sessionMiddleware, type ExpressSession } from 'nestjs-session-auth';
import { combinations } from '../support/combinations.js';
import { startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { FailingStore } from '../support/failing-store.js';
import { commits, sessionCookies } from './http-table.js';

/** From now on the store can be read, and nothing else. */
function breakWrites(store: FailingStore): void {
  store.write = () => Promise.reject(new Error('down'));
  store.delete = () => Promise.reject(new Error('down'));
}

interface EagerRequest {
  url: string;
  method: string;
  session?: ExpressSession | null;
  flash?(message: string): void;
}
type Next = (error?: unknown) => void;
type Work = (session: ExpressSession, request: EagerRequest, done: (result: unknown) => void, failed: Next) => void;

/** What `/do/<name>` does to `req.session`, in callbacks, as middleware of Express does. */
const works: Record<string, Work> = {
  count: (session, _request, done) => {
    session['n'] = Number(session['n'] ?? 0) + 1;
    done({ n: session['n'], keys: Object.keys(session), json: JSON.stringify(session) });
  },
  save: (session, _request, done, failed) => {
    session['saved'] = true;
    session.save((error) => (error === undefined ? done({ saved: true }) : failed(error)));
  },
  reload: (session, _request, done, failed) => {
    session['n'] = 99;
    session.reload((error) => (error === undefined ? done({ n: session['n'] }) : failed(error)));
  },
  destroy: (session, request, done, failed) => {
    session.destroy((error) => (error === undefined ? done({ gone: request.session === undefined }) : failed(error)));
  },
  'destroy-without-callback': (session, _request, done) => {
    session.destroy();
    done({});
  },
  'save-without-callback': (session, _request, done) => {
    session['n'] = 'another';
    session.save();
    done({});
  },
  regenerate: (session, request, done, failed) => {
    const former = session['n'];
    const { id } = session;
    session.regenerate((error) => {
      if (error !== undefined) return failed(error);
      const next = request.session;
      if (!next) return failed(new Error('no session'));
      const empty = Object.keys(next).length === 0;
      next['kept'] = session['n'];
      return done({ former, empty, another: next !== session, newId: next.id !== id });
    });
  },
  touch: (session, _request, done) => done({ same: session.touch() === session }),
  null: (_session, request, done) => {
    request.session = null;
    done({ gone: Reflect.get(request, 'session') === undefined });
  },
  assign: (_session, request, done) => {
    try {
      Reflect.set(request, 'session', { a: 1 });
    } catch (error) {
      done({ refused: error instanceof TypeError });
    }
  },
  permanent: (session, _request, done) => {
    const before = session.cookie.maxAge;
    session['n'] = 1;
    session.cookie.maxAge = 60_000;
    done({ before, isNumber: typeof session.cookie.maxAge === 'number', date: session.cookie.expires instanceof Date });
  },
  reserved: (session, _request, done) => {
    // connect-flash keeps an object under `flash`, which is a method of the session of this package.
    const messages = (session['flash'] ??= { info: [] }) as { info: string[] };
    messages.info.push('hello');
    done({ has: 'flash' in session, keys: Object.keys(session), value: session['flash'] });
  },
  define: (session, _request, done) => {
    Object.defineProperty(session, 'defined', { value: 1, configurable: true, writable: true, enumerable: true });
    delete session['n'];
    done({ keys: Object.keys(session), has: ['save' in session, 'cookie' in session, 'nothing' in session] });
  },
};

/** Answers `/do/<name>` itself, behind the session middleware and before any route. */
function worker(request: EagerRequest, response: { end(text: string): void; statusCode: number }, next: Next): void {
  const work = works[/^\/do\/([a-z-]+)$/.exec(request.url)?.[1] ?? ''];
  if (work === undefined) return next();
  if (!request.session) return next(new Error('no session'));
  const done = (result: unknown): void => response.end(JSON.stringify(result));
  work(request.session, request, done, (error) => {
    response.statusCode = 500;
    done({ error: error instanceof Error ? error.message : String(error) });
  });
}

/** As csurf-like middleware does: a token in the session, which must come back with each change. */
function csrf(
  request: EagerRequest & { headers: Record<string, string> },
  response: { setHeader(n: string, v: string): void },
  next: Next,
) {
  const { session } = request;
  if (!session) return next(new Error('no session'));
  session['csrf'] ??= 'token-of-this-session';
  response.setHeader('X-Csrf', String(session['csrf']));
  if (request.method === 'GET' || request.headers['x-csrf'] === session['csrf']) return next();
  return next(Object.assign(new Error('bad token'), { status: 403, statusCode: 403, expose: true }));
}

@Controller()
class EagerController {
  constructor(private readonly auth: AuthService) {}

  @Get('mine')
  mine(@Session() session: Session) {
    session.set('mine', true);
    return { data: session };
  }

  @Get('nests')
  nests(@NestSession() session: ExpressSession, @Session() own: Session) {
    session['nests'] = true;
    return { seen: own.get('nests') };
  }

  @Get('requests')
  requests(@Req() request: EagerRequest) {
    if (request.session) request.session['requests'] = true;
    return { seen: request.session?.['requests'] };
  }

  @Get('untouched')
  untouched() {
    return {};
  }

  @Get('protected')
  form() {
    return {};
  }

  @Post('protected')
  post() {
    return { accepted: true };
  }

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return {};
  }
}

const ways: Record<string, { eager: boolean; prepare(app: INestApplication): Promise<void> | void }> = {
  'forRoot({ eager: true })': { eager: true, prepare: () => undefined },
  'app.use() before app.init()': { eager: false, prepare: (app) => void app.use(sessionMiddleware(app)) },
};

const rows = combinations({ platform: ['express', 'fastify'], commit: commits, way: Object.entries(ways) });

for (const {
  platform,
  commit,
  way: [way, { eager, prepare }],
} of rows) {
  describe(`${way} on ${platform}, commit: ${commit}`, () => {
    async function withApp(
      work: (running: RunningApp, store: FailingStore, logger: CapturedLogger) => Promise<void>,
      after: (app: INestApplication) => void = () => undefined,
    ): Promise<void> {
      const store = new FailingStore();
      const logger = new CapturedLogger();
      const rejections: unknown[] = [];
      const note = (reason: unknown): void => void rejections.push(reason);
      process.on('unhandledRejection', note);
      const running = await startApp({
        platform,
        logger,
        controllers: [EagerController],
        session: { store, commit, eager },
        prepare: async (app) => {
          await prepare(app);
          // With eager the module's own middleware comes first only where this is asked for after it.
          if (!eager) {
            app.use(worker);
            after(app);
          }
        },
      });
      try {
        await work(running, store, logger);
        await new Promise(setImmediate);
        expect(rejections).toEqual([]);
      } finally {
        process.off('unhandledRejection', note);
        await running.close();
      }
    }

    it('gives req.session to handlers, to the session decorator of Nest, and the same session to its own', () =>
      withApp(async (running) => {
        const jar = running.jar();
        const first = await jar.fetch('/nests');
        expect(await first.json()).toEqual({ seen: true });
        expect(sessionCookies(first)).toHaveLength(1);
        expect(await jar.json('/requests')).toEqual({ seen: true });
        expect(await jar.json('/mine')).toEqual({ data: { nests: true, requests: true, mine: true } });
      }));

    it('sets no cookie where nobody wrote to the session', () =>
      withApp(async (running) => {
        const response = await running.jar().fetch('/untouched');
        expect(sessionCookies(response)).toEqual([]);
      }));

    if (eager) return;

    const answer = async (running: RunningApp, name: string, jar = running.jar()): Promise<unknown> => {
      const response = await jar.fetch(`/do/${name}`);
      expect(sessionCookies(response).length).toBeLessThan(2);
      return response.json();
    };

    it('takes and gives every property as data', () =>
      withApp(async (running) => {
        const jar = running.jar();
        expect(await answer(running, 'count', jar)).toEqual({ n: 1, keys: ['n'], json: '{"n":1}' });
        expect(await answer(running, 'count', jar)).toEqual({ n: 2, keys: ['n'], json: '{"n":2}' });
        expect(await answer(running, 'define', jar)).toEqual({ keys: ['defined'], has: [true, true, false] });
        expect(await answer(running, 'reserved', jar)).toEqual({
          has: true,
          keys: ['defined', 'flash'],
          value: { info: ['hello'] },
        });
        expect(await answer(running, 'reserved', jar)).toMatchObject({ value: { info: ['hello', 'hello'] } });
      }));

    it('saves, reloads, touches, destroys and regenerates with callbacks', () =>
      withApp(async (running) => {
        const jar = running.jar();
        await answer(running, 'count', jar);
        expect(await answer(running, 'save', jar)).toEqual({ saved: true });
        expect(await answer(running, 'reload', jar)).toEqual({ n: 1 });
        expect(await answer(running, 'touch', jar)).toEqual({ same: true });
        const before = jar.copy();
        expect(await answer(running, 'regenerate', jar)).toEqual({
          former: 1,
          empty: true,
          another: true,
          newId: true,
        });
        expect(await jar.json('/mine')).toEqual({ data: { kept: 1, mine: true } });
        expect(await before.json('/mine')).toEqual({ data: { mine: true } });
        expect(await answer(running, 'destroy', jar)).toEqual({ gone: true });
        expect(jar.get('session')).toBeUndefined();
      }));

    it('ends the session, login and all, where req.session is set to null', () =>
      withApp(async (running) => {
        const jar = running.jar();
        await jar.fetch('/login', { method: 'POST' });
        const before = jar.copy();
        expect(await answer(running, 'null', jar)).toEqual({ gone: true });
        expect(jar.get('session')).toBeUndefined();
        expect(await before.json('/mine')).toEqual({ data: { mine: true } });
      }));

    it('refuses to be replaced', () =>
      withApp(async (running) => {
        expect(await answer(running, 'assign')).toEqual({ refused: true });
      }));

    it('makes a session permanent by its cookie', () =>
      withApp(async (running) => {
        const response = await running.jar().fetch('/do/permanent');
        expect(await response.json()).toEqual({ before: null, isNumber: true, date: true });
        expect(sessionCookies(response)[0]).toContain('Max-Age=');
      }));

    it('hands failures to callbacks', () =>
      withApp(async (running, store) => {
        const jar = running.jar();
        await answer(running, 'count', jar);
        for (const name of ['save', 'destroy', 'regenerate']) {
          breakWrites(store);
          const response = await jar.fetch(`/do/${name}`);
          expect([500, 503]).toContain(response.status);
        }
      }));

    it('logs a failure that no callback was given for, and crashes nothing', () =>
      withApp(async (running, store, logger) => {
        const jar = running.jar();
        await answer(running, 'count', jar);
        breakWrites(store);
        await jar.fetch('/do/destroy-without-callback');
        await jar.fetch('/do/save-without-callback');
        expect(logger.at('error').length).toBeGreaterThanOrEqual(2);
      }));

    it('serves middleware that keeps a token in the session', () =>
      withApp(
        async (running) => {
          const jar = running.jar();
          const token = (await jar.fetch('/protected')).headers.get('x-csrf') ?? '';
          expect((await jar.fetch('/protected', { method: 'POST' })).status).toBe(403);
          const headers = { 'x-csrf': token };
          expect(await jar.json('/protected', { method: 'POST', headers })).toEqual({ accepted: true });
        },
        (app) => app.use(csrf),
      ));

    it('answers where the store is down', () =>
      withApp(async (running, store) => {
        const jar = running.jar();
        await answer(running, 'count', jar);
        store.fail();
        expect((await jar.fetch('/untouched')).status).toBe(503);
      }));
  });
}
