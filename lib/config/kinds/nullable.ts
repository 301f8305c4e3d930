import { type OptionKind, OptionMismatch } from '../option.js';

/** Makes a kind accept `null`, too, for "off" or "none". */
export interface Nullable {
  readonly nullable: true;
}

const nullWords: ReadonlySet<string> = new Set(['null', 'none', 'never']);

/**
 * `kind`, or `null`. The strings `none`, `never` and `null` mean `null`, unless `kind` itself accepts them: a cookie may be
 * named `none`.
 */
export function nullable<T, Input>(kind: OptionKind<T, Input>): OptionKind<T | null, Input | null> {
  return {
    expected: `${kind.expected}, or null for none`,
    parse(raw, source) {
      if (raw === null) return null;
      const value = kind.parse(raw, source);
      if (!(value instanceof OptionMismatch)) return value;
      if (typeof raw === 'string' && nullWords.has(raw.trim().toLowerCase())) return null;
      // If an environment key is set, "none" was not intended.
      return source === 'environment' && value.reason === undefined
        ? new OptionMismatch(`expected ${kind.expected}`)
        : value;
    },
  };
}
