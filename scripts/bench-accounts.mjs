/** `npm run bench:accounts`: whether the time of an answer tells who has an account. Its options: `test/benchmark/accounts/run.mjs`. */
import { buildLibrary } from './build.mjs';
import { install } from './install.mjs';
import { installSystemPackages } from './system-packages.mjs';

await install();
await buildLibrary();
await installSystemPackages(['PostgreSQL']);
await import('../test/benchmark/accounts/run.mjs');
