import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isResponse } from '../../../response/doors.js';
import { ResponseGate } from '../../../response/response-gate.js';
import { isSessionStore, OwnBackend } from './own-backend.js';
import type { Backend } from './backend.js';
import { ConnectBackend } from './connect-backend.js';
import { Cookie } from './cookie.js';
import type { CookieOptions } from './cookie-options.js';
import { found } from './found-session.js';
import { isExpressStore } from './express-store.js';
import { MemoryStore } from './memory-store.js';
import { isUsable, resolveOptions, type ResolvedOptions, type SessionOptions } from './options.js';
import type { SessionRequest } from './request.js';
import { isSecure, pathOf } from './request-facts.js';
import { sidsOf } from './request-sid.js';
import { Session } from './session.js';
import { SessionOfRequest } from './session-of-request.js';
import { chosenOf, type ChosenSession } from './several-sessions.js';
import { warnOnce } from './warn-once.js';

/** Middleware for Express, Connect, Nest on Express, or a `node:http` server. @publicApi */
export type SessionMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * The express-session middleware: gives requests `req.session`, `req.sessionID` and `req.sessionStore`, saves the session
 * before the response is complete, and sends its cookie.
 *
 * @throws TypeError that names an invalid option.
 */
export function createMiddleware(given: SessionOptions = {}): SessionMiddleware {
  const options = resolveOptions(given);
  const backend = backendFor(given.store, options);
  const { store } = backend;

  store.generate = (incoming) => {
    const req = incoming as SessionRequest;
    req.sessionID = options.genid(req);
    const session = new Session(req);
    req.session = session;
    session.cookie = newCookie(req, options);
  };
  let isConnected = true;
  store.on('disconnect', () => (isConnected = false));
  store.on('connect', () => (isConnected = true));

  return function session(incoming, res, next): void {
    const req: SessionRequest = incoming;
    // There already is another session, or the store has reported that it is disconnected.
    if (req.session || !isConnected) return next();
    const cookieOptions = options.cookieOf(req);
    if (!pathOf(req).startsWith(cookieOptions.path || '/')) return next();
    const secrets = options.secrets ?? (isUsable(req.secret) ? [req.secret] : null);
    if (secrets === null) return next(new Error('A secret is required for sessions: set the option secret.'));

    req.sessionStore = store;
    const shown = sidsOf(req, options.name, secrets);
    const start = ({ sid: cookieId, others }: ChosenSession): void => {
      req.sessionID = cookieId;
      const cookies = { shown, id: cookieId, others };
      const current = new SessionOfRequest(req, next, backend, options, secrets, cookieOptions, cookies);
      // A WebSocket handshake has no response: its session is read, and saved only if `save()` is called.
      const answer = isResponse(res) ? res : null;
      if (answer !== null) new ResponseGate(answer, current);
      whenOver(req, answer, () => {
        current.leave();
      });
      if (cookieId === undefined) {
        current.generate();
        next();
        return;
      }
      begin(cookieId, current, backend).then(
        () => queueMicrotask(next),
        (error: unknown) => queueMicrotask(() => next(error)),
      );
    };
    if (shown.tokens.length < 2) return start({ sid: shown.tokens[0]?.sid, others: [] });
    chosenOf(shown, backend, cookieOptions).then(start, (error: unknown) => queueMicrotask(() => next(error)));
  };
}

/** Calls back once the request is complete or its client has disconnected; for a handshake, when its connection closes. */
function whenOver(req: IncomingMessage, answer: EventEmitter | null, over: () => void): void {
  const place: unknown = answer ?? (req.headers.upgrade === undefined ? req : req.socket);
  // A mock request has no end.
  if (place instanceof EventEmitter && !('destroyed' in place && place.destroyed === true)) place.once('close', over);
  else over();
}

async function begin(sid: string, current: SessionOfRequest, { store }: Backend): Promise<void> {
  const data = await found(store, sid);
  if (data === null) current.generate();
  else current.inflate(data);
}

function newCookie(req: SessionRequest, options: ResolvedOptions): Cookie {
  const cookieOptions: CookieOptions = options.cookieOf(req);
  const cookie = new Cookie(cookieOptions);
  const secure = isSecure(req, options.proxy);
  if (cookieOptions.secure === 'auto') cookie.secure = secure;
  if (cookieOptions.sameSite === 'auto') cookie.sameSite = secure ? 'none' : 'lax';
  return cookie;
}

function backendFor(store: SessionOptions['store'], options: ResolvedOptions): Backend {
  if (store === undefined || store instanceof MemoryStore) {
    if (process.env['NODE_ENV'] === 'production') {
      warnOnce('memory-store', 'Sessions are kept in the memory of one process, without a limit. Set another store.');
    }
    return new ConnectBackend(store ?? new MemoryStore());
  }
  if (isSessionStore(store)) return new OwnBackend(store, options);
  if (isExpressStore(store)) return new ConnectBackend(store);
  throw new TypeError('The option store must be an express-session store, or one of this package.');
}
