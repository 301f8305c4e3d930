import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ParameterPipe } from '../../http/session.decorator.js';
import { boundAuth } from '../auth-binding.js';
import type { SessionUser } from './user.js';

/** A declared field of a user; any field if the application declares none. */
type UserField = keyof SessionUser extends never ? string : keyof SessionUser & string;

/**
 * Injects the user who is logged in; if nobody is, `null`, or the result of the option `anonymousUser`: `@CurrentUser() user:
 * SessionUser | null`. Behind `SessionAuthGuard` there always is one. `@CurrentUser('email')` injects one field.
 *
 * Rejects with a 503 if the store or a loader fails.
 *
 * @publicApi
 */
export const CurrentUser: (...fieldOrPipes: (UserField | ParameterPipe)[]) => ParameterDecorator =
  createParamDecorator(currentUserOf);

/** The value of the parameter; also identifies routes that have it. */
export async function currentUserOf(field: string | undefined, context: ExecutionContext): Promise<unknown> {
  const { auth, anonymousUser } = boundAuth.behind(context);
  const user = (await auth.user(context)) ?? anonymousUser?.() ?? null;
  return field === undefined || user === null ? user : (Reflect.get(user, field) as unknown);
}
