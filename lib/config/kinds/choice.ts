import { nearest } from '../nearest.js';
import { type OptionKind, OptionMismatch } from '../option.js';
import { type Nullable, nullable } from './nullable.js';

const words: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

/** True or false; in the environment also 1/0, yes/no, on/off, in any case. */
export function bool(): OptionKind<boolean> {
  return {
    expected: 'true or false',
    parse(raw, source) {
      if (typeof raw === 'boolean') return raw;
      if (source !== 'environment' || (typeof raw !== 'string' && typeof raw !== 'number')) return new OptionMismatch();
      return words.get(String(raw).trim().toLowerCase()) ?? new OptionMismatch();
    },
  };
}

export interface OneOfOptions {
  readonly nullable?: boolean;
}

/** One of the given words, case-insensitive; returned as spelled in `choices`. */
export function oneOf<const Choice extends string>(
  choices: readonly Choice[],
  options: OneOfOptions & Nullable,
): OptionKind<Choice | null>;
export function oneOf<const Choice extends string>(
  choices: readonly Choice[],
  options?: OneOfOptions & { readonly nullable?: false },
): OptionKind<Choice>;
export function oneOf<const Choice extends string>(
  choices: readonly Choice[],
  options: OneOfOptions = {},
): OptionKind<Choice | null> {
  const kind: OptionKind<Choice> = {
    expected: choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`,
    parse(raw) {
      if (typeof raw !== 'string') return new OptionMismatch();
      const word = raw.trim().toLowerCase();
      const choice = choices.find((known) => known.toLowerCase() === word);
      if (choice !== undefined) return choice;
      const meant = nearest(word, choices);
      return new OptionMismatch(meant && `expected ${kind.expected} (did you mean ${meant}?)`);
    },
  };
  return options.nullable === true ? nullable(kind) : kind;
}

/** True, false, or one of further words, such as `auto`. */
export function boolOr<const Choice extends string>(choices: readonly Choice[]): OptionKind<boolean | Choice> {
  const truth = bool();
  const choice = oneOf(choices);
  return {
    expected: `true, false or ${choices.join(' or ')}`,
    parse(raw, source) {
      const value = choice.parse(raw, source);
      return value instanceof OptionMismatch ? truth.parse(raw, source) : value;
    },
  };
}
