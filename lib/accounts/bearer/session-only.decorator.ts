import { SetMetadata, type ExecutionContext } from '@nestjs/common';
import 'reflect-metadata';
import { requirementOf } from '../../auth/access/requirement.js';

const SESSION_ONLY = Symbol('nestjs-session-auth session only');

/**
 * A route, or all routes of a controller, for logins in sessions alone: an access token is rejected there with a 401. It needs a guard beside
 * it. Routes with `@Fresh()` are for sessions alone anyway.
 *
 * @publicApi
 */
export const SessionOnly = (): ClassDecorator & MethodDecorator => SetMetadata(SESSION_ONLY, true);

/** Whether a route takes no access token. */
export function isSessionOnly(context: ExecutionContext): boolean {
  const isMarked = [context.getHandler(), context.getClass()].some(
    (place) => Reflect.getMetadata(SESSION_ONLY, place) === true,
  );
  return isMarked || requirementOf(context).fresh !== null;
}
