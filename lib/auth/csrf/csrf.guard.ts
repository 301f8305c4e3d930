import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingHttpHeaders } from 'node:http';
import { SessionUnreachableError } from '../../errors.js';
import { RequestClient } from '../../http/request-client.js';
import type { RequestSession } from '../../http/request-session.js';
import { requestSessionOf } from '../../http/session-of.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { refusalIn } from '../access/refusal.js';
import { CsrfConfig } from './csrf-config.js';
import { CSRF_EXEMPT } from './csrf-exempt.decorator.js';
import { CsrfRefusedException, type CsrfRefusal } from './csrf-refused.exception.js';
import { CsrfService } from './csrf.service.js';
import { verdictOn, type Verdict } from '../../http/provenance.js';

/** The parts of a request that are needed, on any server. */
interface GuardedRequest {
  readonly headers: IncomingHttpHeaders;
  /** As parsed by the server. */
  readonly body?: unknown;
}

/** What was decided on the requests of operations, by the class of the guard: a subclass may decide otherwise. */
const operations = new WeakMap<RequestSession, Map<unknown, Promise<true>>>();

/**
 * Rejects requests that another site may have sent on a user's behalf, with a 403: for a route, a controller, or as `APP_GUARD`
 * for all routes, before the guard that requires a login.
 *
 * GET, HEAD, OPTIONS and TRACE pass. Any other request passes if the browser says that it comes from this origin or from one of
 * `csrf.trustedOrigins`. If nothing says so, it needs a token of {@link CsrfService}, unless it has neither a session cookie nor
 * a remember-me cookie: then it acts for no user. If the browser hides the origin (`Origin: null`), it needs a token in any
 * case, and with `csrf.mode: 'token'` always. A request with an access token of an account passes as well, since its session counts for nothing.
 *
 * In GraphQL, all of this holds for GET as well, which calls resolvers; the guard decides once for each HTTP request.
 *
 * @publicApi
 */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(
    protected readonly reflector: Reflector,
    protected readonly runtime: SessionRuntime,
    protected readonly config: CsrfConfig,
    protected readonly csrf: CsrfService,
  ) {}

  /** @throws CsrfRefusedException */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const kind = context.getType<string>();
    // A message is sent over an open connection, not by a form.
    if (kind === 'ws' || kind === 'rpc') return true;
    if (kind === 'graphql') return this.isExempt(context) || this.#admitOperation(context);
    if (kind !== 'http') throw notHttp(kind);
    const request = context.getArgByIndex<GuardedRequest>(0);
    if (this.clientOf(request).isSafe || this.isExempt(context) || this.config.hasOwnCredential(context)) return true;
    return this.admit(context, request);
  }

  /** Decides on a request that may change something. @throws CsrfRefusedException */
  protected admit(context: ExecutionContext, request: GuardedRequest): true | Promise<true> {
    const verdict = this.judge(request);
    if (verdict === 'cross-site') throw this.refusal(request, 'CSRF_CROSS_SITE');
    if (verdict === 'foreign-origin') throw this.refusal(request, 'CSRF_FOREIGN_ORIGIN');
    if (verdict === 'ours' && this.config.options.mode === 'origin') return true;
    // It was not sent by a browser, which would have said from where; and nothing in it identifies a user automatically.
    if (verdict === 'unsaid' && !this.config.speaksForUser(this.clientOf(request))) return true;
    // A page that hides its origin may be ours or any other: only a token tells them apart.
    return this.requireToken(context, request, verdict === 'hidden' ? 'CSRF_FOREIGN_ORIGIN' : 'CSRF_TOKEN_MISSING');
  }

  /** Decides once for all resolvers that a request calls. Its method says nothing: GET calls resolvers, too. */
  #admitOperation(context: ExecutionContext): true | Promise<true> {
    const carried = requestSessionOf(context);
    // The origin of its handshake is checked before any operation gets the session.
    if (carried.isOverSocket) return true;
    const decisions = operations.get(carried) ?? new Map<unknown, Promise<true>>();
    operations.set(carried, decisions);
    const decision = decisions.get(this.constructor) ?? this.#decide(context, carried.carrier as GuardedRequest);
    decisions.set(this.constructor, decision);
    return decision;
  }

  async #decide(context: ExecutionContext, request: GuardedRequest): Promise<true> {
    try {
      return await this.admit(context, request);
    } catch (error) {
      throw error instanceof CsrfRefusedException ? refusalIn(context, error) : error;
    }
  }

  protected isExempt(context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride<unknown>(CSRF_EXEMPT, [context.getHandler(), context.getClass()]) === true;
  }

  /** The exception, after listeners have been notified. The user of the request has not been loaded. */
  protected refusal(request: GuardedRequest, code: CsrfRefusal): CsrfRefusedException {
    const { address } = this.clientOf(request);
    this.runtime.observer.refused({ publicId: null, userId: null, reason: 'csrf', address });
    return new CsrfRefusedException(code);
  }

  /** What the browser says about the origin of the request. */
  protected judge(request: GuardedRequest): Verdict {
    const client = this.clientOf(request);
    return verdictOn(client.provenance, () => client.origin, this.config.trusted);
  }

  /** The client of the request, and what a browser says about it. */
  protected clientOf(request: GuardedRequest): RequestClient {
    const { platform, options } = this.runtime;
    return new RequestClient(request, platform.rawRequest(request), platform, options.publicUrl);
  }

  /** The token of a request; undefined: none. */
  protected tokenIn({ headers, body }: GuardedRequest): unknown {
    const { field } = this.config.options;
    const inHeader = headers[this.config.header];
    if (inHeader !== undefined) return inHeader;
    return typeof body === 'object' && body !== null ? (Reflect.get(body, field) as unknown) : undefined;
  }

  /** @param otherwise why a request without a token is rejected. @throws CsrfRefusedException */
  protected async requireToken(
    context: ExecutionContext,
    request: GuardedRequest,
    otherwise: CsrfRefusal = 'CSRF_TOKEN_MISSING',
  ): Promise<true> {
    const token = this.tokenIn(request);
    if (token === undefined) throw this.refusal(request, otherwise);
    const session = await requestSessionOf(context).getReadonly();
    if (this.csrf.isValid(session, token)) return true;
    throw this.refusal(request, 'CSRF_TOKEN_INVALID');
  }
}

function notHttp(kind: string): SessionUnreachableError {
  return new SessionUnreachableError(
    `CsrfGuard cannot tell where a request of the type "${kind}" comes from. Use it for HTTP controllers, and app.enableCsrfProtection() for the rest.`,
  );
}
