import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';

/** Nest's metadata of a route: that it renders a view, that it sends events, and its parameters. */
const renderMetadata = '__renderTemplate__';
const eventsMetadata = '__sse__';
const parametersMetadata = '__routeArguments__';
/** The kinds of parameters that leave the response to the handler: `@Res()` and `@Next()`. */
const answering = /^[12]:/;

/**
 * Whether Nest itself sends the handler's return value: the handler does not write to the response, and renders no view, whose
 * helpers may use the session. Determined once per route; false if it cannot be determined.
 */
export function isAnsweredByNest(context: ExecutionContext): boolean {
  const handler: object = context.getHandler();
  if (Reflect.hasMetadata(renderMetadata, handler) || Reflect.hasMetadata(eventsMetadata, handler)) return false;
  const controller = context.getClass();
  const name = nameOf(handler, controller.prototype as object);
  if (name === null) return false;
  const parameters = (Reflect.getMetadata(parametersMetadata, controller, name) ?? {}) as object;
  return !Object.keys(parameters).some((key) => answering.test(key));
}

/** The name of a method in its class, which a decorator may have replaced with another function. */
function nameOf(method: object, prototype: object): string | null {
  for (let holder: unknown = prototype; typeof holder === 'object' && holder !== null;) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (value === method) return name;
    }
    holder = Object.getPrototypeOf(holder);
  }
  return null;
}

/** Whether a returned value is complete when it is sent: a stream runs application code until its end. */
export function isWholeAnswer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return !['pipe', 'getStream', 'getReader', 'body'].some((name) => name in value);
}
