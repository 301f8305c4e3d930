import { nearest } from './nearest.js';
import type { OptionTree } from './option.js';
import { optionEntries } from './tree.js';

/** A slip of the fingers; other frameworks' keys differ by more. */
const FURTHEST = 2;

/**
 * Warnings for environment keys that look like ours and are not read: a slip in one would leave its setting at the default,
 * and nobody would hear of it.
 */
export function misspeltKeys(tree: OptionTree, names: readonly string[]): string[] {
  const known = optionEntries(tree).flatMap(({ option }) => (option.env === null ? [] : [option.env]));
  return names
    .filter((name) => /^(?:SESSION_|SECRET_KEY)/.test(name) && !known.includes(name))
    .flatMap((name) => {
      const meant = nearest(name, known, FURTHEST);
      return meant === undefined ? [] : [`The environment key ${name} is not read; did you mean ${meant}?`];
    });
}
