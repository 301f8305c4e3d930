/**
 * Writes the pages of the documentation site, and has VitePress build it, by `docs/.vitepress/config.ts`. Words name the entry points whose
 * API has pages, though that of all is checked; without any, all have.
 */
import { cp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'vitepress';
import { entryPoints } from '../entry-points.mjs';
import { cache, root } from '../paths.mjs';
import { writeApi } from './api.mjs';
import { writeDocuments } from './documents.mjs';

const pages = join(cache, 'site', 'pages');

await rm(pages, { recursive: true, force: true });
await writeDocuments(pages);
const chosen = process.argv.slice(2);
await writeApi(join(pages, 'api'), chosen.length > 0 ? chosen : Object.keys(entryPoints));
await cp(join(root, 'docs', '.vitepress'), join(pages, '.vitepress'), {
  recursive: true,
  // There, the file that it extends is not above it.
  filter: (path) => basename(path) !== 'tsconfig.json',
});
await build(pages);
