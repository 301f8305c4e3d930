import type { ModulesContainer } from '@nestjs/core';
import { SessionConfigError } from '../errors.js';

/** A provider, or one of its methods, with a decorator's metadata. */
export interface Discovered<Mark> {
  readonly instance: object;
  /** The marked method; null: the class itself is marked. */
  readonly method: string | null;
  readonly mark: Mark;
  /** The class and method, for messages. */
  readonly name: string;
}

/** Nest's entry for a provider. */
interface Provided {
  /** For a transient or request-scoped provider: an object of its class on which the constructor was never called. */
  readonly instance: unknown;
  readonly isTransient: boolean;
  isDependencyTreeStatic(): boolean;
}

/**
 * The providers and controllers of an application whose class, or one of its methods, has metadata under `key`, in module
 * order.
 *
 * @throws SessionConfigError for a request-scoped or transient one
 */
export function discover<Mark>(modules: ModulesContainer, key: symbol): Discovered<Mark>[] {
  const found = new Map<object, Discovered<Mark>[]>();
  for (const module of modules.values()) {
    for (const provided of [...module.providers.values(), ...module.controllers.values()] as Provided[]) {
      const { instance } = provided;
      if (typeof instance !== 'object' || instance === null || found.has(instance)) continue;
      const marks = marksOf<Mark>(instance, key);
      found.set(instance, marks);
      const [mark] = marks;
      if (mark !== undefined && (provided.isTransient || !provided.isDependencyTreeStatic())) throw madeAnew(mark.name);
    }
  }
  return [...found.values()].flat();
}

function madeAnew(name: string): SessionConfigError {
  const problem =
    'is found by its decorator, so it must be a singleton; ' +
    'it, or one of its dependencies, has another scope (Scope.REQUEST, Scope.TRANSIENT)';
  return new SessionConfigError([{ setting: name, problem }]);
}

/** Reads the class only: a provider may be a proxy that throws on unknown properties, and a getter may do anything. */
function marksOf<Mark>(instance: object, key: symbol): Discovered<Mark>[] {
  const { type, methods } = classOf(Object.getPrototypeOf(instance));
  if (type === null) return [];
  const marks: Discovered<Mark>[] = [];
  const ofClass: unknown = Reflect.getMetadata(key, type);
  if (ofClass !== undefined) marks.push({ instance, method: null, mark: ofClass as Mark, name: type.name });
  for (const [method, target] of methods) {
    // A method inherits nothing, and looking for that takes most of the time.
    const mark: unknown = Reflect.getOwnMetadata(key, target);
    if (mark !== undefined) marks.push({ instance, method, mark: mark as Mark, name: `${type.name}.${method}()` });
  }
  return marks;
}

interface DiscoveredClass {
  readonly type: { readonly name: string } | null;
  /** By name, with the inherited ones. */
  readonly methods: ReadonlyMap<string, { readonly name: string }>;
}

/** By prototype: an application boots through all its classes once for each decorator that is looked for. */
const classes = new WeakMap<object, DiscoveredClass>();

function classOf(prototype: unknown): DiscoveredClass {
  if (!isClassPart(prototype)) return { type: null, methods: new Map() };
  const known = classes.get(prototype);
  if (known !== undefined) return known;
  const methods = new Map<string, { readonly name: string }>();
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const member: unknown = value;
    if (typeof member === 'function') methods.set(name, member);
  }
  const inherited = classOf(Object.getPrototypeOf(prototype));
  const type = methods.get('constructor') ?? inherited.type;
  methods.delete('constructor');
  for (const [name, method] of inherited.methods) if (!methods.has(name)) methods.set(name, method);
  const discovered = { type, methods };
  classes.set(prototype, discovered);
  return discovered;
}

function isClassPart(prototype: unknown): prototype is object {
  return typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype;
}
