import type { ArgumentsHost } from '@nestjs/common';
import { SessionRuntime, unreachable } from './session-runtime.js';

/** One value per application, for decorators, into which nothing can be injected: the request leads to the application. */
export class PerApplication<Value extends object> {
  readonly #values = new WeakMap<SessionRuntime, Value>();

  /** @param missing the error message if there is none. */
  constructor(private readonly missing: string) {}

  set(runtime: SessionRuntime, value: Value): void {
    this.#values.set(runtime, value);
  }

  /** @throws SessionUnreachableError outside of an HTTP request to an application that imports the module */
  behind(context: ArgumentsHost): Value {
    const request = context.getType() === 'http' ? context.getArgByIndex<object>(0) : null;
    const runtime = request && SessionRuntime.ofApplication(request);
    const value = runtime && this.#values.get(runtime);
    if (value) return value;
    throw unreachable(request, this.missing);
  }
}
