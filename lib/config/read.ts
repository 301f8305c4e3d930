import { isDeepStrictEqual } from 'node:util';
import type { ConfigProblem } from '../errors.js';
import { environmentKeys, type KeyPrefix } from './environment-keys.js';
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
import { defaultOf, givenIn, groupIn, isGroup, optionEntries, pathOf } from './tree.js';

/** The source of environment keys: Nest's ConfigService, or the process environment. */
export interface OptionValues {
  get(key: string): unknown;
}

export interface GivenOptions {
  /** What the application passed, if anything. */
  readonly code: unknown;
  /** The same, for what the environment does not set. */
  readonly defaults?: unknown;
  readonly source: OptionValues;
  readonly environment: Environment;
  /** What replaces options of other packages, by their names; each completes a sentence. */
  readonly otherNames?: ReadonlyMap<string, string>;
  /** What environment keys begin with. Default: `SESSION`. */
  readonly keyPrefix?: KeyPrefix;
  /** Further environment keys of options, by their names in code. */
  readonly furtherKeys?: ReadonlyMap<string, readonly string[]>;
}

/** Where the value of an option comes from, the strongest first; `built-in`: nothing sets it. */
export const optionOrigins = ['code', 'environment', 'defaults', 'built-in'] as const;
export type OptionOrigin = (typeof optionOrigins)[number];

export interface ReadOptions<Tree> {
  /** Every option has a value; an invalid one has its default. */
  readonly options: ResolvedOptions<Tree>;
  readonly problems: readonly ConfigProblem[];
  /** The options that have their default because their value could not be read, as named in messages. */
  readonly unread: ReadonlySet<string>;
  /** Where each value comes from, by the name in code. */
  readonly origins: ReadonlyMap<string, OptionOrigin>;
}

/** As {@link readOptions}; what it returns can be kept. */
export function resolveOptions<Tree extends OptionTree>(tree: Tree, given: GivenOptions): ReadOptions<Tree> {
  const read = readOptions(tree, given);
  return { ...read, options: keepable(tree, read.options) };
}

/**
 * Reads a tree of options: code takes precedence over the environment, which takes precedence over the application's defaults,
 * and those over the built-in default. `undefined` in code and an empty string in the environment count as unset; `null` in code
 * is a value. Collects all problems, not just the first.
 */
export function readOptions<Tree extends OptionTree>(tree: Tree, given: GivenOptions): ReadOptions<Tree> {
  const reader = new TreeReader(
    given,
    optionEntries(tree).map(({ path }) => path),
  );
  const options = reader.read(tree, given, '') as ResolvedOptions<Tree>;
  const { problems, unread, origins } = reader;
  return { options, problems, unread, origins };
}

/** The same values, which cannot be changed, and whose secrets are not shown. */
export function keepable<Tree extends OptionTree>(tree: Tree, options: ResolvedOptions<Tree>): ResolvedOptions<Tree> {
  return kept(tree, options) as ResolvedOptions<Tree>;
}

function kept(tree: OptionTree, options: object): unknown {
  const secrets = new Map<string, unknown>();
  const values: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(tree)) {
    const value: unknown = Reflect.get(options, name);
    if (isOption(node) && node.secret === true) secrets.set(name, value);
    else values[name] = isOption(node) || !isGroup(value) ? value : kept(node, value);
  }
  if (secrets.size > 0) hideIn(values, secrets);
  return Object.freeze(values);
}

/** What an application passed for an option, or for a tree of options. */
interface InCode {
  readonly code: unknown;
  readonly defaults?: unknown;
}

class TreeReader {
  readonly problems: ConfigProblem[] = [];
  readonly unread = new Set<string>();
  readonly origins = new Map<string, OptionOrigin>();

  constructor(
    private readonly given: GivenOptions,
    private readonly names: readonly string[],
  ) {}

  read(tree: OptionTree, inCode: InCode, prefix: string): unknown {
    const code = this.group(tree, inCode.code, prefix, '');
    const defaults = this.group(tree, inCode.defaults, prefix, 'defaults.');
    const values: Record<string, unknown> = {};
    for (const [name, node] of Object.entries(tree)) {
      const given = { code: givenIn(code, name), defaults: givenIn(defaults, name) };
      values[name] = isOption(node)
        ? this.option(node, given, pathOf(tree, name, prefix))
        : this.read(node, given, `${prefix}${name}.`);
    }
    return values;
  }

  /** @param layer what names in messages begin with */
  private group(
    tree: OptionTree,
    given: unknown,
    prefix: string,
    layer: '' | 'defaults.',
  ): Readonly<Record<string, unknown>> {
    const group = groupIn(tree, given);
    if (group === null) {
      const setting = (layer + prefix).slice(0, -1) || 'options';
      this.problems.push({ setting, problem: `expected an object with options, got ${kindOf(given)}` });
      return {};
    }
    this.reportUnknown(tree, group, prefix, layer);
    return group;
  }

  private reportUnknown(
    tree: OptionTree,
    group: Readonly<Record<string, unknown>>,
    prefix: string,
    layer: string,
  ): void {
    for (const name of Object.keys(group)) {
      if (Object.hasOwn(tree, name)) continue;
      const path = prefix + name;
      const instead = this.given.otherNames?.get(path);
      const meant = nearest(path, this.names);
      const guess = meant === undefined ? '' : `; did you mean ${layer}${meant}?`;
      const hint = instead === undefined ? guess : `: ${instead}`;
      this.problems.push({ setting: oneLine(layer + path), problem: `there is no such option${hint}` });
    }
  }

  private option(option: Option<unknown, unknown>, { code, defaults }: InCode, path: string): unknown {
    if (code !== undefined) {
      this.origins.set(path, 'code');
      return this.orDefault(this.parse(option, code, 'code', settingName(option.env, path)), option, path);
    }
    const keys = [
      ...environmentKeys(path, option, this.given.keyPrefix),
      ...(this.given.furtherKeys?.get(path) ?? []),
    ].filter((key) => !isUnset(this.given.source.get(key)));
    if (keys.length > 0) {
      this.origins.set(path, 'environment');
      return this.orDefault(this.inEnvironment(option, keys, path), option, path);
    }
    this.origins.set(path, defaults === undefined ? 'built-in' : 'defaults');
    if (defaults === undefined) return defaultOf(option, this.given.environment);
    return this.orDefault(this.parse(option, defaults, 'code', `defaults.${path}`), option, path);
  }

  private inEnvironment(option: Option<unknown, unknown>, keys: readonly string[], path: string): unknown {
    const values = keys.map((key) =>
      this.parse(option, this.given.source.get(key), 'environment', settingName(key, path)),
    );
    const unreadable = values.find((value) => value instanceof OptionMismatch);
    const [value] = values;
    if (unreadable !== undefined || values.every((other) => isDeepStrictEqual(value, other))) {
      return unreadable ?? value;
    }
    const problem = `is given twice, as ${keys.join(' and as ')}, with different values: leave one of them out`;
    this.problems.push({ setting: settingName(option.env, path), problem });
    return new OptionMismatch();
  }

  private orDefault(value: unknown, option: Option<unknown, unknown>, path: string): unknown {
    if (!(value instanceof OptionMismatch)) return value;
    this.unread.add(settingName(option.env, path));
    return defaultOf(option, this.given.environment);
  }

  private parse(option: Option<unknown, unknown>, raw: unknown, source: OptionSource, setting: string): unknown {
    const value = option.kind.parse(raw, source);
    if (!(value instanceof OptionMismatch)) return value;
    const reason = value.reason ?? `expected ${option.kind.expected}`;
    const got = option.secret === true ? '' : `, got ${quote(raw)}`;
    this.problems.push({ setting, problem: reason + got });
    return value;
  }
}

/**
 * Logging or iterating over the settings must not show a secret: secrets are non-enumerable and on the prototype, but can be
 * read by name.
 */
function hideIn(values: Record<string, unknown>, secrets: ReadonlyMap<string, unknown>): void {
  const prototype = Object.create(Object.prototype) as object;
  for (const name of secrets.keys()) {
    Object.defineProperty(prototype, name, {
      get(this: unknown) {
        return this === values ? secrets.get(name) : undefined;
      },
    });
  }
  Object.setPrototypeOf(values, Object.freeze(prototype));
}

export function isUnset(value: unknown): boolean {
  return value === undefined || value === null || isBlank(value);
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}

/** For a value in place of a group, only its type: it may be a misplaced secret. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
