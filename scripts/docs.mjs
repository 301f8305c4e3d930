/** `npm run docs`: writes the reference pages, and the types of the options, from what `lib/` and `test/` declare. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { register } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { install } from './install.mjs';
import { root } from './paths.mjs';

await install();
register('./typescript-hooks.mjs', import.meta.url);
const { generatedPages } = await import('./reference/pages.ts');
const { optionTypesFiles } = await import('./reference/option-types.ts');
const { openApiFiles } = await import('./reference/openapi.ts');

for (const [path, textOf] of Object.entries(generatedPages)) await renew(join(root, path), textOf());
for (const [file, textOf] of Object.entries({ ...optionTypesFiles, ...openApiFiles })) {
  await renew(file, await textOf());
}

async function renew(file, text) {
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  console.log(`${relative(root, file)}: written`);
}
