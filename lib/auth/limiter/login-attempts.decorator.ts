import { createParamDecorator, Logger, type ExecutionContext } from '@nestjs/common';
import type { ParameterPipe } from '../../http/session.decorator.js';
import { boundLimiter } from './limiter-binding.js';
import type { LoginLimiter } from './login-limiter.js';

/**
 * The `LoginLimiter` of one request, as the type of a parameter.
 *
 * @publicApi
 */
export interface LoginAttempts {
  /** `LoginLimiter.attempt()`. */
  attempt<T>(account: string, check: () => T | Promise<T>): Promise<T>;
  /** The former name of `attempt()`. @deprecated Removed in 1.0. */
  run<T>(account: string, check: () => T | Promise<T>): Promise<T>;
  /** `LoginLimiter.check()`. */
  check(account: string): Promise<void>;
  /** `LoginLimiter.failed()`. */
  failed(account: string): Promise<void>;
  /** `LoginLimiter.succeeded()`. */
  succeeded(account: string): Promise<void>;
}

/**
 * Injects the limiter of failed logins, bound to the request: `@LoginAttempts() attempts: LoginAttempts`.
 *
 * ```ts
 * const user = await attempts.attempt(body.email, () => this.users.verify(body.email, body.password));
 * ```
 *
 * @publicApi
 */
export const LoginAttempts: (...pipes: ParameterPipe[]) => ParameterDecorator = createParamDecorator(attemptsOf);

/** The value of the parameter; also identifies routes that have it. */
export function attemptsOf(_data: undefined, context: ExecutionContext): LoginAttempts {
  return new AttemptsOfRequest(boundLimiter.behind(context), context);
}

class AttemptsOfRequest implements LoginAttempts {
  readonly #limiter: LoginLimiter;
  readonly #context: ExecutionContext;

  constructor(limiter: LoginLimiter, context: ExecutionContext) {
    this.#limiter = limiter;
    this.#context = context;
  }

  attempt<T>(account: string, check: () => T | Promise<T>): Promise<T> {
    return this.#limiter.attempt(this.#context, account, check);
  }

  run<T>(account: string, check: () => T | Promise<T>): Promise<T> {
    tellOfFormerName(this.#limiter);
    return this.attempt(account, check);
  }

  check(account: string): Promise<void> {
    return this.#limiter.check(this.#context, account);
  }

  failed(account: string): Promise<void> {
    return this.#limiter.failed(this.#context, account);
  }

  succeeded(account: string): Promise<void> {
    return this.#limiter.succeeded(this.#context, account);
  }
}

const told = new WeakSet<LoginLimiter>();

/** Once per application. */
function tellOfFormerName(limiter: LoginLimiter): void {
  if (told.has(limiter)) return;
  told.add(limiter);
  new Logger('SessionModule').warn('LoginAttempts.run() is now attempt(). 1.0 will not have the former name.');
}
