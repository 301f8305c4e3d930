/** Writes `lib/session-module-options.ts`, the interfaces of the options, from their declarations: a part of `npm run docs`. */
import { readFile, writeFile } from 'node:fs/promises';
import { register } from 'node:module';
import { format, resolveConfig } from 'prettier';

if (import.meta.filename === process.argv[1]) await writeOptionTypes();

export async function writeOptionTypes() {
  register('./typescript-hooks.mjs', import.meta.url);
  const { optionTypes, optionTypesFile } = await import('./reference/option-types.ts');
  const text = await format(optionTypes(), { ...(await resolveConfig(optionTypesFile)), parser: 'typescript' });
  if ((await readFile(optionTypesFile, 'utf8').catch(() => '')) === text) return;
  await writeFile(optionTypesFile, text);
  console.log('lib/session-module-options.ts: written');
}
