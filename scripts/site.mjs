/** `npm run docs:site`: builds the documentation site, and says where it is. */
import { buildLibrary, buildSite, siteFolder } from './build.mjs';
import { install } from './install.mjs';
import { relative } from 'node:path';
import { root } from './paths.mjs';

await install();
await buildLibrary();
await buildSite();
console.log(`The site is in ${relative(root, siteFolder)}/. To read it: npx vitepress preview .cache/site/pages`);
