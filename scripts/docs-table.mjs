/**
 * `npm run docs`: writes the table of all options, made from their declarations, into the documents that have a place for
 * it. Without `--write` the table is only printed.
 */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildLibrary } from './build.mjs';
import { install } from './install.mjs';
import { writeOptionTypes } from './option-types.mjs';
import { compiled, root } from './paths.mjs';

const place = /(<!-- options: made by npm run docs -->)[^]*?(<!-- \/options -->)/g;

await install();
await buildLibrary();
const { optionsTable } = await importCompiled('config/table.js');
const { sessionModuleOptions } = await importCompiled('session-module.options.js');
const table = optionsTable(sessionModuleOptions);

if (process.argv.includes('--write')) {
  for (const page of await pages()) await renew(page);
  await writeOptionTypes();
} else {
  console.log(table);
}

function importCompiled(path) {
  return import(pathToFileURL(join(compiled, path)).href);
}

async function pages() {
  const docs = await readdir(join(root, 'docs'), { recursive: true }).catch(() => []);
  return ['README.md', ...docs.filter((path) => path.endsWith('.md')).map((path) => join('docs', path))];
}

async function renew(page) {
  const before = await readFile(join(root, page), 'utf8');
  const after = before.replaceAll(place, (_, begin, end) => `${begin}\n\n${table}\n\n${end}`);
  if (after === before) return;
  await writeFile(join(root, page), after);
  console.log(`${page}: options table renewed`);
}
