/** `npm run bench`: installs and builds what is missing, then runs the benchmark. Its options: `test/benchmark/run.mjs`. */
import { buildLibrary } from './build.mjs';
import { install } from './install.mjs';

await install();
await buildLibrary();
await import('../test/benchmark/run.mjs');
