import type { CanActivate } from '@nestjs/common';
import { PerApplication } from '../http/per-application.js';
import type { AccessService } from './access/access.service.js';
import type { AuthService } from './auth.service.js';

/** What a decorator needs, since nothing can be injected into it. */
export interface BoundAuth {
  readonly auth: AuthService;
  readonly access: AccessService;
  /** The application's instance of a guard class, such as a subclass of `SessionAuthGuard`. */
  readonly guardOf: (type: object) => CanActivate;
  /** Creates the user of a request without a login. */
  readonly anonymousUser: (() => object) | null;
}

export const boundAuth = new PerApplication<BoundAuth>(
  'There is no current user here: import SessionModule.forRoot() in the root module, and use @CurrentUser() in HTTP controllers.',
);
