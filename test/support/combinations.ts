import { basename } from 'node:path';
import { expect } from '@jest/globals';

type Factors = Readonly<Record<string, readonly unknown[]>>;
type Combination<F extends Factors> = { readonly [Name in keyof F]: F[Name][number] };

/**
 * What a table of cases runs with: every value of every factor, each in as few combinations as that takes. Which ones differs
 * from file to file, so that each pair of values meets in some table. In the nightly form (`TEST_FULL=1`) all of them.
 */
export function combinations<const F extends Factors>(factors: F): Combination<F>[] {
  const entries = Object.entries(factors);
  const isFull = process.env['TEST_FULL'] === '1';
  const count = isFull
    ? entries.reduce((product, [, values]) => product * values.length, 1)
    : Math.max(...entries.map(([, values]) => values.length));
  return Array.from({ length: count }, (_, row) => {
    let rest = isFull ? row : seedOf(basename(expect.getState().testPath ?? ''));
    const combination = entries.map(([name, values]) => {
      const index = (isFull ? rest : rest + row) % values.length;
      rest = Math.floor(rest / values.length);
      return [name, values[index]];
    });
    return Object.fromEntries(combination) as Combination<F>;
  });
}

/** One of `values`, which differs from file to file; in the nightly form all of them. For what takes long and finds much the same. */
export function inTurn<const T extends readonly unknown[]>(values: T): T[number][] {
  const all = combinations({ value: values }).map(({ value }) => value);
  return process.env['TEST_FULL'] === '1' ? all : all.slice(0, 1);
}

function seedOf(text: string): number {
  let seed = 7;
  for (const character of text) seed = (seed * 31 + character.charCodeAt(0)) % 1_000_003;
  return seed;
}
