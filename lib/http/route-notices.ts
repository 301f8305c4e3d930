import { Session as NestSession } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { INTERCEPTORS_METADATA, parametersOf, routesIn, type Route } from './routes.js';

/** The input for boot-time warnings about mistakes that would otherwise be silent. */
export interface RouteFacts {
  /** Whether something sets `session` on the server's requests, for Nest's own decorator to find. */
  readonly isSessionExposed: boolean;
  /**
   * Whether a route's response depends on the user: it has the session or the user as a parameter, or a guard that requires a
   * login.
   */
  readonly isPersonal: (route: Route) => boolean;
}

/** At most one warning of each kind, naming the first routes. */
export function routeNotices(modules: ModulesContainer, { isSessionExposed, isPersonal }: RouteFacts): string[] {
  const routes = routesIn(modules);
  const foreign = isSessionExposed ? [] : routes.filter(hasSessionOfNest);
  const allAreCached = globalInterceptors(modules).some(cachesByUrl);
  const cached = routes.filter((route) => isPersonal(route) && (allAreCached || isCachedByUrl(route)));
  return [
    ...notice(
      foreign,
      (titles) =>
        `${titles} uses @Session() of @nestjs/common, which injects request.session rather than the session of this module: import Session ` +
        'from nestjs-session-auth. (With SESSION_EAGER=true, or sessionMiddleware(app), request.session is that session, too.)',
    ),
    ...notice(
      cached,
      (titles) =>
        `${titles} depends on the user, but CacheInterceptor caches its response by URL only, so one user gets the response for ` +
        'another. Remove the interceptor there, or extend it with a trackBy() that includes the user in its key.',
    ),
  ];
}

function notice(routes: readonly Route[], say: (titles: string) => string): string[] {
  if (routes.length === 0) return [];
  const shown = routes.slice(0, 3).map(({ title }) => title);
  const more = routes.length - shown.length;
  return [say(more > 0 ? `${shown.join(', ')} (and ${String(more)} more)` : shown.join(', '))];
}

function hasSessionOfNest(route: Route): boolean {
  return parametersOf(route).some(([key]) => key.startsWith(keyOfNest));
}

/** How Nest marks its own decorator, up to the position of the parameter. */
const keyOfNest = ((): string => {
  class Probe {
    session(): void {
      // Only its metadata matters.
    }
  }
  NestSession()(Probe.prototype, 'session', 0);
  const [[key] = ['']] = parametersOf({
    controller: Probe,
    name: 'session',
    handler: Object.getOwnPropertyDescriptor(Probe.prototype, 'session')?.value as () => void,
    title: '',
  });
  return key.slice(0, key.indexOf(':') + 1);
})();

function isCachedByUrl({ controller, handler }: Route): boolean {
  const interceptors = [handler, controller].flatMap(
    (place) => (Reflect.getMetadata(INTERCEPTORS_METADATA, place) ?? []) as readonly unknown[],
  );
  return interceptors.some(cachesByUrl);
}

/** Nest registers APP_INTERCEPTOR providers under names with this prefix. */
function globalInterceptors(modules: ModulesContainer): unknown[] {
  return [...modules.values()].flatMap(({ providers, injectables }) =>
    [...providers.values(), ...injectables.values()]
      .filter(({ token }) => String(token).startsWith('APP_INTERCEPTOR'))
      .map(({ metatype }) => metatype),
  );
}

/**
 * `CacheInterceptor` of @nestjs/cache-manager, by name, since that package is not a peer dependency; or a subclass that does
 * not change its key.
 */
function cachesByUrl(interceptor: unknown): boolean {
  let type: unknown = typeof interceptor === 'function' ? interceptor : (interceptor as object | null)?.constructor;
  while (typeof type === 'function' && type !== Function.prototype) {
    if (type.name === 'CacheInterceptor') return true;
    const prototype: unknown = type.prototype;
    if (typeof prototype === 'object' && prototype !== null && Object.hasOwn(prototype, 'trackBy')) return false;
    type = Object.getPrototypeOf(type) as unknown;
  }
  return false;
}
