import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ParameterPipe } from '../http/session.decorator.js';
import { authBehind } from './auth-binding.js';

/**
 * Injects the user who is logged in, `null` where nobody is: `@CurrentUser() user: SessionUser | null`; behind
 * `SessionAuthGuard` there always is one. `@CurrentUser('email')` injects one field.
 *
 * @publicApi
 */
export const CurrentUser: (...fieldOrPipes: (string | ParameterPipe)[]) => ParameterDecorator = createParamDecorator(
  async (field: string | undefined, context: ExecutionContext) => {
    const user = await authBehind(context).user(context);
    return field === undefined || user === null ? user : (Reflect.get(user, field) as unknown);
  },
);
