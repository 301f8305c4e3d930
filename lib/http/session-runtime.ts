import type { ArgumentsHost } from '@nestjs/common';
import { SessionStoreUnavailableError, SessionUnreachableError } from '../errors.js';
import type { KnownLogin } from '../session/known-login.js';
import type { Lifetime } from '../session/lifetime.js';
import type { SessionObserver } from '../session/observer.js';
import type { SessionRepository } from '../session/session-repository.js';
import type { HttpOptions } from './http.options.js';
import { LookedForEnds } from './ends-elsewhere.js';
import { HeldLogins } from './held-logins.js';
import type { Notices } from './notices.js';
import { ARRIVED_AT, type Platform } from './platforms/platform.js';
import type { RawRequest } from './platforms/raw.js';
import type { RequestClient } from './request-client.js';
import { RequestSession, type SessionWatcher } from './request-session.js';
import type { SessionMigration } from './session-migration.js';
import type { SessionCookie } from './session-cookie.js';
import type { TransportNotice } from './transport-notice.js';

const RUNTIME = Symbol('nestjs-session-auth runtime');
/** The same symbol in every copy of the package. */
const ANY_COPY = Symbol.for('nestjs-session-auth');

/** The error for a request that this copy of the package has no sessions for. @param message if no other copy has any. */
export function unreachable(request: unknown, message: string): SessionUnreachableError {
  const hasOther = typeof request === 'object' && request !== null && Reflect.get(request, ANY_COPY) !== undefined;
  if (!hasOther) return new SessionUnreachableError(message);
  return new SessionUnreachableError(
    'There are two copies of nestjs-session-auth in this process: SessionModule comes from one, and the code that requests the session from ' +
      'another, which a library or a workspace has installed. Install it once: `npm ls nestjs-session-auth` lists them; a library should have it ' +
      'as a peer dependency.',
  );
}

type Bearer = RawRequest & Record<symbol, RequestSession | undefined>;

/** What requests of an application need to get their session; created once. */
export class SessionRuntime {
  /** The key of the session on Node's request. An application mounted in another one has its own. */
  readonly #slot = Symbol('nestjs-session-auth session');
  #platform: Platform | null = null;
  #isExposed = false;
  /** Set before the first request, by the auth room. */
  watcher: SessionWatcher | null = null;
  /** The logins that running responses depend on. */
  readonly heldLogins: HeldLogins;

  constructor(
    readonly repository: SessionRepository,
    readonly cookie: SessionCookie,
    readonly lifetime: Lifetime,
    readonly options: HttpOptions,
    readonly observer: Required<SessionObserver>,
    /** Logs an error for which the client got a response. */
    readonly report: (error: unknown) => void,
    readonly now: () => number,
    readonly notices: Notices,
    readonly migration: SessionMigration | null = null,
    /** Null: requests are not checked. */
    private readonly transport: TransportNotice | null = null,
  ) {
    const elsewhere = new LookedForEnds(
      (login) => this.#findLogin(login),
      (error) => {
        if (error instanceof SessionStoreUnavailableError) observer.storeError({ error });
        else report(error);
      },
    );
    this.heldLogins = new HeldLogins(repository.endedLogins, elsewhere, report);
  }

  /** The runtime of the request's application; null: it has none. Everything else of the application is found through it. */
  static ofApplication(request: object): SessionRuntime | null {
    let runtime: unknown = Reflect.get(request, RUNTIME);
    if (runtime === undefined) {
      // An Express application that is called as a function, and passes the request on, leaves its own prototype on it.
      const values: unknown = Reflect.get(request, ARRIVED_AT);
      runtime = values instanceof Map ? values.get(RUNTIME) : undefined;
    }
    return runtime instanceof SessionRuntime ? runtime : null;
  }

  /** The same. @throws SessionUnreachableError if it has none */
  static behind(request: object): SessionRuntime {
    const runtime = SessionRuntime.ofApplication(request);
    if (runtime !== null) return runtime;
    throw unreachable(
      request,
      'There are no sessions here: import SessionModule.forRoot() in the root module, and request a session in HTTP requests only.',
    );
  }

  /** Connects the application's server to this runtime. Called once, before the first request. */
  attach(platform: Platform): void {
    this.#platform = platform;
    platform.bind(RUNTIME, this);
    platform.bind(ANY_COPY, this);
    platform.reserve(this.#slot);
    if (this.#isExposed) platform.exposeSession?.();
  }

  /** Announces that a middleware will set `session` on Node's requests. */
  exposeSession(): void {
    if (this.#isExposed) return;
    this.#isExposed = true;
    this.#platform?.exposeSession?.();
  }

  /** Whether something sets `session` on the server's requests. */
  get isSessionExposed(): boolean {
    return this.#isExposed;
  }

  get platform(): Platform {
    if (this.#platform !== null) return this.#platform;
    throw new SessionUnreachableError(
      'The application has not been initialised yet: call app.init() or app.listen() first.',
    );
  }

  /** Whether a request has a cookie that may lead to a session, here or in the framework it is migrated from; valid or not. */
  isIn(client: RequestClient): boolean {
    return this.cookie.isIn(client.cookieHeader) || (this.migration?.isIn(client) ?? false);
  }

  /** The session of a request; creates the gate of its response. */
  of(request: object, response: unknown): RequestSession {
    const raw = this.platform.rawRequest(request) as Bearer;
    const existing = raw[this.#slot];
    if (existing === undefined) {
      this.transport?.look(request, raw, this.platform);
      return (raw[this.#slot] = new RequestSession(this, request, raw, this.platform.rawResponse(response)));
    }
    // On Fastify, middleware gets Node's request, which knows less than Fastify's.
    if (request !== raw) existing.meet(request);
    return existing;
  }

  async #findLogin(login: KnownLogin): Promise<KnownLogin | null> {
    if (await this.watcher?.isOver(login.auth)) return null;
    return this.repository.findLogin(login);
  }

  /** The same, if already created: a request that has not touched its session has none. */
  existing(request: object): RequestSession | undefined {
    const raw = this.platform.rawRequest(request) as Bearer;
    return raw[this.#slot];
  }
}

/** The request's session for an execution context. @throws SessionUnreachableError outside of HTTP */
export function requestSessionOf(context: ArgumentsHost): RequestSession {
  if (context.getType() !== 'http') {
    throw new SessionUnreachableError(
      `There is no session in a context of type "${context.getType()}", only in an HTTP request.`,
    );
  }
  // By index: `switchToHttp()` creates three functions per call, and every request takes this path.
  const request = context.getArgByIndex<object>(0);
  return SessionRuntime.behind(request).of(request, context.getArgByIndex<object>(1));
}
