import type { Environment, Option, OptionTree } from './option.js';
import { environmentKeys } from './environment-keys.js';
import { defaultOf, dependsOnEnvironment, optionEntries } from './tree.js';

const environments: readonly Environment[] = ['production', 'development', 'test'];

/** A tree of options as a table in Markdown, one row an option in the order of declaration; for the documents. */
export function optionsTable(tree: OptionTree): string {
  const rows = optionEntries(tree).map(({ path, option }) => [
    environmentKeys(path, option)
      .map((key) => `\`${key}\``)
      .join(', ') || '–',
    `\`${path}\``,
    option.kind.expected,
    defaultText(option),
    option.meaning,
  ]);
  const head = ['Environment', 'In code', 'Expected', 'Default', 'Meaning'];
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
}

function defaultText(option: Option<unknown, unknown>): string {
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
