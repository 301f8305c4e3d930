import type { ExecutionContext } from '@nestjs/common';
import 'reflect-metadata';
import type { Freshness } from './freshness.js';

/** What a route, or all routes of a controller, ask of whoever comes. */
export const PUBLIC = Symbol('nestjs-session-auth public');
export const FRESH = Symbol('nestjs-session-auth fresh');
export const ROLES = Symbol('nestjs-session-auth roles');
export const PERMISSIONS = Symbol('nestjs-session-auth permissions');

/** Names of which a user must have all, or any. */
export interface Wanted {
  readonly names: readonly string[];
  readonly mode: 'any' | 'all';
}

export interface Requirement {
  /** Anybody may come. */
  readonly isPublic: boolean;
  readonly fresh: Partial<Freshness> | null;
  readonly roles: readonly Wanted[];
  readonly permissions: readonly Wanted[];
}

type Handler = ReturnType<ExecutionContext['getHandler']>;
type Controller = ReturnType<ExecutionContext['getClass']>;

const known = new WeakMap<Controller, WeakMap<Handler, Requirement>>();

/** What is asked at the route behind `context`; worked out once for each. */
export function requirementOf(context: ExecutionContext): Requirement {
  const controller = context.getClass();
  const handler = context.getHandler();
  let ofController = known.get(controller);
  if (ofController === undefined) known.set(controller, (ofController = new WeakMap()));
  let requirement = ofController.get(handler);
  if (requirement === undefined) ofController.set(handler, (requirement = read(handler, controller)));
  return requirement;
}

/**
 * What stands at the route goes before what stands at the controller: a public route of a guarded controller is public, a
 * guarded one of a public controller is guarded. What asks for something, side by side with `@Public()`, holds. Roles and
 * permissions of both add up.
 */
function read(handler: Handler, controller: Controller): Requirement {
  const atRoute = at(handler);
  const atController = at(controller);
  return {
    isPublic: (atRoute.isPublic && !atRoute.asks) || (atController.isPublic && !atController.asks && !atRoute.asks),
    fresh: atRoute.fresh ?? atController.fresh,
    roles: [...atController.roles, ...atRoute.roles],
    permissions: [...atController.permissions, ...atRoute.permissions],
  };
}

function at(target: object): Requirement & { readonly asks: boolean } {
  const metadata = (key: symbol): unknown => Reflect.getMetadata(key, target);
  const fresh = metadata(FRESH) ?? null;
  const roles = (metadata(ROLES) ?? []) as readonly Wanted[];
  const permissions = (metadata(PERMISSIONS) ?? []) as readonly Wanted[];
  const asks = fresh !== null || roles.length > 0 || permissions.length > 0;
  return { isPublic: metadata(PUBLIC) === true, fresh, roles, permissions, asks };
}
