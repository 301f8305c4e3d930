import {
  createParamDecorator,
  ForbiddenException,
  Injectable,
  SetMetadata,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import 'reflect-metadata';
import { refusalIn } from '../../auth/access/refusal.js';
import { boundAuth } from '../../auth/auth-binding.js';
import { requestSessionOf } from '../../http/session-of.js';
import { impersonationOf, isImpersonated } from './impersonation.js';
import type { Account } from '../repository/account.js';

const ALLOWED = Symbol('nestjs-session-auth while impersonated');

/** Lets a route of accounts be used while somebody else is in the place of the account. The others refuse it. */
export const WhileImpersonated = (): MethodDecorator => SetMetadata(ALLOWED, true);

export function isAllowedWhileImpersonated(context: ExecutionContext): boolean {
  const handler: unknown = context.getHandler();
  return typeof handler === 'function' && Reflect.getMetadata(ALLOWED, handler) === true;
}

/** Rejects who is in the place of somebody else. */
@Injectable()
export class NotImpersonatedGuard implements CanActivate {
  /** @throws ForbiddenException with the code `IMPERSONATING` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!isImpersonated(await requestSessionOf(context).get())) return true;
    const exception = new ForbiddenException({
      statusCode: 403,
      message: 'This cannot be done while impersonating a user.',
      error: 'Forbidden',
      code: 'IMPERSONATING',
    });
    throw refusalIn(context, exception);
  }
}

/**
 * Rejects administrators who impersonate a user, with a 403 and the code `IMPERSONATING`: for routes, resolvers and messages that only the
 * user should use, such as a payment. It does not require a login: use it together with a guard.
 *
 * @publicApi
 */
export const NotImpersonated = (): ClassDecorator & MethodDecorator => UseGuards(NotImpersonatedGuard);

/**
 * Injects the administrator who impersonates the user: `@Impersonator() impersonator: Account | null`. Null: nobody does.
 *
 * @publicApi
 */
export const Impersonator: () => ParameterDecorator = createParamDecorator(
  async (_data: undefined, context: ExecutionContext): Promise<Account | null> => {
    // First, since an account that lets nobody in any more ends the login.
    await boundAuth.behind(context).auth.user(context);
    return impersonationOf(await requestSessionOf(context).get())?.impersonator ?? null;
  },
);
