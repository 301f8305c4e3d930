/** Must and must not compile: the drop-in, where `express-session` was imported before. Nothing else has changed. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Request, type RequestHandler } from 'express';
import session, { MemoryStore, Store, type SessionData } from 'nestjs-session-auth/express';
import { MemoryStore as OwnMemoryStore } from 'nestjs-session-auth/memory';

declare module 'nestjs-session-auth/express' {
  interface SessionData {
    views: number;
    returnTo?: string;
  }
}

export function itIsAMiddleware(): void {
  const app = express();
  app.use(session({ secret: 'keyboard cat' }));
  app.use('/admin', session({ secret: ['a', Buffer.from('b')], resave: false, saveUninitialized: false }));
  const handler: RequestHandler = session({ secret: 'a' });
  const plain: (req: IncomingMessage, res: ServerResponse, next: () => void) => void = session({ secret: 'a' });
}

export const options: session.SessionOptions = {
  name: 'sid',
  secret: 'keyboard cat',
  store: new MemoryStore(),
  genid: (req) => String(req.headers['x-request-id']),
  cookie: { maxAge: 60_000, sameSite: 'auto', secure: 'auto', httpOnly: true, partitioned: true, priority: 'high' },
  resave: false,
  saveUninitialized: false,
  rolling: true,
  proxy: true,
  unset: 'destroy',
};

export const more: session.SessionOptions[] = [
  { secret: 'a', genid: (req: Request) => req.path, cookie: (req: Request) => ({ path: req.baseUrl }) },
  { secret: 'a', store: new OwnMemoryStore(), keyPrefix: 'shop:', idleTimeout: '2h', storeTimeout: 1 },
  // @ts-expect-error it is 'destroy' or 'keep'
  { secret: 'a', unset: 'forget' },
  // @ts-expect-error a number of milliseconds
  { secret: 'a', cookie: { maxAge: '1d' } },
  // @ts-expect-error it is no store
  { secret: 'a', store: new Map() },
  // @ts-expect-error there is no such option
  { secret: 'a', rollin: true },
];

export const handler: RequestHandler = (req, res, next) => {
  req.session.views = (req.session.views ?? 0) + 1;
  const id: string = req.sessionID;
  const same: string = req.session.id;
  const age: number | null = req.session.cookie.originalMaxAge;
  req.session.cookie.maxAge = 1000;
  req.session.cookie.expires = null;
  // What a handler has done with an error since there is express-session.
  req.session.save((err) => {
    if (err) return next(err);
    res.send(err.message);
  });
  req.session.regenerate(() => req.session.touch().resetMaxAge().save());
  req.session.reload((err) => res.send(err?.message));
  req.session.destroy((err) => next(err));
  req.session.destroy(() => undefined);
  req.sessionStore.destroy(id, (err) => console.error(err));
  // @ts-expect-error nobody declared it
  req.session.vews = 1;
  // @ts-expect-error a text is not a number
  req.session.views = 'three';
};

/** A store as applications write it. */
export class OwnStore extends session.Store {
  private readonly sessions = new Map<string, SessionData>();

  get(sid: string, callback: (err: any, session?: session.SessionData | null) => void): void {
    callback(null, this.sessions.get(sid));
  }

  set(sid: string, data: session.SessionData, callback?: (err?: any) => void): void {
    this.sessions.set(sid, data);
    callback?.();
  }

  destroy(sid: string, callback?: (err?: any) => void): void {
    this.sessions.delete(sid);
    callback?.();
  }
}

export const store: session.Store = new OwnStore();
export const sameStore: Store = new OwnStore().on('connect', () => undefined);
store.load('sid', (_error, found) => found?.views.toFixed());
session({ secret: 'a', store });
