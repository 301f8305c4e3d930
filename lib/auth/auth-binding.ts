import type { CanActivate } from '@nestjs/common';
import { PerApplication } from '../http/per-application.js';
import type { AuthService } from './auth.service.js';

/** What a decorator needs, which cannot be injected into. */
export interface BoundAuth {
  readonly auth: AuthService;
  /** The application's instance of a class of guards, that of a subclass of `SessionAuthGuard` for instance. */
  readonly guardOf: (type: object) => CanActivate;
  /** Makes the user of a request that nobody is logged in at. */
  readonly anonymousUser: (() => object) | null;
}

export const boundAuth = new PerApplication<BoundAuth>(
  'There is no current user here: import SessionModule.forRoot() in the root module, and use @CurrentUser() in HTTP controllers.',
);
