import { type OptionKind, OptionMismatch } from '../option.js';

/** Asks a kind to take `null`, too, for "off" or "none". */
export interface Nullable {
  readonly nullable: true;
}

const nullWords: ReadonlySet<string> = new Set(['null', 'none', 'never']);

/**
 * `kind`, or `null`. Texts say `none`, `never` or `null` for it, unless `kind` itself takes the word: a cookie may well
 * have the name `none`.
 */
export function nullable<T, Input>(kind: OptionKind<T, Input>): OptionKind<T | null, Input | null> {
  return {
    expected: `${kind.expected}, or null for none`,
    parse(raw, source) {
      if (raw === null) return null;
      const value = kind.parse(raw, source);
      if (!(value instanceof OptionMismatch)) return value;
      if (typeof raw === 'string' && nullWords.has(raw.trim().toLowerCase())) return null;
      // Whoever set an environment key did not mean "none".
      return source === 'environment' && value.reason === undefined
        ? new OptionMismatch(`expected ${kind.expected}`)
        : value;
    },
  };
}
