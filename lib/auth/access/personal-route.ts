import { parametersOf, type Route } from '../../http/routes.js';
import { sessionOf } from '../../http/session.decorator.js';
import { currentUserOf } from '../users/current-user.decorator.js';
import { guardsAt } from './requirement.js';

/** Whether the response of a route depends on the user. */
export function isPersonal(route: Route): boolean {
  const factories: readonly unknown[] = [sessionOf, currentUserOf];
  return (
    parametersOf(route).some(([, { factory }]) => factories.includes(factory)) ||
    guardsAt(route.handler).length > 0 ||
    guardsAt(route.controller).length > 0
  );
}
