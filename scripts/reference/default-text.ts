import type { Environment, Option } from '../../lib/config/option.js';
import { defaultOf, dependsOnEnvironment } from '../../lib/config/tree.js';

const environments: readonly Environment[] = ['production', 'development', 'test'];

/** How the default of an option reads in documents. */
export function defaultTextOf(option: Option<unknown, unknown>): string {
  if (option.defaultText !== undefined) return option.defaultText;
  if (!dependsOnEnvironment(option.default)) return code(option.default);
  const values = environments.map((environment) => code(defaultOf(option, environment)));
  if (new Set(values).size === 1) return String(values[0]);
  return environments.map((environment, index) => `${String(values[index])} in ${environment}`).join(', ');
}

function code(value: unknown): string {
  return value === null || value === undefined
    ? 'none'
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
