import type { ConfigProblem } from '../errors.js';
import { isOption, type OptionTree } from './option.js';
import { quote } from './quote.js';
import { isUnset, type OptionValues } from './read.js';
import { givenIn, groupIn, isGroup } from './tree.js';

/** A name in code that an option had before. */
export interface FormerName {
  readonly former: string;
  /** The option in its place, down to the last name (`messages.login.text`). Null: none; its own declaration is still read. */
  readonly now: string | null;
  /** The environment keys that go with the name, each with the one in its place. */
  readonly keys?: Readonly<Record<string, string | null>>;
  /** The value under the new name that `null` stands for, where the new one does not take it. */
  readonly nullAs?: string;
  /**
   * Where its value is only a part of the new one, and has a declaration of its own: whether a value under the new name
   * contains that part, so that one of both is too many.
   */
  readonly isPartOf?: (given: unknown) => boolean;
}

/** Words that an option took before, each with the one in its place. */
export interface FormerWords {
  readonly option: string;
  readonly keys: readonly string[];
  readonly words: ReadonlyMap<string, string>;
}

export interface FormerNames {
  readonly names: readonly FormerName[];
  readonly words: readonly FormerWords[];
}

/** What an application passed, with the former names taken out of it. */
export interface Renamed {
  /** For the tree of options. */
  readonly given: unknown;
  /** For the declarations of what is only a part of an option now. */
  readonly apart: unknown;
  /** The former names that are in use, each with what to use instead. */
  readonly found: readonly string[];
  /** Names that are given twice, by the former name and the new one. */
  readonly problems: readonly ConfigProblem[];
}

/**
 * Replaces the former names in what an application passed.
 *
 * @param layer what names in messages begin with
 */
export function withoutFormerNames(
  tree: OptionTree,
  given: unknown,
  { names, words }: FormerNames,
  layer: '' | 'defaults.' = '',
): Renamed {
  const renamed = { given, apart: undefined as unknown, found: [] as string[], problems: [] as ConfigProblem[] };
  for (const { former, now, nullAs, isPartOf } of names) {
    const path = former.split('.');
    const value = valueAt(tree, given, path);
    if (value === undefined) {
      renamed.given = without(renamed.given, path);
      continue;
    }
    // A name that was an option's may be a group's now.
    if (isGroup(value) && isGroupOf(tree, path)) continue;
    renamed.found.push(`${layer}${former} (${adviceFor(now === null ? null : layer + now)})`);
    if (now === null) continue;
    const place = now.split('.');
    const beside = former === place[0] ? undefined : valueAt(tree, given, place);
    if (beside !== undefined && (isPartOf?.(beside) ?? true)) {
      const problem = `is the former name of ${layer}${now}, which is given, too: leave ${layer}${former} out`;
      renamed.problems.push({ setting: `${layer}${former}`, problem });
    }
    renamed.given = without(renamed.given, path);
    if (isPartOf !== undefined) renamed.apart = withValue(tree, renamed.apart, path, value);
    else renamed.given = withValue(tree, renamed.given, place, value ?? nullAs ?? null);
  }
  for (const { option, words: known } of words) {
    const path = option.split('.');
    const value = valueAt(tree, renamed.given, path);
    const word = wordFor(known, value);
    if (word === undefined) continue;
    renamed.found.push(`${layer}${option}: ${quote(value)} (now ${quote(word)})`);
    renamed.given = withValue(tree, renamed.given, path, word);
  }
  return renamed;
}

/** The environment with new words in place of former ones, and the former names that are in use there. */
export function environmentWithoutFormerNames(
  source: OptionValues,
  { names, words }: FormerNames,
): { readonly source: OptionValues; readonly found: readonly string[] } {
  const isSet = (key: string): boolean => !isUnset(source.get(key));
  const byKey = new Map(words.flatMap(({ keys, words: known }) => keys.map((key) => [key, known] as const)));
  return {
    source: {
      get(key) {
        const value = source.get(key);
        const known = byKey.get(key);
        return known === undefined ? value : (wordFor(known, value) ?? value);
      },
    },
    found: [
      ...names.flatMap(({ keys = {} }) =>
        Object.entries(keys).flatMap(([key, now]) => (isSet(key) ? [`${key} (${adviceFor(now)})`] : [])),
      ),
      ...[...byKey].flatMap(([key, known]) => {
        const word = wordFor(known, source.get(key));
        return word === undefined ? [] : [`${key}=${String(source.get(key))} (now ${word})`];
      }),
    ],
  };
}

function adviceFor(now: string | null): string {
  return now === null ? 'leave it out' : `now ${now}`;
}

function wordFor(words: ReadonlyMap<string, string>, value: unknown): string | undefined {
  return typeof value === 'string' ? words.get(value.trim().toLowerCase()) : undefined;
}

function valueAt(tree: OptionTree, given: unknown, [name = '', ...rest]: readonly string[]): unknown {
  const group = groupIn(tree, given);
  if (group === null) return undefined;
  const value = givenIn(group, name);
  const node = tree[name];
  if (rest.length === 0 || value === undefined) return value;
  return node === undefined || isOption(node) ? undefined : valueAt(node, value, rest);
}

function isGroupOf(tree: OptionTree, [name = '', ...rest]: readonly string[]): boolean {
  const node = tree[name];
  if (node === undefined || isOption(node)) return false;
  return rest.length === 0 || isGroupOf(node, rest);
}

function without(given: unknown, [name = '', ...rest]: readonly string[]): unknown {
  if (!isGroup(given) || !Object.hasOwn(given, name)) return given;
  const others = Object.entries(given).filter(([other]) => other !== name);
  return fromOwn(rest.length === 0 ? others : [...others, [name, without(given[name], rest)]]);
}

function withValue(tree: OptionTree, given: unknown, [name = '', ...rest]: readonly string[], value: unknown): unknown {
  const group = groupIn(tree, given);
  // What is no group is reported when it is read.
  if (group === null) return given;
  const node = tree[name];
  const within =
    rest.length === 0 || node === undefined || isOption(node)
      ? value
      : withValue(node, givenIn(group, name), rest, value);
  return fromOwn([...Object.entries(group).filter(([other]) => other !== name), [name, within]]);
}

/** `Object.fromEntries` defines what it is given, also under the name `__proto__`. */
function fromOwn(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(entries);
}
