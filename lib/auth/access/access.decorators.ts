import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { parseDuration } from '../../config/duration.js';
import { SessionConfigError } from '../../errors.js';
import type { Freshness } from './freshness.js';
import { FRESH, PERMISSIONS, PUBLIC, ROLES, type Wanted } from './requirement.js';
import { SessionAuthGuard } from './session-auth.guard.js';

type Decorator = ClassDecorator & MethodDecorator;

/** What `@Fresh()` may be given. @publicApi */
export interface FreshOptions {
  /** How long ago it may have been, in seconds or as a text such as `15m`. Default: the option `freshFor`. */
  readonly within?: number | string;
  /** Which factors, how many of any kind, or `'all'` that the user has (`factorsOf`). Default: one. */
  readonly factors?: readonly string[] | number | 'all';
  /** The one thing that must have been confirmed: `auth.confirm(session, { action })`. A grant for it opens nothing else. */
  readonly action?: string;
}

/**
 * Lets anybody in, where `SessionAuthGuard` guards the controller or the whole application.
 *
 * @publicApi
 */
export const Public = (): Decorator => SetMetadata(PUBLIC, true);

/**
 * Lets only users in who have proved just now who they are: by a login, or by `AuthService.confirm()`. Others are sent to
 * `confirmUrl`, or get a 401 that says so. It brings `SessionAuthGuard` along.
 *
 * @throws SessionConfigError for a `within` that is no duration
 *
 * @publicApi
 */
export function Fresh({ within, factors, action }: FreshOptions = {}): Decorator {
  const freshness: Partial<Freshness> = {
    ...(within === undefined ? {} : { within: milliseconds(within) }),
    ...(factors === undefined ? {} : { factors }),
    ...(action === undefined ? {} : { action }),
  };
  return guarded(FRESH, freshness);
}

/**
 * Lets only users in who have any of the roles; `Roles.all()`: all of them. Others get a 403. It brings `SessionAuthGuard`
 * along; what the controller asks for comes on top of what the route does.
 *
 * @publicApi
 */
export const Roles = Object.assign((...names: string[]): Decorator => wanted(ROLES, names, 'any'), {
  any: (...names: string[]): Decorator => wanted(ROLES, names, 'any'),
  all: (...names: string[]): Decorator => wanted(ROLES, names, 'all'),
});

/**
 * Lets only users in who have all of the permissions; `Permissions.any()`: any of them. Others get a 403. It brings
 * `SessionAuthGuard` along; what the controller asks for comes on top of what the route does.
 *
 * @publicApi
 */
export const Permissions = Object.assign((...names: string[]): Decorator => wanted(PERMISSIONS, names, 'all'), {
  any: (...names: string[]): Decorator => wanted(PERMISSIONS, names, 'any'),
  all: (...names: string[]): Decorator => wanted(PERMISSIONS, names, 'all'),
});

/** Several at one place add up. */
function wanted(key: symbol, names: readonly string[], mode: Wanted['mode']): Decorator {
  const add = (target: object, _property?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const place: unknown = descriptor === undefined ? target : descriptor.value;
    if (typeof place !== 'function') return;
    const before = (Reflect.getMetadata(key, place) ?? []) as readonly Wanted[];
    Reflect.defineMetadata(key, [...before, { names, mode }], place);
  };
  return applyDecorators(add, UseGuards(SessionAuthGuard));
}

/** What asks for something also sees to it that somebody asks: a route is never left open by a guard that was forgotten. */
function guarded(key: symbol, value: unknown): Decorator {
  return applyDecorators(SetMetadata(key, value), UseGuards(SessionAuthGuard));
}

function milliseconds(within: number | string): number {
  const ms = parseDuration(within);
  if (ms !== null && ms > 0) return ms;
  throw new SessionConfigError([
    { setting: '@Fresh({ within })', problem: 'expected a number of seconds above 0, or a text such as 15m' },
  ]);
}
