import type { INestApplicationContext } from '@nestjs/common';
import { ExpressSessionSlot } from './express-session.js';
import { SessionRuntime } from './session-runtime.js';

type Next = (error?: unknown) => void;

/** Middleware for Express, and for Fastify with Nest's middleware support. @publicApi */
export type SessionMiddleware = (request: object, response: unknown, next: Next) => void;

/**
 * Loads the session before everything that follows, and sets `req.session` in the form of express-session, so that Passport,
 * connect-flash and the like work. `forRoot({ eager: true })` applies it to all routes; apply it yourself if other middleware
 * of `app.use()` needs the session earlier, before `app.listen()` and `app.init()`, since Express then already has its routes:
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
        endAtCommit: () => requestSession.handle.endAtCommit(),
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
