/** A call of one of the package's functions, in the order of calling. */
export interface Call {
  readonly file: string;
  /** Of a constructor, the name of its class. Empty: a callback without a name. */
  readonly name: string;
  /** The package's file that called it; null: another package or Node did. */
  readonly from: string | null;
}

/** One request from its arrival to the end of its answer. */
export interface Walk {
  readonly calls: readonly Call[];
  /** How many of them came before the handler. */
  readonly onTheWayIn: number;
}

/** By their names, which are headings of `docs/internals.md`. */
export type Walks = Readonly<Record<string, Walk>>;

/** The files that something was called in. */
export function filesOf(calls: readonly Call[]): string[] {
  return [...new Set(calls.map(({ file }) => file))];
}

/** Each function that another file, or what is not of this package, has called: once for each file that did. */
export function hopsOf(calls: readonly Call[]): string[] {
  const hops = calls.filter(({ file, from, name }) => from !== file && name !== '');
  return [...new Set(hops.map(({ file, from, name }) => `${from ?? 'outside'} -> ${file} ${name}()`))];
}
