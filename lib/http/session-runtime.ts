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

/** The error of a request that has no sessions for this copy of the package. @param message where no other copy has any. */
export function unreachable(request: unknown, message: string): SessionUnreachableError {
  const hasOther = typeof request === 'object' && request !== null && Reflect.get(request, ANY_COPY) !== undefined;
  if (!hasOther) return new SessionUnreachableError(message);
  return new SessionUnreachableError(
    'There are two copies of nestjs-session-auth in this process: SessionModule comes from one, and what asked for the session from ' +
      'another, which a library or a workspace brings along. Install it once: `npm ls nestjs-session-auth` names them; a library has it ' +
      'as a peer dependency.',
  );
}

type Bearer = RawRequest & Record<symbol, RequestSession | undefined>;

/** What every request of an application needs to come to its session; made once. */
export class SessionRuntime {
  /** Where Node's request keeps its session. An application that is mounted in another one has a place of its own. */
  readonly #slot = Symbol('nestjs-session-auth session');
  #platform: Platform | null = null;
  #isExposed = false;
  /** Set before the first request, by whoever knows users. */
  watcher: SessionWatcher | null = null;
  /** The logins that answers depend on which are still under way. */
  readonly heldLogins: HeldLogins;

  constructor(
    readonly repository: SessionRepository,
    readonly cookie: SessionCookie,
    readonly lifetime: Lifetime,
    readonly options: HttpOptions,
    readonly observer: Required<SessionObserver>,
    /** Tells the operator of an error that the client was answered for. */
    readonly report: (error: unknown) => void,
    readonly now: () => number,
    readonly notices: Notices,
    readonly migration: SessionMigration | null = null,
    /** Null: nothing is to be said of how requests come in. */
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

  /** The runtime of the application that `request` is with; null: it has none. Whatever else belongs to an application is found by it. */
  static ofApplication(request: object): SessionRuntime | null {
    let runtime: unknown = Reflect.get(request, RUNTIME);
    if (runtime === undefined) {
      // An Express that is called as a function, and passes the request on, leaves its own prototype at it.
      const values: unknown = Reflect.get(request, ARRIVED_AT);
      runtime = values instanceof Map ? values.get(RUNTIME) : undefined;
    }
    return runtime instanceof SessionRuntime ? runtime : null;
  }

  /** The same. @throws SessionUnreachableError where it has none */
  static behind(request: object): SessionRuntime {
    const runtime = SessionRuntime.ofApplication(request);
    if (runtime !== null) return runtime;
    throw unreachable(
      request,
      'There are no sessions here: import SessionModule.forRoot() in the root module, and ask for a session in an HTTP request only.',
    );
  }

  /** Ties the application's server to this runtime. Called once, before the first request. */
  attach(platform: Platform): void {
    this.#platform = platform;
    platform.bind(RUNTIME, this);
    platform.bind(ANY_COPY, this);
    platform.reserve(this.#slot);
    if (this.#isExposed) platform.exposeSession?.();
  }

  /** A middleware is going to set `session` of Node's requests. */
  exposeSession(): void {
    if (this.#isExposed) return;
    this.#isExposed = true;
    this.#platform?.exposeSession?.();
  }

  /** Whether something sets `session` of the server's requests. */
  get isSessionExposed(): boolean {
    return this.#isExposed;
  }

  get platform(): Platform {
    if (this.#platform !== null) return this.#platform;
    throw new SessionUnreachableError(
      'The application has not been initialised yet: call app.init() or app.listen() first.',
    );
  }

  /** Whether a request has a cookie that may lead to a session, here or where it would come from; of whatever worth. */
  isIn(client: RequestClient): boolean {
    return this.cookie.isIn(client.cookieHeader) || (this.migration?.isIn(client) ?? false);
  }

  /** The session of a request; with it comes the gate at its response. */
  of(request: object, response: unknown): RequestSession {
    const raw = this.platform.rawRequest(request) as Bearer;
    const existing = raw[this.#slot];
    if (existing === undefined) {
      this.transport?.look(request, raw, this.platform);
      return (raw[this.#slot] = new RequestSession(this, request, raw, this.platform.rawResponse(response)));
    }
    // A middleware on Fastify has Node's request, which knows less than Fastify's own.
    if (request !== raw) existing.meet(request);
    return existing;
  }

  async #findLogin(login: KnownLogin): Promise<KnownLogin | null> {
    if (await this.watcher?.isOver(login.auth)) return null;
    return this.repository.findLogin(login);
  }

  /** The same, if anybody has asked for it: a request that has not touched its session has none. */
  existing(request: object): RequestSession | undefined {
    const raw = this.platform.rawRequest(request) as Bearer;
    return raw[this.#slot];
  }
}

/** The request's session that an execution context leads to. @throws SessionUnreachableError outside of HTTP */
export function requestSessionOf(context: ArgumentsHost): RequestSession {
  if (context.getType() !== 'http') {
    throw new SessionUnreachableError(
      `There is no session in a context of type "${context.getType()}", only in an HTTP request.`,
    );
  }
  // By their places: `switchToHttp()` makes three functions each time, and this is on the path of every request.
  const request = context.getArgByIndex<object>(0);
  return SessionRuntime.behind(request).of(request, context.getArgByIndex<object>(1));
}
