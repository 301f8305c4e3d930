import process from 'node:process';
import type { Environment } from './option.js';
import type { OptionValues } from './read.js';

/** The environment, from `NODE_ENV`. Case-insensitive: a slip such as `Production` must not disable the checks of production. */
export function environmentOf(nodeEnv: string | undefined): Environment {
  const name = nodeEnv?.trim().toLowerCase();
  return name === 'production' || name === 'test' ? name : 'development';
}

/** The process environment as a source of option values. */
export function processValues(variables: NodeJS.ProcessEnv = process.env): OptionValues {
  return { get: (key) => (Object.hasOwn(variables, key) ? variables[key] : undefined) };
}
