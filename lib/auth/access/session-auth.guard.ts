import {
  ForbiddenException,
  Inject,
  Injectable,
  NotFoundException,
  ServiceUnavailableException,
  SetMetadata,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { RequestSession } from '../../http/request-session.js';
import { requestSessionOf, runtimeOf } from '../../http/session-of.js';
import { actedBy } from '../../session/auth-facts.js';
import type { SessionEventOf } from '../../session/observer.js';
import { stateOf } from '../../session/session.js';
import { AuthConfig } from '../auth-config.js';
import { AuthService } from '../auth.service.js';
import type { SessionUser } from '../users/user.js';
import { AccessService } from './access.service.js';
import type { Freshness } from './freshness.js';
import { ASKS_WHO, requirementOf, type Requirement } from './requirement.js';
import { refusalIn } from './refusal.js';
import { sendToPage } from './send-to-page.js';

type Reason = Extract<SessionEventOf<'refused'>['reason'], 'login' | 'fresh' | 'roles' | 'permissions' | 'policy'>;

/** The admitted user, and the requirement: the guards of a route, its controller and the application are often the same. */
const letIn = new WeakMap<RequestSession, { readonly requirement: Requirement; readonly user: SessionUser }>();

/** Which refusals of an operation listeners have been notified of. */
const told = new WeakMap<RequestSession, Set<Reason>>();

/**
 * Admits only logged-in users, and sets `request.user`. An API client gets a 401 in JSON; a browser is redirected to
 * `redirects.loginUrl`, if set, with the requested place as `next`. `@Fresh()`, `@Roles()`, `@Permissions()` and `@Can()` require more,
 * `@Public()` nothing.
 *
 * You can override the steps, which are methods. Listeners are notified of a refusal before they are called.
 *
 * @publicApi
 */
@Injectable()
@SetMetadata(ASKS_WHO, true)
export class SessionAuthGuard implements CanActivate {
  // Property injection, so that subclasses can have their own constructor.
  @Inject(AuthService) protected readonly auth!: AuthService;
  @Inject(AuthConfig) protected readonly config!: AuthConfig;
  @Inject(AccessService) protected readonly access!: AccessService;
  @Inject(HttpAdapterHost) protected readonly adapterHost!: HttpAdapterHost;

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const requirement = requirementOf(context);
    if (requirement.isPublic) return true;
    const carried = requestSessionOf(context);
    carried.becomeGuarded();
    const user = await this.#userOf(context);
    if (user === null) {
      await this.#tell(context, 'login');
      return this.refuse(context);
    }
    const request: { user?: unknown } = carried.carrier;
    request.user = user;
    const before = letIn.get(carried);
    if (before?.requirement === requirement && before.user === user) return true;
    const { roles, permissions, actions } = requirement;
    if (roles.length + permissions.length + actions.length > 0) {
      const lacking = await this.access.lackingOf(requirement, user, context);
      if (lacking === 'resource') throw refusalIn(context, new NotFoundException());
      if (lacking !== null) {
        await this.#tell(context, lacking);
        return this.forbid(context, lacking);
      }
    }
    const { fresh } = requirement;
    if (fresh !== null && !(await this.auth.isFresh(await carried.get(), user, fresh))) {
      await this.#tell(context, 'fresh');
      return this.askAgain(context, fresh);
    }
    // Over anything but HTTP, one request or connection can call a handler for several resources.
    if (actions.length === 0 || context.getType() === 'http') letIn.set(carried, { requirement, user });
    return true;
  }

  /** The login page for a route; null: there is none, and the response is a 401. Default: `redirects.loginUrl`. */
  protected loginUrlOf(_context: ExecutionContext): string | null {
    return this.config.options.redirects.loginUrl;
  }

  /** The re-authentication page for a route; null: as for {@link loginUrlOf}. Default: `redirects.confirmUrl`. */
  protected confirmUrlOf(_context: ExecutionContext): string | null {
    return this.config.options.redirects.confirmUrl;
  }

  /** Responds to a request without a user. @throws UnauthorizedException, LoginRedirectException */
  protected async refuse(context: ExecutionContext): Promise<never> {
    const { redirects, messages } = this.config.options;
    const page = { url: this.loginUrlOf(context), message: messages.login, action: null };
    await sendToPage(page, context, redirects, this.adapterHost);
    throw refusalIn(context, new UnauthorizedException());
  }

  /** Responds to a user whose login is not fresh enough. @throws UnauthorizedException, LoginRedirectException */
  protected async askAgain(context: ExecutionContext, { action = null, factors }: Partial<Freshness>): Promise<never> {
    const { redirects, messages } = this.config.options;
    const page = { url: this.confirmUrlOf(context), message: messages.confirm, action };
    await sendToPage(page, context, redirects, this.adapterHost);
    const exception = new UnauthorizedException({
      statusCode: 401,
      message: 'Confirm your identity to continue.',
      error: 'Unauthorized',
      reason: 'confirmation_required',
      ...(action === null ? {} : { action }),
      ...(factors === undefined ? {} : { factors }),
    });
    throw refusalIn(context, exception);
  }

  /** Responds to a user who lacks a role or permission, or whom a policy does not let do it. @throws ForbiddenException */
  protected forbid(context: ExecutionContext, _reason: 'roles' | 'permissions' | 'policy'): Promise<never> {
    return Promise.reject(refusalIn(context, new ForbiddenException()));
  }

  /** A socket gets no status, so Nest would call this an internal error. */
  async #userOf(context: ExecutionContext): Promise<SessionUser | null> {
    try {
      return await this.auth.user(context);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException) || context.getType<string>() !== 'ws') throw error;
      throw refusalIn(context, error);
    }
  }

  async #tell(context: ExecutionContext, reason: Reason): Promise<void> {
    const request = requestSessionOf(context);
    if (request.isOperation && !isFirst(request, reason)) return;
    const session = await request.get();
    runtimeOf(context)?.observer.refused({
      publicId: session.isNew ? null : session.id,
      userId: this.auth.userId(session),
      reason,
      address: request.client.address,
      ...actedBy(stateOf(session).auth),
    });
  }
}

/** A query can call a resolver any number of times, which must not fill a log. */
function isFirst(request: RequestSession, reason: Reason): boolean {
  const reasons = told.get(request) ?? new Set();
  if (reasons.has(reason)) return false;
  told.set(request, reasons.add(reason));
  return true;
}
