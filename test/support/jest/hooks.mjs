/** What the scripts import TypeScript with, and `@jest/globals` of the file of tests that runs. */
import * as typescript from '../../../scripts/typescript-hooks.mjs';

const globals = new URL('globals.mjs', import.meta.url).href;

export function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: globals, shortCircuit: true };
  return typescript.resolve(specifier, context, next);
}

export const { load } = typescript;
