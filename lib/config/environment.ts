import process from 'node:process';
import type { Environment } from './option.js';
import type { OptionValues } from './read.js';

/**
 * Where the application runs, by `NODE_ENV`. Case does not matter: a slip such as `Production` must not switch the checks of
 * production off.
 */
export function environmentOf(nodeEnv: string | undefined): Environment {
  const name = nodeEnv?.trim().toLowerCase();
  return name === 'production' || name === 'test' ? name : 'development';
}

/** The process environment as a source of option values. */
export function processValues(variables: NodeJS.ProcessEnv = process.env): OptionValues {
  return { get: (key) => (Object.hasOwn(variables, key) ? variables[key] : undefined) };
}
