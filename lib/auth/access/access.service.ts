import { ForbiddenException, Injectable, type ExecutionContext, type Type } from '@nestjs/common';
import { AuthConfig } from '../auth-config.js';
import type { SessionUser } from '../users/user.js';
import { namesIn } from './names.js';
import { Policies } from './policies.js';
import { requirementOf, type Requirement, type Wanted, type WantedAction } from './requirement.js';
import { permits } from './role-grants.js';

/** What a user lacks of a requirement. */
export type Lacking = 'roles' | 'permissions' | 'policy' | 'resource';

/** A resource that was looked for. */
interface Found extends Pick<WantedAction, 'resource' | 'param'> {
  readonly resourceFound: Promise<unknown>;
}

/** What was looked for in a call, by what the call's handler gets. */
const found = new WeakMap<object, Found[]>();

/**
 * What users may do, for code that cannot say it by `@Roles()`, `@Permissions()` or `@Can()`. It decides as they do.
 *
 * @publicApi
 */
@Injectable()
export class AccessService {
  constructor(
    private readonly config: AuthConfig,
    private readonly policies: Policies,
  ) {}

  /** The roles of a user: those of `rolesOf`, and the ones that they include. */
  async rolesOf(user: SessionUser): Promise<ReadonlySet<string>> {
    const { rolesOf, roles } = this.config.options;
    return roles.withIncluded(namesIn(await rolesOf(user)));
  }

  /** The permissions of a user, some with wildcards: those of `permissionsOf`, and the ones that their roles grant. */
  async permissionsOf(user: SessionUser): Promise<ReadonlySet<string>> {
    const { permissionsOf, roles } = this.config.options;
    const own = namesIn(await permissionsOf(user));
    return roles.isEmpty ? own : new Set([...own, ...roles.permissionsOf(await this.rolesOf(user))]);
  }

  /** Whether a user has a role, or one that includes it. */
  async hasRole(user: SessionUser, role: string): Promise<boolean> {
    return (await this.rolesOf(user)).has(role);
  }

  /** Whether a user has a permission, or a wildcard that covers it. */
  async hasPermission(user: SessionUser, permission: string): Promise<boolean> {
    return permits(await this.permissionsOf(user), permission);
  }

  /**
   * Whether the policy of a resource lets a user do something.
   *
   * @param resource the resource; for an action on no single one, its class
   * @throws SessionConfigError if there is no policy, or it does not know the action
   */
  async can(user: SessionUser, action: string, resource: object | Type): Promise<boolean> {
    if (typeof resource === 'function') {
      return this.policies.decide(user, { action, resource: resource as Type }, undefined, null);
    }
    return this.policies.decide(user, { action, resource: this.policies.classOf(resource) }, resource, null);
  }

  /** The same, for who goes on only then. @throws ForbiddenException if it does not */
  async authorize(user: SessionUser, action: string, resource: object | Type): Promise<void> {
    if (!(await this.can(user, action, resource))) throw new ForbiddenException();
  }

  /** What a user lacks for a handler; null: nothing. `resource`: what the handler was called for is not there. */
  async lackingOf(
    { roles, permissions, actions }: Requirement,
    user: SessionUser,
    context: ExecutionContext,
  ): Promise<Lacking | null> {
    if (roles.length > 0) {
      const held = await this.rolesOf(user);
      if (!meets(roles, (name) => held.has(name))) return 'roles';
    }
    if (permissions.length > 0) {
      const held = await this.permissionsOf(user);
      if (!meets(permissions, (name) => permits(held, name))) return 'permissions';
    }
    for (const wanted of actions) {
      const resource = wanted.param === null ? undefined : await this.#resourceOf(wanted, context);
      if (resource === null) return 'resource';
      if (!(await this.policies.decide(user, wanted, resource, context))) return 'policy';
    }
    return null;
  }

  /** What `@Can()` has found for a handler. @throws SessionConfigError if none is required there */
  resourceOf(context: ExecutionContext, resource: Type): Promise<unknown> {
    const wanted = requirementOf(context).actions.find(
      (action) => action.resource === resource && action.param !== null,
    );
    if (wanted === undefined) throw this.policies.notAsked(resource, context);
    return this.#resourceOf(wanted, context);
  }

  /** Found once for a call. Messages that are no objects cannot be told apart: there it is found again. */
  #resourceOf(wanted: WantedAction, context: ExecutionContext): Promise<unknown> {
    const call = callOf(context);
    if (call === null) return this.policies.find(wanted, context);
    const before = found.get(call) ?? [];
    const known = before.find(({ resource, param }) => resource === wanted.resource && param === wanted.param);
    if (known !== undefined) return known.resourceFound;
    const { resource, param } = wanted;
    const resourceFound = this.policies.find(wanted, context);
    found.set(call, [...before, { resource, param, resourceFound }]);
    return resourceFound;
  }
}

/** What tells a call of a handler from every other one: the request, the query of a resolver, the data of a message. */
function callOf(context: ExecutionContext): object | null {
  const type = context.getType<string>();
  const own = context.getArgByIndex<unknown>(type === 'http' ? 0 : type === 'graphql' ? 3 : 1);
  return typeof own === 'object' ? own : null;
}

function meets(all: readonly Wanted[], has: (name: string) => boolean): boolean {
  return all.every(({ names, mode }) => (mode === 'all' ? names.every(has) : names.some(has)));
}
