import type { ExecutionContext } from '@nestjs/common';
import { SessionUnreachableError } from '../errors.js';
import type { Platform } from '../http/platforms/platform.js';
import type { AuthService } from './auth.service.js';

const AUTH = Symbol('nestjs-session-auth auth');

/** Ties the application's server to its AuthService, for decorators, which cannot be injected into. */
export function attachAuth(platform: Platform, auth: AuthService): void {
  platform.bind(AUTH, auth);
}

/** @throws SessionUnreachableError outside of an application that imports the module */
export function authBehind(context: ExecutionContext): AuthService {
  const request = context.switchToHttp().getRequest<{ [AUTH]?: AuthService } | undefined>();
  const auth = request?.[AUTH];
  if (auth !== undefined) return auth;
  throw new SessionUnreachableError(
    'There is no current user here: import SessionModule.forRoot() in the root module, and use @CurrentUser() in HTTP controllers.',
  );
}
