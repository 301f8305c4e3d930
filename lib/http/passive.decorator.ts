import { applyDecorators, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requestSessionOf } from './session-of.js';

/** Marks a request as not using its session. */
@Injectable()
export class PassiveGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    requestSessionOf(context).handle.becomePassive();
    return true;
  }
}

/**
 * Requests to this route, or to all routes of a controller, do not count as use of the session: it is neither extended nor
 * given a new id. For a page that asks every minute how long the session still lives, and must not keep it alive.
 *
 * @publicApi
 */
export const Passive = (): ClassDecorator & MethodDecorator => applyDecorators(UseGuards(PassiveGuard));
