import { type Environment, isOption, type Option, type OptionTree } from './option.js';

export interface OptionEntry {
  /** The name in code, e.g. `cookie.sameSite`. */
  readonly path: string;
  readonly option: Option<unknown, unknown>;
}

/** All options of a tree, in order of declaration. */
export function optionEntries(tree: OptionTree, prefix = ''): OptionEntry[] {
  return Object.entries(tree).flatMap(([name, node]) => {
    const path = prefix + name;
    return isOption(node) ? [{ path, option: node }] : optionEntries(node, `${path}.`);
  });
}

/** The default value of an option. */
export function defaultOf(option: Option<unknown, unknown>, environment: Environment): unknown {
  return dependsOnEnvironment(option.default) ? option.default(environment) : option.default;
}

export function dependsOnEnvironment(value: unknown): value is (environment: Environment) => unknown {
  return typeof value === 'function';
}
