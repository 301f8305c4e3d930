import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ParameterPipe } from '../../http/session.decorator.js';
import { boundAuth } from '../auth-binding.js';
import type { SessionUser } from './user.js';

/** A field of a user: one that the application has declared. Where it declares none, any. */
type UserField = keyof SessionUser extends never ? string : keyof SessionUser & string;

/**
 * Injects the user who is logged in; where nobody is, `null`, or what the option `anonymousUser` makes:
 * `@CurrentUser() user: SessionUser | null`. Behind `SessionAuthGuard` there always is one. `@CurrentUser('email')` injects
 * one field.
 *
 * The parameter is rejected with a 503 where the store or a loader fails.
 *
 * @publicApi
 */
export const CurrentUser: (...fieldOrPipes: (UserField | ParameterPipe)[]) => ParameterDecorator =
  createParamDecorator(currentUserOf);

/** What the parameter is; it also tells routes with it from others. */
export async function currentUserOf(field: string | undefined, context: ExecutionContext): Promise<unknown> {
  const { auth, anonymousUser } = boundAuth.behind(context);
  const user = (await auth.user(context)) ?? anonymousUser?.() ?? null;
  return field === undefined || user === null ? user : (Reflect.get(user, field) as unknown);
}
