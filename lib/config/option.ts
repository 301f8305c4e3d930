/** How an option is declared: once, with everything that validation, types and the table in the documents need. */

/** Where the application runs, by `NODE_ENV` in any case; anything but `production` and `test` counts as `development`. */
export type Environment = 'production' | 'development' | 'test';

/** Where a value was given. A bare number in the environment and in code means the same. */
export type OptionSource = 'code' | 'environment';

/** How a value is read and checked. `T` is what comes out, `Input` what code may hand in. */
export interface OptionKind<T, Input = T> {
  /** What is expected, to finish the sentence "expected …", e.g. `a duration such as 30m, or seconds`. */
  readonly expected: string;
  /** The value, or an {@link OptionMismatch}. Texts of the environment are read here, too. */
  parse(raw: unknown, source: OptionSource): T | OptionMismatch;
  /** Carries the type of what code may hand in; never set. */
  readonly input?: Input;
}

/** A value that is not what was expected. `reason` replaces the kind's "expected …" where more can be said. */
export class OptionMismatch {
  constructor(readonly reason?: string) {}
}

export interface Option<T, Input = T> {
  /**
   * The environment key that messages name, Flask's where Flask or its session extensions have one; the key that its name in code
   * makes is read, too. `null` for what can only be given in code (a client, a function).
   */
  readonly env: string | null;
  readonly kind: OptionKind<T, Input>;
  /** The value where none is given, or a function of the environment. */
  readonly default: T | ((environment: Environment) => T);
  /** How the default reads in the documents, where the value itself would not do. */
  readonly defaultText?: string;
  /** What the option means, in one or two sentences, with its unit. */
  readonly meaning: string;
  /** True: its value appears in no message. */
  readonly secret?: boolean;
}

export interface OptionTree {
  readonly [name: string]: Option<unknown, unknown> | OptionTree;
}

/** What an application may hand in for a tree of options. */
export type OptionInput<Tree> = {
  -readonly [K in keyof Tree]?: Tree[K] extends Option<unknown, infer Input>
    ? Input | undefined
    : OptionInput<Tree[K]> | undefined;
};

/** What a tree of options becomes once read. */
export type ResolvedOptions<Tree> = {
  readonly [K in keyof Tree]: Tree[K] extends Option<infer T, unknown> ? T : ResolvedOptions<Tree[K]>;
};

/** Declares an option; it only fixes the types, of which the kind decides. */
export function option<T, Input = T>(
  declaration: Option<T, Input> & { readonly default: NoInfer<T> | ((environment: Environment) => NoInfer<T>) },
): Option<T, Input> {
  return declaration;
}

const groupMeanings = new WeakMap<OptionTree, string>();

/** Options that belong together, under a name of their own. `meaning`: what they are about, in one sentence. */
export function group<Tree extends OptionTree>(meaning: string, tree: Tree): Tree {
  groupMeanings.set(tree, meaning);
  return tree;
}

/** What {@link group} was told. */
export function meaningOfGroup(tree: OptionTree): string | undefined {
  return groupMeanings.get(tree);
}

export function isOption(node: Option<unknown, unknown> | OptionTree): node is Option<unknown, unknown> {
  return 'kind' in node && 'meaning' in node;
}
