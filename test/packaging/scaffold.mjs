/** Writes what `nest new` makes into a folder: `node scaffold.mjs <folder> <esm|cjs>`. A program, since Jest cannot load Nest's schematics. */
import schematics from '@angular-devkit/schematics/testing/index.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [, , folder = '', type = ''] = process.argv;
const collection = fileURLToPath(
  new URL('../../node_modules/@nestjs/schematics/dist/collection.json', import.meta.url),
);
const runner = new schematics.SchematicTestRunner('@nestjs/schematics', collection);
const tree = await runner.runSchematic('application', { name: 'shop', type });
for (const path of tree.files) {
  const file = join(folder, path.replace(/^\/shop\//, ''));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, tree.readContent(path));
}
