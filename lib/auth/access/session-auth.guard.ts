import {
  ForbiddenException,
  Inject,
  Injectable,
  SetMetadata,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { requestSessionOf, SessionRuntime } from '../../http/session-runtime.js';
import type { SessionEventOf } from '../../session/observer.js';
import { AuthConfig } from '../auth-config.js';
import { AuthService } from '../auth.service.js';
import type { SessionUser } from '../users/user.js';
import type { Freshness } from './freshness.js';
import { namesIn } from './names.js';
import { ASKS_WHO, requirementOf, type Requirement, type Wanted } from './requirement.js';
import { sendToPage } from './send-to-page.js';

type Reason = Extract<SessionEventOf<'refused'>['reason'], 'login' | 'fresh' | 'roles' | 'permissions'>;

/** The admitted user, and the requirement: the guards of a route, its controller and the application are often the same. */
const letIn = new WeakMap<object, { readonly requirement: Requirement; readonly user: SessionUser }>();

/**
 * Admits only logged-in users, and sets `request.user`. An API client gets a 401 in JSON; a browser is redirected to
 * `loginUrl`, if set, with the requested place as `next`. `@Fresh()`, `@Roles()` and `@Permissions()` require more, `@Public()`
 * nothing.
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
  @Inject(HttpAdapterHost) protected readonly adapterHost!: HttpAdapterHost;

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const requirement = requirementOf(context);
    if (requirement.isPublic) return true;
    requestSessionOf(context).becomeGuarded();
    const user = await this.auth.user(context);
    if (user === null) {
      await this.#tell(context, 'login');
      return this.refuse(context);
    }
    const request = context.getArgByIndex<{ user?: unknown }>(0);
    request.user = user;
    const before = letIn.get(request);
    if (before?.requirement === requirement && before.user === user) return true;
    const { roles, permissions } = requirement;
    const lacking = roles.length + permissions.length > 0 ? await this.#lackingOf(requirement, user) : null;
    if (lacking !== null) {
      await this.#tell(context, lacking);
      return this.forbid(context, lacking);
    }
    const { fresh } = requirement;
    if (fresh !== null && !(await this.auth.isFresh(await requestSessionOf(context).get(), user, fresh))) {
      await this.#tell(context, 'fresh');
      return this.askAgain(context, fresh);
    }
    letIn.set(request, { requirement, user });
    return true;
  }

  /** The login page for a route; null: there is none, and the response is a 401. Default: `loginUrl`. */
  protected loginUrlOf(_context: ExecutionContext): string | null {
    return this.config.options.loginUrl;
  }

  /** The re-authentication page for a route; null: as for {@link loginUrlOf}. Default: `confirmUrl`. */
  protected confirmUrlOf(_context: ExecutionContext): string | null {
    return this.config.options.confirmUrl;
  }

  /** Responds to a request without a user. @throws UnauthorizedException, LoginRedirectException */
  protected async refuse(context: ExecutionContext): Promise<never> {
    const { loginMessage: message, loginMessageCategory: category } = this.config.options;
    const url = this.loginUrlOf(context);
    await sendToPage({ url, message, category, action: null }, context, this.config.options, this.adapterHost);
    throw new UnauthorizedException();
  }

  /** Responds to a user whose login is not fresh enough. @throws UnauthorizedException, LoginRedirectException */
  protected async askAgain(context: ExecutionContext, { action = null, factors }: Partial<Freshness>): Promise<never> {
    const { confirmMessage: message, confirmMessageCategory: category } = this.config.options;
    const url = this.confirmUrlOf(context);
    await sendToPage({ url, message, category, action }, context, this.config.options, this.adapterHost);
    throw new UnauthorizedException({
      statusCode: 401,
      message: 'Confirm your identity to continue.',
      error: 'Unauthorized',
      reason: 'confirmation_required',
      ...(action === null ? {} : { action }),
      ...(factors === undefined ? {} : { factors }),
    });
  }

  /** Responds to a user who lacks a role or permission. @throws ForbiddenException */
  protected forbid(_context: ExecutionContext, _reason: 'roles' | 'permissions'): Promise<never> {
    return Promise.reject(new ForbiddenException());
  }

  async #lackingOf(
    { roles, permissions }: Requirement,
    user: SessionUser,
  ): Promise<Exclude<Reason, 'login' | 'fresh'> | null> {
    const { rolesOf, permissionsOf } = this.config.options;
    if (roles.length > 0 && !meets(roles, namesIn(await rolesOf(user)))) return 'roles';
    if (permissions.length > 0 && !meets(permissions, namesIn(await permissionsOf(user)))) return 'permissions';
    return null;
  }

  async #tell(context: ExecutionContext, reason: Reason): Promise<void> {
    const { observer } = SessionRuntime.behind(context.getArgByIndex<object>(0));
    const request = requestSessionOf(context);
    const session = await request.get();
    observer.refused({
      publicId: session.isNew ? null : session.id,
      userId: this.auth.userId(session),
      reason,
      address: request.client.address,
    });
  }
}

function meets(all: readonly Wanted[], held: ReadonlySet<string>): boolean {
  return all.every(({ names, mode }) =>
    mode === 'all' ? names.every((name) => held.has(name)) : names.some((name) => held.has(name)),
  );
}
