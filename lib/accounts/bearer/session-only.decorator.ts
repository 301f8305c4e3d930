import { SetMetadata, type ExecutionContext } from '@nestjs/common';
import 'reflect-metadata';
import { requirementOf } from '../../auth/access/requirement.js';

const SESSION_ONLY = Symbol('nestjs-session-auth session only');

/**
 * Restricts a route, or all routes of a controller, to logins with sessions: access tokens are rejected with a 401. Use it together with a
 * guard. Routes with `@Fresh()` need a session anyway.
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
