import type { ModulesContainer } from '@nestjs/core';
import 'reflect-metadata';

/** A method as metadata is attached to it. */
export type Method = (...args: never[]) => unknown;

/** A class as registered with Nest. */
export type ClassType = abstract new (...args: never[]) => unknown;

/** A controller's method that handles requests. */
export interface Route {
  readonly controller: ClassType;
  readonly name: string;
  readonly handler: Method;
  /** For messages: `CatsController.find()`. */
  readonly title: string;
}

/** The metadata keys of routes, their parameters, guards and interceptors, which Nest does not export. */
export const METHOD_METADATA = 'method';
export const PARAMETERS_METADATA = '__routeArguments__';
const TYPES_METADATA = 'design:paramtypes';
export const GUARDS_METADATA = '__guards__';
export const INTERCEPTORS_METADATA = '__interceptors__';
/** Those of gateways, and of the handlers of their messages. */
export const GATEWAY_METADATA = 'websockets:is_gateway';
const MESSAGE_METADATA = 'websockets:message_mapping';

/** The routes of an application, also while its providers are being created. */
export function routesIn(modules: ModulesContainer): Route[] {
  const controllers = [...modules.values()].flatMap((module) => [...module.controllers.values()]);
  const classes = new Set(controllers.map(({ metatype }) => metatype));
  return [...classes].filter(isClass).flatMap((controller) => methodsWith(controller, METHOD_METADATA));
}

/** The handlers of messages in the gateways of an application, as routes, also while its providers are being created. */
export function messagesIn(modules: ModulesContainer): Route[] {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const classes = new Set(providers.map(({ metatype }) => metatype));
  const gateways = [...classes].filter(isClass).filter((type) => Reflect.hasMetadata(GATEWAY_METADATA, type));
  return gateways.flatMap((type) => methodsWith(type, MESSAGE_METADATA));
}

/** The methods of a class, its base classes' included, that have metadata under `key`; Nest finds handlers in the same way. */
export function methodsWith(type: ClassType, key: string): Route[] {
  const seen = new Set<string>();
  const found: Route[] = [];
  for (const prototype of prototypesOf(type)) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const handler = methodOf(prototype, name);
      if (handler === null || seen.has(name)) continue;
      // One that overrides a handler without its decorator is none.
      seen.add(name);
      if (Reflect.hasOwnMetadata(key, handler)) {
        found.push({ controller: type, name, handler, title: `${type.name}.${name}()` });
      }
    }
  }
  return found;
}

/**
 * The methods that a handler overrides in its controller's base classes, the nearest first. Nest ignores their metadata: it
 * reads only that of the method it calls.
 */
export function overriddenBy(handler: object, controller: ClassType): Method[] {
  const prototypes = prototypesOf(controller);
  for (const [index, prototype] of prototypes.entries()) {
    const name = Object.getOwnPropertyNames(prototype).find((own) => methodOf(prototype, own) === handler);
    if (name === undefined) continue;
    return prototypes.slice(index + 1).flatMap((base) => methodOf(base, name) ?? []);
  }
  return [];
}

/**
 * Hides from Nest's pipes the types of parameters that are named like their decorators, such as `session: Session`: some
 * compilers emit the decorator as the type, and a pipe that validates custom decorators would instantiate it.
 *
 * @param types the decorators, and classes whose instances must not be converted.
 */
export function hideTypes(modules: ModulesContainer, types: ReadonlySet<unknown>): void {
  for (const { controller, name } of [...routesIn(modules), ...messagesIn(modules)]) {
    const prototype = controller.prototype as object;
    const declared = (Reflect.getMetadata(TYPES_METADATA, prototype, name) ?? []) as readonly unknown[];
    if (!declared.some((type) => types.has(type))) continue;
    const hidden = declared.map((type) => (types.has(type) ? Object : type));
    Reflect.defineMetadata(TYPES_METADATA, hidden, prototype, name);
  }
}

/** The decorators of a route's parameters, by position: Nest's own keys and their content. */
export function parametersOf({
  controller,
  name,
}: Route): [key: string, parameter: { readonly factory?: unknown; readonly data?: unknown }][] {
  return Object.entries((Reflect.getMetadata(PARAMETERS_METADATA, controller, name) ?? {}) as Record<string, object>);
}

function prototypesOf(controller: ClassType): object[] {
  const prototypes: object[] = [];
  for (
    let prototype = controller.prototype as unknown;
    typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    prototypes.push(prototype);
  }
  return prototypes;
}

/** Null: not a method, or a getter, which may do anything. */
function methodOf(prototype: object, name: string): Method | null {
  const value: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
  return name !== 'constructor' && typeof value === 'function' ? (value as Method) : null;
}

export function isClass(type: unknown): type is ClassType {
  return typeof type === 'function' && typeof type.prototype === 'object';
}
