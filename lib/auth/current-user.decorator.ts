import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { authBehind } from './auth-binding.js';

/**
 * Injects the user who is logged in, `null` where nobody is: `@CurrentUser() user: SessionUser | null`; behind
 * `SessionAuthGuard` there always is one. `@CurrentUser('email')` injects one field.
 *
 * @publicApi
 */
export const CurrentUser = createParamDecorator(async (field: string | undefined, context: ExecutionContext) => {
  const user = await authBehind(context).user(context);
  if (field === undefined || user === null) return user;
  return Object.hasOwn(user, field) || field in Object.getPrototypeOf(user) ? (Reflect.get(user, field) as unknown) : undefined;
});
