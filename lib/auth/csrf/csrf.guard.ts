import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingHttpHeaders } from 'node:http';
import { SessionUnreachableError } from '../../errors.js';
import { requestSessionOf } from '../../http/execution-context.js';
import { RequestClient } from '../../http/request-client.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { requestOrigin } from '../redirect/origin.js';
import { CsrfConfig } from './csrf-config.js';
import { CSRF_EXEMPT } from './csrf-exempt.decorator.js';
import { CsrfRefusedException, type CsrfRefusal } from './csrf-refused.exception.js';
import { CsrfService } from './csrf.service.js';
import { verdictOn, type Verdict } from './provenance.js';

/** What has to change nothing (RFC 9110, 9.2.1). A request by any other method is looked at. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** What is needed of a request, whichever server it came to. */
interface GuardedRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** As the server's parser has left it. */
  readonly body?: unknown;
}

/**
 * Refuses what another site may have sent in its visitor's name, with a 403: for a route, a controller, or as `APP_GUARD` for
 * all routes, before the guard that asks who is there.
 *
 * A request by a method other than GET, HEAD, OPTIONS and TRACE passes where the browser says that it comes from this origin
 * or from one of `csrf.trustedOrigins`. Where nothing says so, it needs a token of {@link CsrfService}, unless it has no
 * cookies: it then speaks for nobody. With `csrf.mode: 'token'` a token is needed in any case.
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
    // A message is sent by a connection that is open already, not by a form.
    if (kind === 'ws' || kind === 'rpc') return true;
    if (kind !== 'http') throw notHttp(kind);
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    if (safeMethods.has(request.method) || this.isExempt(context)) return true;
    const verdict = this.judge(request);
    if (verdict === 'cross-site') throw this.refusal(request, 'CSRF_CROSS_SITE');
    if (verdict === 'foreign-origin') throw this.refusal(request, 'CSRF_FOREIGN_ORIGIN');
    const isOurs = verdict === 'ours';
    // No browser sent it, or one would have said from where; and nothing in it speaks for a user by itself.
    if (!isOurs && !request.headers.cookie) return true;
    if (isOurs && this.config.options.mode === 'origin') return true;
    return this.requireToken(context, request);
  }

  protected isExempt(context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride<unknown>(CSRF_EXEMPT, [context.getHandler(), context.getClass()]) === true;
  }

  /** What is thrown, once the observer has been told. In whose name the request came has not been asked. */
  protected refusal(request: GuardedRequest, code: CsrfRefusal): CsrfRefusedException {
    const { platform, observer } = this.runtime;
    const { address } = new RequestClient(request, platform.rawRequest(request), platform);
    observer.refused({ publicId: null, userId: null, reason: 'csrf', address });
    return new CsrfRefusedException(code);
  }

  /** What the browser says of where the request comes from. */
  protected judge(request: GuardedRequest): Verdict {
    const { headers } = request;
    const own = (): string | null =>
      requestOrigin(this.runtime.platform.isHttps(request), asText(headers[':authority']) ?? headers.host);
    return verdictOn({ site: asText(headers['sec-fetch-site']), origin: headers.origin }, own, this.config.trusted);
  }

  /** What a request carries for a token; undefined: nothing. */
  protected tokenIn({ headers, body }: GuardedRequest): unknown {
    const { field } = this.config.options;
    const inHeader = headers[this.config.header];
    if (inHeader !== undefined) return inHeader;
    return typeof body === 'object' && body !== null ? (Reflect.get(body, field) as unknown) : undefined;
  }

  /** @throws CsrfRefusedException */
  protected async requireToken(context: ExecutionContext, request: GuardedRequest): Promise<true> {
    const token = this.tokenIn(request);
    if (token === undefined) throw this.refusal(request, 'CSRF_TOKEN_MISSING');
    const session = await requestSessionOf(context).getReadonly();
    if (this.csrf.isValid(session, token)) return true;
    throw this.refusal(request, 'CSRF_TOKEN_INVALID');
  }
}

/** Of two that came one tells nothing. Node joins what comes twice with a comma, which is no value that is looked for. */
function asText(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}

function notHttp(kind: string): SessionUnreachableError {
  return new SessionUnreachableError(
    `CsrfGuard cannot see where a request of the type "${kind}" comes from. Guard HTTP controllers with it, and the rest by app.enableCsrfProtection().`,
  );
}
