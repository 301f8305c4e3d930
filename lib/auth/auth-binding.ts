import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { boundTo } from '../http/platforms/bound-values.js';
import type { Platform } from '../http/platforms/platform.js';
import { unreachable } from '../http/session-runtime.js';
import type { AuthService } from './auth.service.js';

const AUTH = Symbol('nestjs-session-auth auth');

/** What a decorator needs, which cannot be injected into. */
export interface BoundAuth {
  readonly auth: AuthService;
  /** The application's instance of a class of guards, that of a subclass of `SessionAuthGuard` for instance. */
  readonly guardOf: (type: object) => CanActivate;
  /** Makes the user of a request that nobody is logged in at. */
  readonly anonymousUser: (() => object) | null;
}

/** Ties the application's server to its AuthService. */
export function attachAuth(platform: Platform, bound: BoundAuth): void {
  platform.bind(AUTH, bound);
}

/** @throws SessionUnreachableError outside of an application that imports the module */
export function authBehind(context: ExecutionContext): BoundAuth {
  const request = context.switchToHttp().getRequest<object | undefined>();
  const bound = request && (boundTo(request, AUTH) as BoundAuth | undefined);
  if (bound !== undefined) return bound;
  throw unreachable(
    request,
    'There is no current user here: import SessionModule.forRoot() in the root module, and use @CurrentUser() in HTTP controllers.',
  );
}
