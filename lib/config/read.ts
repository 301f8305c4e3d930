import type { ConfigProblem } from '../errors.js';
import { nearest } from './nearest.js';
import {
  type Environment,
  isOption,
  type Option,
  OptionMismatch,
  type OptionSource,
  type OptionTree,
  type ResolvedOptions,
} from './option.js';
import { oneLine, quote } from './quote.js';
import { settingName } from './setting-name.js';
import { defaultOf, optionEntries } from './tree.js';

/** Where environment keys are looked up: Nest's ConfigService, or the process environment. */
export interface OptionValues {
  get(key: string): unknown;
}

export interface GivenOptions {
  /** What the application handed in, if anything. */
  readonly code: unknown;
  readonly source: OptionValues;
  readonly environment: Environment;
}

export interface ReadOptions<Tree> {
  /** Every option has a value; one with a problem has its default. */
  readonly options: ResolvedOptions<Tree>;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads a tree of options: what code says, over what the environment says, over the default. Unset are `undefined` in code and
 * an empty text in the environment; `null` in code is a value. All problems are collected, never the first alone.
 */
export function resolveOptions<Tree extends OptionTree>(tree: Tree, given: GivenOptions): ReadOptions<Tree> {
  const problems: ConfigProblem[] = [];
  const names = optionEntries(tree).map(({ path }) => path);
  const options = new TreeReader(given, names, problems).read(tree, given.code, '');
  return { options: options as ResolvedOptions<Tree>, problems };
}

class TreeReader {
  constructor(
    private readonly given: GivenOptions,
    private readonly names: readonly string[],
    private readonly problems: ConfigProblem[],
  ) {}

  read(tree: OptionTree, code: unknown, prefix: string): unknown {
    const group = this.group(code, prefix);
    this.reportUnknown(tree, group, prefix);
    const values: Record<string, unknown> = {};
    for (const [name, node] of Object.entries(tree)) {
      const path = prefix + name;
      // Own properties alone: an option must not come out of a polluted prototype.
      const inCode: unknown = Object.hasOwn(group, name) ? group[name] : undefined;
      const value = isOption(node) ? this.option(node, inCode, path) : this.read(node, inCode, `${path}.`);
      // Whoever logs the settings, or an object that has them, does not log the secrets.
      const enumerable = !(isOption(node) && node.secret === true);
      Object.defineProperty(values, name, { value, enumerable });
    }
    return Object.freeze(values);
  }

  private group(code: unknown, prefix: string): Readonly<Record<string, unknown>> {
    if (code === undefined) return {};
    if (isGroup(code)) return code;
    const setting = prefix === '' ? 'options' : prefix.slice(0, -1);
    this.problems.push({ setting, problem: `expected an object with options, got ${kindOf(code)}` });
    return {};
  }

  private reportUnknown(tree: OptionTree, group: Readonly<Record<string, unknown>>, prefix: string): void {
    for (const name of Object.keys(group)) {
      if (Object.hasOwn(tree, name)) continue;
      const path = prefix + name;
      const meant = nearest(path, this.names);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      this.problems.push({ setting: oneLine(path), problem: `there is no such option${hint}` });
    }
  }

  private option(option: Option<unknown, unknown>, inCode: unknown, path: string): unknown {
    if (inCode !== undefined) return this.parse(option, inCode, 'code', path);
    const inEnvironment = option.env === null ? undefined : this.given.source.get(option.env);
    const unset = inEnvironment === undefined || inEnvironment === null || isBlank(inEnvironment);
    return unset ? defaultOf(option, this.given.environment) : this.parse(option, inEnvironment, 'environment', path);
  }

  private parse(option: Option<unknown, unknown>, raw: unknown, source: OptionSource, path: string): unknown {
    const value = option.kind.parse(raw, source);
    if (!(value instanceof OptionMismatch)) return value;
    const reason = value.reason ?? `expected ${option.kind.expected}`;
    const got = option.secret === true ? '' : `, got ${quote(raw)}`;
    this.problems.push({ setting: settingName(option.env, path), problem: reason + got });
    return defaultOf(option, this.given.environment);
  }
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}

/** Of a value that stands where a group should, only what it is: it may be a secret in the wrong place. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
