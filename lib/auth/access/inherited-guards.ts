import { SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { GUARDS_METADATA, messagesIn, overriddenBy, routesIn } from '../../http/routes.js';
import { boundAuth } from '../auth-binding.js';
import { ASKS_WHO, guardsAt, PUBLIC } from './requirement.js';

/**
 * Applies the guards of overridden methods to the routes that override them, before Nest creates its routes. Nest reads only
 * the metadata of the called method, so a subclassed controller that overrides a guarded method would leave it open. A route
 * with its own requirement, or with `@Public()`, is left alone.
 */
export function inheritGuards(modules: ModulesContainer): void {
  for (const { handler, controller } of [...routesIn(modules), ...messagesIn(modules)]) {
    if (Reflect.getOwnMetadata(PUBLIC, handler) === true || guardsAt(handler).length > 0) continue;
    const [inherited] = overriddenBy(handler, controller)
      .map((method) => ({ guards: guardsAt(method), isPublic: Reflect.getOwnMetadata(PUBLIC, method) === true }))
      .filter(({ guards, isPublic }) => isPublic || guards.length > 0);
    if (inherited === undefined || inherited.guards.length === 0) continue;
    const own = (Reflect.getOwnMetadata(GUARDS_METADATA, handler) ?? []) as readonly object[];
    const added = inherited.guards.map((guard) => (typeof guard === 'function' ? new InheritedGuard(guard) : guard));
    Reflect.defineMetadata(GUARDS_METADATA, [...added, ...own], handler);
  }
}

/**
 * Delegates to the guard of the request's application. An object rather than a class: Nest looks up guard classes before any
 * code of this package runs.
 */
@SetMetadata(ASKS_WHO, true)
class InheritedGuard implements CanActivate {
  constructor(readonly type: object) {}

  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    return boundAuth.behind(context).guardOf(this.type).canActivate(context);
  }
}

/** The guard that this one stands for, if it was inherited from an overridden method. */
export function behindInherited(guard: object): object {
  return guard instanceof InheritedGuard ? guard.type : guard;
}

/** The application's instance of a guard class; `fallback` if it has none. */
export function guardOf(modules: ModulesContainer, type: object, fallback: CanActivate): CanActivate {
  for (const { injectables, providers } of modules.values()) {
    for (const { metatype, instance } of [...injectables.values(), ...providers.values()]) {
      if (metatype === type && isGuard(instance)) return instance;
    }
  }
  return fallback;
}

function isGuard(instance: unknown): instance is CanActivate {
  return typeof instance === 'object' && instance !== null && 'canActivate' in instance;
}
