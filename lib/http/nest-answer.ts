import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';

/** What Nest notes of a route: that it renders a view, that it sends events, and what its parameters are. */
const renderMetadata = '__renderTemplate__';
const eventsMetadata = '__sse__';
const parametersMetadata = '__routeArguments__';
/** The kinds of parameters that hand the answer over to the handler: `@Res()` and `@Next()`. */
const answering = /^[12]:/;

/**
 * Whether Nest sends what the handler returns by itself, as a value: nobody writes to the response, and no view is rendered, whose
 * helpers may use the session. Said of a route once; where it cannot be told, it is not so.
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

/** The name that a method has in its class, which a decorator may have put another function in place of. */
function nameOf(method: object, prototype: object): string | null {
  for (let holder: unknown = prototype; typeof holder === 'object' && holder !== null;) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (value === method) return name;
    }
    holder = Object.getPrototypeOf(holder);
  }
  return null;
}

/** Whether a returned value is all there when it is sent: a stream runs code of the application until its end. */
export function isWholeAnswer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return !['pipe', 'getStream', 'getReader', 'body'].some((name) => name in value);
}
