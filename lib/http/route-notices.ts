import { Session as NestSession } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { INTERCEPTORS_METADATA, parametersOf, routesIn, type Route } from './routes.js';

/** What a developer should hear of when the application starts, since nothing else would say so. */
export interface RouteFacts {
  /** Whether something sets `session` of the server's requests, for Nest's own decorator to find. */
  readonly isSessionExposed: boolean;
  /** Whether a route depends on who asks: it has the session or the user as a parameter, or a guard that asks for a login. */
  readonly isPersonal: (route: Route) => boolean;
}

/** At most one line of each kind, naming the first routes. */
export function routeNotices(modules: ModulesContainer, { isSessionExposed, isPersonal }: RouteFacts): string[] {
  const routes = routesIn(modules);
  const foreign = isSessionExposed ? [] : routes.filter(hasSessionOfNest);
  const cached = routes.filter((route) => isPersonal(route) && isCachedByUrl(route, modules));
  return [
    ...notice(
      foreign,
      (titles) =>
        `${titles} uses @Session() of @nestjs/common, which gives request.session and not the session of this module: import Session ` +
        'from nestjs-session-auth. (With SESSION_EAGER=true, or sessionMiddleware(app), request.session is that session, too.)',
    ),
    ...notice(
      cached,
      (titles) =>
        `${titles} depends on who asks, and CacheInterceptor caches its answer by URL alone, so that one visitor gets the answer of ` +
        'another. Leave the interceptor out there, or extend it with a trackBy() that has the user in its key.',
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

/** By what Nest marks its own decorator, up to the place of the parameter. */
const keyOfNest = ((): string => {
  class Probe {
    session(): void {
      // Only its metadata matter.
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

function isCachedByUrl({ controller, handler }: Route, modules: ModulesContainer): boolean {
  const here = [handler, controller].flatMap(
    (place) => (Reflect.getMetadata(INTERCEPTORS_METADATA, place) ?? []) as readonly unknown[],
  );
  return [...here, ...globalInterceptors(modules)].some(cachesByUrl);
}

/** Nest keeps what is provided as APP_INTERCEPTOR under names that begin so. */
function globalInterceptors(modules: ModulesContainer): unknown[] {
  return [...modules.values()].flatMap(({ providers, injectables }) =>
    [...providers.values(), ...injectables.values()]
      .filter(({ token }) => String(token).startsWith('APP_INTERCEPTOR'))
      .map(({ metatype }) => metatype),
  );
}

/** `CacheInterceptor` of @nestjs/cache-manager, by its name, since that package is no peer; or a class that leaves its key as it is. */
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
