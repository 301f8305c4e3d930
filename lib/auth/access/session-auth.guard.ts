import {
  ForbiddenException,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { requestSessionOf } from '../../http/execution-context.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { SessionEventOf } from '../../session/observer.js';
import { AuthConfig } from '../auth-config.js';
import { AuthService } from '../auth.service.js';
import { isBrowser, isLoginPage, loginRedirect, type RedirectedRequest } from '../redirect/login-redirect.js';
import { requestOrigin } from '../redirect/origin.js';
import { safeNext } from '../redirect/safe-next.js';
import type { Freshness } from './freshness.js';
import { requirementOf, type Wanted } from './requirement.js';
import type { SessionUser } from '../users/user.js';

type Reason = SessionEventOf<'refused'>['reason'];

/** A page that a browser is sent to, and what is left for it in the session. */
interface Page {
  readonly url: string | null;
  readonly message: string | null;
  readonly category: string;
  /** What it is asked for, in its query. */
  readonly action: string | null;
}

/**
 * Lets only users in who are logged in, and sets `request.user`. An API client gets a 401 in JSON; a browser is sent to
 * `loginUrl`, where one is set, with `next` saying where it wanted to go. `@Fresh()`, `@Roles()` and `@Permissions()` ask
 * for more, `@Public()` for nothing.
 *
 * The steps are methods, for an application to override.
 *
 * @publicApi
 */
@Injectable()
export class SessionAuthGuard implements CanActivate {
  constructor(
    protected readonly auth: AuthService,
    protected readonly config: AuthConfig,
    protected readonly adapterHost: HttpAdapterHost,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { isPublic, fresh, roles, permissions } = requirementOf(context);
    const request = context.switchToHttp().getRequest<RedirectedRequest & { user?: unknown }>();
    // A preflight request brings no cookies, and its answer holds nothing.
    if (isPublic || request.method === 'OPTIONS') return true;
    const user = await this.auth.user(context);
    if (user === null) return this.refuse(context);
    request.user = user;
    const { rolesOf, permissionsOf } = this.config.options;
    if (roles.length > 0 && !meets(roles, await rolesOf(user))) return this.forbid(context, 'roles');
    if (permissions.length > 0 && !meets(permissions, await permissionsOf(user))) {
      return this.forbid(context, 'permissions');
    }
    if (fresh !== null && !(await this.#isFresh(context, user, fresh))) return this.askAgain(context, fresh);
    return true;
  }

  /** Answers a request without a user. @throws UnauthorizedException, LoginRedirectException */
  protected async refuse(context: ExecutionContext): Promise<never> {
    const { loginUrl: url, loginMessage: message, loginMessageCategory: category } = this.config.options;
    await this.#tell(context, 'login');
    await this.#sendTo({ url, message, category, action: null }, context);
    throw new UnauthorizedException();
  }

  /** Answers a user whose login is not fresh enough. @throws UnauthorizedException, LoginRedirectException */
  protected async askAgain(context: ExecutionContext, { action = null, factors }: Partial<Freshness>): Promise<never> {
    const { confirmUrl: url, confirmMessage: message, confirmMessageCategory: category } = this.config.options;
    await this.#tell(context, 'fresh');
    await this.#sendTo({ url, message, category, action }, context);
    throw new UnauthorizedException({
      statusCode: 401,
      message: 'Confirm who you are to go on.',
      error: 'Unauthorized',
      reason: 'confirmation_required',
      ...(action === null ? {} : { action }),
      ...(factors === undefined ? {} : { factors }),
    });
  }

  /** Answers a user who may not do this. @throws ForbiddenException */
  protected async forbid(context: ExecutionContext, reason: 'roles' | 'permissions'): Promise<never> {
    await this.#tell(context, reason);
    throw new ForbiddenException();
  }

  async #isFresh(context: ExecutionContext, user: SessionUser, fresh: Partial<Freshness>): Promise<boolean> {
    return this.auth.isFresh(await requestSessionOf(context).get(), user, fresh);
  }

  /** Does nothing where there is no such page, where no browser asks, or where it asks for that very page. */
  async #sendTo({ url, message, category, action }: Page, context: ExecutionContext): Promise<void> {
    const { nextField, nextInSession, redirectHost } = this.config.options;
    const http = context.switchToHttp();
    const request = http.getRequest<RedirectedRequest>();
    if (url === null || !this.#wantsPage(request)) return;
    const requestSession = requestSessionOf(context);
    const origin = requestOrigin(requestSession.client.isHttps, request.headers.host);
    if (isLoginPage(url, request, origin)) return;
    const page = action === null ? url : withField(url, 'action', action);
    const redirect = loginRedirect(page, request, {
      origin,
      host: redirectHost,
      field: nextInSession ? null : nextField,
    });
    if (nextInSession || message !== null) {
      const session = await requestSession.get();
      if (nextInSession) session.set('next', safeNext(request.originalUrl ?? request.url));
      if (message !== null) session.flash(category, message);
    }
    this.adapterHost.httpAdapter.setHeader(http.getResponse<unknown>(), 'Location', redirect.location);
    throw redirect;
  }

  #wantsPage(request: RedirectedRequest): boolean {
    const { refusal } = this.config.options;
    return refusal === 'auto' ? isBrowser(request) : refusal === 'redirect';
  }

  async #tell(context: ExecutionContext, reason: Reason): Promise<void> {
    const { observer } = SessionRuntime.behind(context.getArgByIndex<object>(0));
    const session = await requestSessionOf(context).get();
    observer.refused({ publicId: session.isNew ? null : session.id, userId: this.auth.userId(session), reason });
  }
}

function meets(all: readonly Wanted[], names: Iterable<string>): boolean {
  const held = new Set(names);
  return all.every(({ names: wanted, mode }) =>
    mode === 'all' ? wanted.every((name) => held.has(name)) : wanted.some((name) => held.has(name)),
  );
}

function withField(url: string, field: string, value: string): string {
  const fragmentAt = url.includes('#') ? url.indexOf('#') : url.length;
  const page = url.slice(0, fragmentAt);
  const separator = page.includes('?') ? '&' : '?';
  return `${page}${separator}${field}=${encodeURIComponent(value)}${url.slice(fragmentAt)}`;
}
