import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { parseDuration } from '../../config/duration.js';
import { SessionConfigError } from '../../errors.js';
import type { Freshness } from './freshness.js';
import { hasWildcard } from './role-grants.js';
import { FRESH, PERMISSIONS, PUBLIC, ROLES, type Wanted } from './requirement.js';
import { SessionAuthGuard } from './session-auth.guard.js';

type Decorator = ClassDecorator & MethodDecorator;

/** The options of `@Fresh()`. @publicApi */
export interface FreshOptions {
  /** How long ago it may have been, in seconds or as a string such as `15m`. Default: the option `freshFor`. */
  readonly within?: number | string;
  /** Which factors, how many of any kind, or `'all'` that the user has (`factorsOf`). Default: one. */
  readonly factors?: readonly string[] | number | 'all';
  /** The action that must have been confirmed: `auth.confirm(session, { action })`. A grant for it permits nothing else. */
  readonly action?: string;
}

/**
 * Admits anyone, if `SessionAuthGuard` guards the controller or the whole application. The route's decorators take precedence
 * over the controller's; in the same place as a guard, or as any other requirement, it has no effect.
 *
 * @publicApi
 */
export const Public = (): Decorator => SetMetadata(PUBLIC, true);

/**
 * Admits only users who have recently authenticated: by a login, or by `AuthService.confirm()`. Others are redirected to
 * `redirects.confirmUrl`, or get a 401 that says so. Includes `SessionAuthGuard`. A route's replaces that of its controller.
 *
 * @throws SessionConfigError for invalid options
 *
 * @publicApi
 */
export function Fresh(options: FreshOptions = {}): Decorator {
  return guarded(FRESH, freshnessOf(options));
}

/**
 * Admits only users who have the role; of several, `Roles.any()` requires one and `Roles.all()` each. Others get a 403.
 * Includes `SessionAuthGuard`; the requirements of controller and route add up.
 *
 * @throws SessionConfigError if no role is named, or several without `.any` or `.all`
 *
 * @publicApi
 */
export const Roles = Object.assign(only(ROLES), {
  any: (...names: string[]): Decorator => wanted(ROLES, names, 'any'),
  all: (...names: string[]): Decorator => wanted(ROLES, names, 'all'),
});

/**
 * Admits only users who have the permission; of several, `Permissions.any()` requires one and `Permissions.all()` each. Others
 * get a 403. Includes `SessionAuthGuard`; the requirements of controller and route add up.
 *
 * @throws SessionConfigError if no permission is named, or several without `.any` or `.all`
 *
 * @publicApi
 */
export const Permissions = Object.assign(only(PERMISSIONS), {
  any: (...names: string[]): Decorator => wanted(PERMISSIONS, names, 'any'),
  all: (...names: string[]): Decorator => wanted(PERMISSIONS, names, 'all'),
});

/** A single name. With several, a reader could not tell whether one suffices: other packages differ in that. */
function only(key: symbol): (name: string) => Decorator {
  return (...names: string[]) => {
    const decorator = nameOf(key);
    if (names.length < 2) return wanted(key, names, 'all');
    throw problem(
      `@${decorator}()`,
      `has several names: write @${decorator}.any(…) where one will do, or @${decorator}.all(…)`,
    );
  };
}

/** Several in one place add up. An empty list would admit everybody or nobody, which is never intended. */
function wanted(key: symbol, names: readonly string[], mode: Wanted['mode']): Decorator {
  const decorator = `@${nameOf(key)}()`;
  if (names.length === 0 || !names.every(isName)) {
    throw problem(decorator, 'expected at least one name, and each a string');
  }
  if (key === PERMISSIONS && names.some(hasWildcard)) {
    throw problem(
      decorator,
      'names a wildcard: those are for what users have; name the permission that the route needs',
    );
  }
  const add = (target: object, _property?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const place: unknown = descriptor === undefined ? target : descriptor.value;
    if (typeof place !== 'function') return;
    const before = (Reflect.getOwnMetadata(key, place) ?? []) as readonly Wanted[];
    Reflect.defineMetadata(key, [...before, { names, mode }], place);
  };
  return applyDecorators(add, UseGuards(SessionAuthGuard));
}

function nameOf(key: symbol): 'Roles' | 'Permissions' {
  return key === ROLES ? 'Roles' : 'Permissions';
}

/** A requirement always includes a guard: a route is never left open because one was forgotten. */
function guarded(key: symbol, value: unknown): Decorator {
  return applyDecorators(SetMetadata(key, value), UseGuards(SessionAuthGuard));
}

function freshnessOf({ within, factors, action }: FreshOptions): Partial<Freshness> {
  if (factors !== undefined && !isFactors(factors)) {
    throw problem('@Fresh({ factors })', "expected names, a number of them above 0, or 'all'");
  }
  if (action !== undefined && !isName(action)) {
    throw problem('@Fresh({ action })', 'expected a name, a non-empty string');
  }
  return {
    ...(within === undefined ? {} : { within: milliseconds(within) }),
    ...(factors === undefined ? {} : { factors }),
    ...(action === undefined ? {} : { action }),
  };
}

function isFactors(factors: unknown): boolean {
  if (Array.isArray(factors)) return factors.length > 0 && factors.every(isName);
  return factors === 'all' || (Number.isInteger(factors) && Number(factors) > 0);
}

function milliseconds(within: number | string): number {
  const ms = parseDuration(within);
  if (ms !== null && ms > 0) return ms;
  throw problem('@Fresh({ within })', 'expected a number of seconds above 0, or a string such as 15m');
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== '';
}

function problem(setting: string, text: string): SessionConfigError {
  return new SessionConfigError([{ setting, problem: text }]);
}
