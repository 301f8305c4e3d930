import type { ArgumentsHost } from '@nestjs/common';
import { SessionUnreachableError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { LoginLimiter } from './login-limiter.js';

/** The limiter of each application, for decorators, which cannot be injected into. */
const limiters = new WeakMap<SessionRuntime, LoginLimiter>();

export function attachLimiter(runtime: SessionRuntime, limiter: LoginLimiter): void {
  limiters.set(runtime, limiter);
}

/** @throws SessionUnreachableError outside of an HTTP request to an application that imports the module */
export function limiterBehind(context: ArgumentsHost): LoginLimiter {
  const limiter =
    context.getType() === 'http' ? limiters.get(SessionRuntime.behind(context.getArgByIndex<object>(0))) : undefined;
  if (limiter !== undefined) return limiter;
  throw new SessionUnreachableError(
    'There is no login limiter here: import SessionModule.forRoot() in the root module, and use @LoginAttempts() in HTTP controllers.',
  );
}
