import { type OptionKind, OptionMismatch, type OptionSource } from '../option.js';

/**
 * Several values of one kind. In the environment, a JSON array, or values separated by commas; in code, an array. A single
 * string in code is rejected: iterated by character, it would become keys of one character.
 */
export function list<T, Input>(kind: OptionKind<T, Input>): OptionKind<readonly T[], readonly Input[]> {
  return {
    expected: `an array, each item ${kind.expected}`,
    parse(raw, source) {
      const items = source === 'environment' && typeof raw === 'string' ? readItems(raw) : raw;
      return Array.isArray(items) ? parseItems(items, kind, source) : new OptionMismatch(reasonFor(raw, source));
    },
  };
}

function parseItems<T, Input>(items: readonly unknown[], kind: OptionKind<T, Input>, source: OptionSource) {
  const values: T[] = [];
  for (const [index, item] of items.entries()) {
    const value = kind.parse(item, source);
    if (value instanceof OptionMismatch) {
      return new OptionMismatch(`item ${String(index + 1)}: ${value.reason ?? `expected ${kind.expected}`}`);
    }
    values.push(value);
  }
  return values;
}

function readItems(raw: string): unknown {
  if (!raw.trimStart().startsWith('[')) {
    return raw
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  try {
    return JSON.parse(raw);
  } catch {
    // The parser's message quotes its input, which may be a secret.
    return undefined;
  }
}

function reasonFor(raw: unknown, source: OptionSource): string | undefined {
  if (typeof raw !== 'string') return undefined;
  return source === 'code'
    ? 'expected an array, not a single string'
    : 'begins with "[" but is not a JSON array; expected a JSON array, or values separated by commas';
}
