import { type Environment, isOption, type Option, type OptionTree, shorthand } from './option.js';

export interface OptionEntry {
  /** The name in code, e.g. `cookie.sameSite`; that of its group if the group's value may be its own. */
  readonly path: string;
  readonly option: Option<unknown, unknown>;
}

/** All options of a tree, in order of declaration. */
export function optionEntries(tree: OptionTree, prefix = ''): OptionEntry[] {
  return Object.entries(tree).flatMap(([name, node]) => {
    const path = pathOf(tree, name, prefix);
    return isOption(node) ? [{ path, option: node }] : optionEntries(node, `${path}.`);
  });
}

/** What an option or a group is called. @param prefix that of what is in `tree`, with the dot */
export function pathOf(tree: OptionTree, name: string, prefix: string): string {
  return shortOf(tree) === name ? prefix.slice(0, -1) : prefix + name;
}

/** The option whose value may be given in place of the group. */
export function shortOf(tree: OptionTree): string | undefined {
  const name: unknown = Reflect.get(tree, shorthand);
  return typeof name === 'string' ? name : undefined;
}

/** What was given for a group, as an object; null: it cannot be. */
export function groupIn(tree: OptionTree, given: unknown): Readonly<Record<string, unknown>> | null {
  if (given === undefined) return {};
  if (isGroup(given)) return given;
  const short = shortOf(tree);
  return short === undefined ? null : { [short]: given };
}

/** What was given under a name, if anything. Own properties only: an option must not come from a polluted prototype. */
export function givenIn(group: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(group, name) ? group[name] : undefined;
}

export function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The default value of an option. */
export function defaultOf(option: Option<unknown, unknown>, environment: Environment): unknown {
  return dependsOnEnvironment(option.default) ? option.default(environment) : option.default;
}

export function dependsOnEnvironment(value: unknown): value is (environment: Environment) => unknown {
  return typeof value === 'function';
}
