import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import session, { type SessionOptions } from 'express-session';
import passport from 'passport';
import { CookieJar } from '../../support/jar.js';

interface User {
  readonly id: string;
}

/** A real Express application with the real express-session and the real Passport. */
export class ExpressApp {
  private constructor(private readonly server: Server) {}

  static async start(options: Pick<SessionOptions, 'secret'> & Partial<SessionOptions>): Promise<ExpressApp> {
    const app = express();
    app.use(express.json(), session({ resave: false, saveUninitialized: false, ...options }));
    addPassport(app);
    app.post('/set', (request, response) => {
      Object.assign(request.session, request.body);
      response.json({ id: request.sessionID });
    });
    app.get('/count', (request, response) => {
      const data = request.session as { visits?: number };
      data.visits = (data.visits ?? 0) + 1;
      response.json({ visits: data.visits });
    });
    app.get('/show', (request, response) => {
      response.json(request.session);
    });
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return new ExpressApp(server);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A browser of its own. */
  browser(): CookieJar {
    return new CookieJar(`http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`);
  }
}

function addPassport(app: Express): void {
  const { Passport } = passport as typeof passport & { Passport: new () => typeof passport };
  const own = new Passport();
  own.serializeUser((user, done) => {
    done(null, (user as User).id);
  });
  own.deserializeUser<string>((id, done) => {
    done(null, { id });
  });
  app.use(own.session());
  app.post('/login/:user', (request, response, next) => {
    request.logIn({ id: request.params.user }, (error: unknown) => {
      if (error === undefined || error === null) response.json({});
      else next(error);
    });
  });
  app.get('/me', (request, response) => {
    response.json({ user: request.user ?? null });
  });
}

export function post(body: unknown = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
