import type { INestApplicationContext } from '@nestjs/common';
import { ExpressSessionSlot } from './express-session.js';
import { SessionRuntime } from './session-runtime.js';

type Next = (error?: unknown) => void;

/** A middleware as Express, and Fastify with Nest's middleware support, take it. @publicApi */
export type SessionMiddleware = (request: object, response: unknown, next: Next) => void;

/**
 * Loads the session before everything that comes after it, and gives `req.session` in the form of express-session, so that
 * Passport, connect-flash and the like work. `forRoot({ eager: true })` uses it for all routes; use it by hand where other
 * middleware of `app.use()` needs the session earlier, before `app.listen()` and `app.init()`, since Express has its routes
 * by then:
 *
 * ```ts
 * const app = await NestFactory.create(AppModule);
 * app.use(sessionMiddleware(app));
 * app.use(flash());
 * await app.listen(3000);
 * ```
 *
 * @publicApi
 */
export function sessionMiddleware(app: INestApplicationContext): SessionMiddleware {
  return eagerMiddleware(() => app.get(SessionRuntime, { strict: false }));
}

export function eagerMiddleware(runtimeOf: () => SessionRuntime): SessionMiddleware {
  const runtime = runtimeOf();
  runtime.exposeSession();
  return function session(request, response, next) {
    const requestSession = runtime.of(request, response);
    Promise.resolve(requestSession.expose()).then((loaded) => {
      const slot = new ExpressSessionSlot(loaded, {
        commit: () => requestSession.commit(),
        reload: () => runtime.repository.reload(loaded),
        endAtCommit: () => requestSession.endAtCommit(),
        report: (error) => runtime.report(error),
        now: () => runtime.now(),
      });
      Object.defineProperty(request, 'session', {
        configurable: true,
        enumerable: true,
        get: () => {
          requestSession.noteAsked();
          return slot.get();
        },
        set: (value: unknown) => {
          requestSession.noteAsked();
          slot.set(value);
        },
      });
      next();
    }, next);
  };
}
