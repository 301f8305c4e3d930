/** `npm run api`: writes `etc/api/`, what each entry point of the built package exports, so that a change shows as one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { register } from 'node:module';
import { dirname, join } from 'node:path';
import { buildLibrary } from './build.mjs';
import { install } from './install.mjs';
import { root } from './paths.mjs';

await install();
await buildLibrary();
register('./typescript-hooks.mjs', import.meta.url);
const { apiReports } = await import('./reference/api.ts');
for (const [path, text] of Object.entries(apiReports())) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
