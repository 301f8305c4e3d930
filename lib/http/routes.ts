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

/** The routes of an application, also while its providers are being created. */
export function routesIn(modules: ModulesContainer): Route[] {
  const controllers = [...modules.values()].flatMap((module) => [...module.controllers.values()]);
  const classes = new Set(controllers.map(({ metatype }) => metatype));
  return [...classes].filter(isClass).flatMap(routesOf);
}

function routesOf(controller: ClassType): Route[] {
  const seen = new Map<string, Route>();
  for (const prototype of prototypesOf(controller)) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const handler = methodOf(prototype, name);
      if (handler === null || seen.has(name) || !Reflect.hasOwnMetadata(METHOD_METADATA, handler)) continue;
      seen.set(name, { controller, name, handler, title: `${controller.name}.${name}()` });
    }
  }
  return [...seen.values()];
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
  for (const { controller, name } of routesIn(modules)) {
    const prototype = controller.prototype as object;
    const declared = (Reflect.getMetadata(TYPES_METADATA, prototype, name) ?? []) as readonly unknown[];
    if (!declared.some((type) => types.has(type))) continue;
    const hidden = declared.map((type) => (types.has(type) ? Object : type));
    Reflect.defineMetadata(TYPES_METADATA, hidden, prototype, name);
  }
}

/** The decorators of a route's parameters, by position: Nest's own keys and their content. */
export function parametersOf({ controller, name }: Route): [key: string, parameter: { readonly factory?: unknown }][] {
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

function isClass(type: unknown): type is ClassType {
  return typeof type === 'function' && typeof type.prototype === 'object';
}
