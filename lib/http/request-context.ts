import { SessionUnreachableError } from '../errors.js';
import { currentIn, currentSession, type Current } from './current-session.js';
import type { RawRequest } from './platforms/raw.js';
import type { RequestSession } from './request-session.js';
import type { SessionRuntime } from './session-runtime.js';

/** A request as what the running code serves. It has no session, and its response no gate, before one is requested. */
class CurrentRequest implements Current {
  readonly client = null;

  constructor(
    readonly runtime: SessionRuntime,
    readonly outer: Current | undefined,
    readonly raw: RawRequest,
    private request: object,
    private response: unknown,
  ) {}

  get session(): RequestSession {
    return this.runtime.of(this.request, this.response);
  }

  /** On Fastify, the server and middleware have Node's request, which knows less than Fastify's. */
  meet(request: object, response: unknown): void {
    this.request = request;
    this.response = response;
  }
}

/** Puts the requests of an application into `currentSession`, for {@link currentIn}. */
export class RequestContext {
  constructor(private readonly runtime: SessionRuntime) {}

  /** From now on, the running code serves this request; for a listener of the server, which is called first. */
  enter(request: object, response: unknown): void {
    currentSession.enterWith(this.#of(request, response));
  }

  /** Calls `next` as code that serves this request. */
  run(request: object, response: unknown, next: () => void): void {
    const current = currentIn(this.runtime);
    if (current instanceof CurrentRequest && current.raw === this.runtime.platform.rawRequest(request)) {
      current.meet(request, response);
      next();
    } else {
      currentSession.run(this.#of(request, response), next);
    }
  }

  #of(request: object, response: unknown): CurrentRequest {
    const { runtime } = this;
    const former = currentSession.getStore();
    // One request of an application that is called by another request of it needs no memory of that one.
    const outer = former?.runtime === runtime ? former.outer : former;
    return new CurrentRequest(runtime, outer, runtime.platform.rawRequest(request), request, response);
  }
}

/** What is being served for an application; null: nothing. @throws SessionUnreachableError if the application has turned that off */
export function currentOf(runtime: SessionRuntime): Current | null {
  if (runtime.options.requestContext) return currentIn(runtime);
  throw new SessionUnreachableError(
    'The current session is not known without a request in hand. Set requestContext: true (SESSION_REQUEST_CONTEXT) in SessionModule.forRoot(), ' +
      'or pass the session on from the handler.',
  );
}
