import type { ModulesContainer } from '@nestjs/core';

/** A provider, or one method of it, that carries a decorator's mark. */
export interface Discovered<Mark> {
  readonly instance: object;
  /** The marked method; null: the class itself is marked. */
  readonly method: string | null;
  readonly mark: Mark;
  /** The class, and the method, for messages. */
  readonly name: string;
}

/**
 * The providers and controllers of an application whose class, or a method of it, carries metadata under `key`, in the
 * order of the modules. Those made for each request anew are left out: there is none of them yet.
 */
export function discover<Mark>(modules: ModulesContainer, key: symbol): Discovered<Mark>[] {
  const found = new Map<object, Discovered<Mark>[]>();
  for (const module of modules.values()) {
    for (const { instance } of [...module.providers.values(), ...module.controllers.values()] as {
      instance: unknown;
    }[]) {
      if (typeof instance !== 'object' || instance === null || found.has(instance)) continue;
      found.set(instance, marksOf<Mark>(instance, key));
    }
  }
  return [...found.values()].flat();
}

function marksOf<Mark>(instance: object, key: symbol): Discovered<Mark>[] {
  const type: unknown = instance.constructor;
  if (typeof type !== 'function') return [];
  const marks: Discovered<Mark>[] = [];
  const ofClass: unknown = Reflect.getMetadata(key, type);
  if (ofClass !== undefined) marks.push({ instance, method: null, mark: ofClass as Mark, name: type.name });
  for (const method of methodNames(instance)) {
    const target: unknown = Reflect.get(instance, method);
    const mark: unknown = typeof target === 'function' ? Reflect.getMetadata(key, target) : undefined;
    if (mark !== undefined) marks.push({ instance, method, mark: mark as Mark, name: `${type.name}.${method}()` });
  }
  return marks;
}

/** Own and inherited; a getter is not asked, since it may do anything. */
function methodNames(instance: object): string[] {
  const names = new Set<string>();
  for (
    let prototype: unknown = Object.getPrototypeOf(instance);
    isClassPart(prototype);
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
    }
  }
  return [...names];
}

function isClassPart(prototype: unknown): prototype is object {
  return typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype;
}
