import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ParameterPipe } from '../../http/session.decorator.js';
import { authBehind } from '../auth-binding.js';

/**
 * Injects the user who is logged in; where nobody is, `null`, or what the option `anonymousUser` makes: `@CurrentUser() user: SessionUser | null`; behind
 * `SessionAuthGuard` there always is one. `@CurrentUser('email')` injects one field.
 *
 * @publicApi
 */
export const CurrentUser: (...fieldOrPipes: (string | ParameterPipe)[]) => ParameterDecorator = createParamDecorator(
  async (field: string | undefined, context: ExecutionContext) => {
    const { auth, anonymousUser } = authBehind(context);
    const user = (await auth.user(context)) ?? anonymousUser?.() ?? null;
    return field === undefined || user === null ? user : (Reflect.get(user, field) as unknown);
  },
);
