/** How an option is declared: once, with everything that validation, types and the table in the documentation need. */

/** The environment, from `NODE_ENV`, case-insensitive; anything but `production` and `test` counts as `development`. */
export type Environment = 'production' | 'development' | 'test';

/** Where a value was given. A number means the same in the environment and in code. */
export type OptionSource = 'code' | 'environment';

/** How a value is read and checked. `T` is the result, `Input` what code may pass. */
export interface OptionKind<T, Input = T> {
  /** Completes the sentence "expected …", e.g. `a duration such as 30m, or seconds`. */
  readonly expected: string;
  /** Returns the value, or an {@link OptionMismatch}. Also reads strings from the environment. */
  parse(raw: unknown, source: OptionSource): T | OptionMismatch;
  /** Carries the type of what code may pass; never set. */
  readonly input?: Input;
}

/** A value that was not expected. `reason` replaces the kind's "expected …" if more can be said. */
export class OptionMismatch {
  constructor(readonly reason?: string) {}
}

export interface Option<T, Input = T> {
  /**
   * The environment key that messages name: Flask's if Flask or its session extensions have one; the key derived from the name
   * in code is read, too. `null` if it can only be set in code (a client, a function).
   */
  readonly env: string | null;
  readonly kind: OptionKind<T, Input>;
  /** The default value, or a function of the environment. */
  readonly default: T | ((environment: Environment) => T);
  /** The default as shown in the documentation, if the value itself would not do. */
  readonly defaultText?: string;
  /** The meaning of the option, in one or two sentences, with its unit. */
  readonly meaning: string;
  /** True: no message shows its value. */
  readonly secret?: boolean;
}

export interface OptionTree {
  readonly [name: string]: Option<unknown, unknown> | OptionTree;
}

/** Where a group has the name of the option that a value in place of the group is for. */
export const shorthand = Symbol('shorthand');

/** A group in whose place the value of one of its options may be given: `maxSessionsPerUser: 3` for `{ max: 3 }`. */
export type WithShorthand<Name extends string> = Readonly<Record<typeof shorthand, Name>>;

/** What an application may pass for a tree of options. */
export type OptionInput<Tree> = {
  -readonly [K in keyof Tree & string]?: NodeInput<Tree[K]> | undefined;
};

type NodeInput<Node> = Node extends Option<unknown, infer Input> ? Input : OptionInput<Node> | ShorthandInput<Node>;

type ShorthandInput<Node> =
  Node extends WithShorthand<infer Name> ? (Name extends keyof Node ? NodeInput<Node[Name]> : never) : never;

/** A tree of options once read. */
export type ResolvedOptions<Tree> = {
  readonly [K in keyof Tree & string]: Tree[K] extends Option<infer T, unknown> ? T : ResolvedOptions<Tree[K]>;
};

/** Declares an option; only fixes the types, which the kind determines. */
export function option<T, Input = T>(
  declaration: Option<T, Input> & { readonly default: NoInfer<T> | ((environment: Environment) => NoInfer<T>) },
): Option<T, Input> {
  return declaration;
}

const groupMeanings = new WeakMap<OptionTree, string>();

/**
 * A group of options under one name. `meaning`: what they are about, in one sentence. `short`: the option whose value may be
 * given in place of the group; messages name it by the name of the group.
 */
export function group<Tree extends OptionTree>(meaning: string, tree: Tree): Tree;
export function group<Tree extends OptionTree, Name extends keyof Tree & string>(
  meaning: string,
  tree: Tree,
  short: Name,
): Tree & WithShorthand<Name>;
export function group(meaning: string, tree: OptionTree, short?: string): OptionTree {
  const made = short === undefined ? tree : { ...tree, [shorthand]: short };
  groupMeanings.set(made, meaning);
  return made;
}

/** The arguments of {@link group}. */
export function meaningOfGroup(tree: OptionTree): string | undefined {
  return groupMeanings.get(tree);
}

export function isOption(node: Option<unknown, unknown> | OptionTree): node is Option<unknown, unknown> {
  return 'kind' in node && 'meaning' in node;
}
