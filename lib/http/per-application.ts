import type { ArgumentsHost } from '@nestjs/common';
import { runtimeOf, unreachableIn } from './session-of.js';
import type { SessionRuntime } from './session-runtime.js';

/** One value per application, for decorators, into which nothing can be injected: the request leads to the application. */
export class PerApplication<Value extends object> {
  readonly #values = new WeakMap<SessionRuntime, Value>();

  /** @param missing the error message if there is none. */
  constructor(private readonly missing: string) {}

  set(runtime: SessionRuntime, value: Value): void {
    this.#values.set(runtime, value);
  }

  /** @throws SessionUnreachableError where the context does not lead to an application that imports the module */
  behind(context: ArgumentsHost): Value {
    const runtime = runtimeOf(context);
    const value = runtime && this.#values.get(runtime);
    if (value) return value;
    throw unreachableIn(context, this.missing);
  }
}
