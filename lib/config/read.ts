import { isDeepStrictEqual } from 'node:util';
import type { ConfigProblem } from '../errors.js';
import { environmentKeys } from './environment-keys.js';
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

/** The source of environment keys: Nest's ConfigService, or the process environment. */
export interface OptionValues {
  get(key: string): unknown;
}

export interface GivenOptions {
  /** What the application passed, if anything. */
  readonly code: unknown;
  readonly source: OptionValues;
  readonly environment: Environment;
  /** What replaces options of other packages, by their names; each completes a sentence. */
  readonly otherNames?: ReadonlyMap<string, string>;
}

export interface ReadOptions<Tree> {
  /** Every option has a value; an invalid one has its default. */
  readonly options: ResolvedOptions<Tree>;
  readonly problems: readonly ConfigProblem[];
  /** The options that have their default because their value could not be read, as named in messages. */
  readonly unread: ReadonlySet<string>;
}

/**
 * Reads a tree of options: code takes precedence over the environment, which takes precedence over the default. `undefined` in
 * code and an empty string in the environment count as unset; `null` in code is a value. Collects all problems, not just the
 * first.
 */
export function resolveOptions<Tree extends OptionTree>(tree: Tree, given: GivenOptions): ReadOptions<Tree> {
  const problems: ConfigProblem[] = [];
  const unread = new Set<string>();
  const names = optionEntries(tree).map(({ path }) => path);
  const options = new TreeReader(given, names, problems, unread).read(tree, given.code, '');
  return { options: options as ResolvedOptions<Tree>, problems, unread };
}

class TreeReader {
  constructor(
    private readonly given: GivenOptions,
    private readonly names: readonly string[],
    private readonly problems: ConfigProblem[],
    private readonly unread: Set<string>,
  ) {}

  read(tree: OptionTree, code: unknown, prefix: string): unknown {
    const group = this.group(code, prefix);
    this.reportUnknown(tree, group, prefix);
    const secrets = new Map<string, unknown>();
    const values: Record<string, unknown> = {};
    for (const [name, node] of Object.entries(tree)) {
      const path = prefix + name;
      // Own properties only: an option must not come from a polluted prototype.
      const inCode: unknown = Object.hasOwn(group, name) ? group[name] : undefined;
      const value = isOption(node) ? this.option(node, inCode, path) : this.read(node, inCode, `${path}.`);
      if (isOption(node) && node.secret === true) secrets.set(name, value);
      else values[name] = value;
    }
    if (secrets.size > 0) hideIn(values, secrets);
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
      const instead = this.given.otherNames?.get(path);
      const meant = nearest(path, this.names);
      const guess = meant === undefined ? '' : `; did you mean ${meant}?`;
      const hint = instead === undefined ? guess : `: ${instead}`;
      this.problems.push({ setting: oneLine(path), problem: `there is no such option${hint}` });
    }
  }

  private option(option: Option<unknown, unknown>, inCode: unknown, path: string): unknown {
    if (inCode !== undefined) return this.orDefault(this.parse(option, inCode, 'code', path, option.env), option, path);
    const keys = environmentKeys(path, option).filter((key) => !isUnset(this.given.source.get(key)));
    if (keys.length === 0) return defaultOf(option, this.given.environment);
    const values = keys.map((key) => this.parse(option, this.given.source.get(key), 'environment', path, key));
    const unreadable = values.find((value) => value instanceof OptionMismatch);
    const [value] = values;
    if (unreadable !== undefined || values.every((other) => isDeepStrictEqual(value, other))) {
      return this.orDefault(unreadable ?? value, option, path);
    }
    const problem = `is given twice, as ${keys.join(' and as ')}, with different values: leave one of them out`;
    this.problems.push({ setting: settingName(option.env, path), problem });
    return this.orDefault(new OptionMismatch(), option, path);
  }

  private orDefault(value: unknown, option: Option<unknown, unknown>, path: string): unknown {
    if (!(value instanceof OptionMismatch)) return value;
    this.unread.add(settingName(option.env, path));
    return defaultOf(option, this.given.environment);
  }

  private parse(
    option: Option<unknown, unknown>,
    raw: unknown,
    source: OptionSource,
    path: string,
    key: string | null,
  ): unknown {
    const value = option.kind.parse(raw, source);
    if (!(value instanceof OptionMismatch)) return value;
    const reason = value.reason ?? `expected ${option.kind.expected}`;
    const got = option.secret === true ? '' : `, got ${quote(raw)}`;
    this.problems.push({ setting: settingName(key, path), problem: reason + got });
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

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || isBlank(value);
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}

/** For a value in place of a group, only its type: it may be a misplaced secret. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
