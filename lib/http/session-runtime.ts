import type { SessionCookie } from '../cookie/session-cookie.js';
import { SessionUnreachableError } from '../errors.js';
import type { Lifetime } from '../session/lifetime.js';
import type { SessionObserver } from '../session/observer.js';
import type { SessionRepository } from '../session/session-repository.js';
import type { HttpOptions } from './http.options.js';
import type { Platform, RawRequest } from './platforms/platform.js';
import { RequestSession } from './request-session.js';

const RUNTIME = Symbol('nestjs-session-auth runtime');
const SESSION = Symbol('nestjs-session-auth session');

type Bearer = RawRequest & { [SESSION]?: RequestSession };

/** What every request of an application needs to come to its session; made once. */
export class SessionRuntime {
  #platform: Platform | null = null;

  constructor(
    readonly repository: SessionRepository,
    readonly cookie: SessionCookie,
    readonly lifetime: Lifetime,
    readonly options: HttpOptions,
    readonly observer: Required<SessionObserver>,
    /** Tells the operator of an error that the client was answered for. */
    readonly report: (error: unknown) => void,
    readonly now: () => number,
  ) {}

  /** The runtime of the application that `request` came to. @throws SessionUnreachableError where it has none */
  static behind(request: object): SessionRuntime {
    const runtime: unknown = Reflect.get(request, RUNTIME);
    if (runtime instanceof SessionRuntime) return runtime;
    throw new SessionUnreachableError(
      'There are no sessions here: import SessionModule.forRoot() in the root module, and ask for a session in an HTTP request only.',
    );
  }

  /** Ties the application's server to this runtime. Called once, before the first request. */
  attach(platform: Platform): void {
    this.#platform = platform;
    platform.bind(RUNTIME, this);
  }

  get platform(): Platform {
    if (this.#platform !== null) return this.#platform;
    throw new SessionUnreachableError('The application has not been initialised yet: call app.init() or app.listen() first.');
  }

  /** The session of a request; with it comes the gate at its response. */
  of(request: object, response: object): RequestSession {
    const raw: Bearer = this.platform.rawRequest(request);
    const existing = raw[SESSION];
    if (existing === undefined) {
      return (raw[SESSION] = new RequestSession(this, request, raw, response, this.platform.rawResponse(response)));
    }
    // A middleware on Fastify has Node's objects, which know less than Fastify's own.
    if (request !== raw) existing.meet(request, response);
    return existing;
  }

  /** The same, if anybody has asked for it: a request that has not touched its session has none. */
  existing(request: object): RequestSession | undefined {
    const raw: Bearer = this.platform.rawRequest(request);
    return raw[SESSION];
  }
}
