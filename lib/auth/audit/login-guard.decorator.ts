import type { CanActivate, Type } from '@nestjs/common';
import { SessionConfigError } from '../../errors.js';
import 'reflect-metadata';

/** Metadata of guards that an application has marked, and of their subclasses. */
export const LOGIN_GUARD = Symbol('nestjs-session-auth login guard');

/**
 * Marks a guard class of yours as one that requires a login, for the route audit: handlers behind it do not count as unguarded.
 * It changes nothing else, and a subclass of `SessionAuthGuard` does not need it.
 *
 * @throws SessionConfigError on anything but a guard class; a route is guarded by `@UseGuards()`
 *
 * @publicApi
 */
export function LoginGuard(): (guard: Type<CanActivate>) => void {
  return (guard) => {
    const prototype: unknown = guard.prototype;
    const isGuard =
      typeof prototype === 'object' &&
      prototype !== null &&
      typeof Reflect.get(prototype, 'canActivate') === 'function';
    if (!isGuard) {
      const problem = `is only for guard classes, and ${guard.name} has no canActivate(); guard a route by @UseGuards()`;
      throw new SessionConfigError([{ setting: '@LoginGuard()', problem }]);
    }
    Reflect.defineMetadata(LOGIN_GUARD, true, guard);
  };
}
